/**
 * An export of the history as the body of an answer.
 *
 * @module
 */
import { Refusal } from "../../api/mod.ts";
import type { Clock } from "../../core/mod.ts";

const utf8 = new TextEncoder();

/** What a body needs besides its pieces. */
export interface ExportBodyOptions {
  readonly clock: Clock;
  /** How long a client may read nothing before it is cut off: it keeps others from their turn. */
  readonly stallMs: number;
  /** Called once, however it ends. */
  ended(): void;
}

/**
 * Makes a body of the pieces: each is read when the client has taken the one before.
 *
 * A history that cannot be read at all is told before there is a body, so that it gets a status; one that cannot be
 * read on cuts the body off, so that nobody takes it for whole.
 *
 * @throws What the first piece throws.
 */
export async function exportBody(
  pieces: AsyncIterator<string, void>,
  { clock, stallMs, ended }: ExportBodyOptions,
): Promise<ReadableStream<Uint8Array>> {
  let read: Promise<IteratorResult<string, void>> | undefined = pieces.next();
  await read;
  let open = true;
  let cancelStall = () => {};
  const end = () => {
    open = false;
    cancelStall();
    ended();
  };
  return new ReadableStream({
    async pull(controller) {
      cancelStall();
      try {
        let piece = await (read ?? pieces.next());
        read = undefined;
        // What the filters leave out is gone through without an end in sight: the client may hang up meanwhile.
        while (open && !piece.done && piece.value === "") piece = await pieces.next();
        if (!open) return;
        if (piece.done) {
          end();
          return controller.close();
        }
        controller.enqueue(utf8.encode(piece.value));
      } catch (error) {
        end();
        throw error;
      }
      cancelStall = clock.after(stallMs, () => {
        end();
        controller.error(new Refusal("too-many", `The client has read nothing for ${stallMs} ms`));
      });
    },
    cancel: end,
  }, { highWaterMark: 0 });
}
