/**
 * An application's events as `text/event-stream`.
 *
 * @module
 */
import type { Clock, EventStream } from "../../core/mod.ts";

const utf8 = new TextEncoder();
const BEAT = utf8.encode(":\n\n");

/**
 * The body of an event stream: `id:` and `data:` of each event, and a comment at once, for the head of an answer leaves
 * with its first bytes, and every `beatMs`, so that nothing on the way takes a quiet stream for a dead one.
 *
 * `ended` is called when it is over, whoever ended it.
 *
 * It is pulled: what the client has not read yet stays in the core, which bounds it. Here waits one event at most.
 */
export function eventStreamBody(
  events: EventStream,
  { clock, beatMs, ended }: { clock: Clock; beatMs: number; ended: () => void },
): ReadableStream<Uint8Array> {
  let open = true;
  let cancelBeat = () => {};
  return new ReadableStream({
    start(controller) {
      const beat = () => {
        // A client that does not read gets no comments either: they would pile up.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(BEAT);
        cancelBeat = clock.after(beatMs, beat);
      };
      beat();
    },
    async pull(controller) {
      const event = await events.next();
      // A client that hung up meanwhile has closed the stream, and a closed one throws whatever is done to it.
      if (!open) return;
      if (event !== undefined) return controller.enqueue(utf8.encode(`id: ${event.seq}\ndata: ${event.json}\n\n`));
      cancelBeat();
      ended();
      controller.close();
    },
    cancel() {
      open = false;
      cancelBeat();
      ended();
      events.cancel();
    },
  });
}
