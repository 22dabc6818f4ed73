/**
 * An answer in JSON that takes its time, and is given up with its client.
 *
 * @module
 */
import { STREAM_HEADERS } from "./answer.ts";
import type { Clock } from "../../core/mod.ts";

const utf8 = new TextEncoder();
/**
 * White space before JSON means nothing, and keeps whatever is on the way from taking a quiet connection for a dead
 * one.
 */
const BEAT = utf8.encode("\n");

/** What such an answer needs. */
export interface SlowAnswerOptions {
  readonly clock: Clock;
  /** Between two signs of life, milliseconds. */
  readonly beatMs: number;
}

/**
 * Answers 200 at once and with a body when it is there; one that does not come breaks the answer off.
 *
 * Only a body that is under way tells that its client has hung up: a `Request`'s signal aborts after every answer, and
 * says so on standard error.
 *
 * @param work Makes the body; the signal aborts when the client hangs up.
 */
export function slowJson(
  work: (signal: AbortSignal) => Promise<unknown>,
  { clock, beatMs }: SlowAnswerOptions,
): Response {
  const hangUp = new AbortController();
  let cancelBeat = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const beat = () => {
        // A client that does not read gets no sign either: they would pile up.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(BEAT);
        cancelBeat = clock.after(beatMs, beat);
      };
      cancelBeat = clock.after(beatMs, beat);
      work(hangUp.signal).then((value) => {
        if (hangUp.signal.aborted) return;
        cancelBeat();
        controller.enqueue(utf8.encode(JSON.stringify(value)));
        controller.close();
      }, (error) => {
        if (hangUp.signal.aborted) return;
        cancelBeat();
        controller.error(error);
      });
    },
    cancel() {
      cancelBeat();
      hangUp.abort();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json", ...STREAM_HEADERS } });
}
