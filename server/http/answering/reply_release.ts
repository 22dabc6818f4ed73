/**
 * When a reply may follow its answer.
 *
 * A `PHONE_REPLY` must not overtake the answer that carries its request id (R33), so the core holds it back until it is
 * told that the answer has been handed out. The server's `completed` promise tells that, whether the client took the
 * answer or hung up: the answer's bytes then stand before any that are written afterwards. A client that does not read
 * would hold it for ever, so it is told after a bound at the latest, by a sweep that costs one timer and not one a
 * request.
 *
 * @module
 */
import { type AcceptedRequest, type Clock, SlotMap } from "../../core/mod.ts";

/** Tells the core when answers have been handed out. */
export interface ReplyRelease {
  /** Releases the reply of a request when its answer has been handed out. */
  after(completed: Promise<void>, request: AcceptedRequest): void;
  /** Releases whatever is left: the server stops. */
  flush(): void;
}

/** Makes a release that waits for no answer longer than `boundMs`. */
export function replyRelease(clock: Clock, boundMs: number): ReplyRelease {
  let young = new SlotMap<AcceptedRequest>();
  let old = new SlotMap<AcceptedRequest>();
  let cancelSweep: (() => void) | undefined;

  let begun = 0;

  const release = (number: number) => {
    const request = young.get(number) ?? old.get(number);
    if (young.delete(number) || old.delete(number)) request?.answered();
  };
  const sweep = () => {
    for (const number of old.numbers()) release(number);
    [young, old] = [old, young];
    cancelSweep = old.size > 0 ? clock.after(boundMs / 2, sweep) : undefined;
  };

  // `completed` tells that an answer has been handed over; over HTTP/2 its body leaves in the next turn of the loop.
  let leaving: number[] = [];
  let turn: ReturnType<typeof setTimeout> | undefined;
  const releaseLeaving = () => {
    const numbers = leaving;
    leaving = [];
    for (const number of numbers) release(number);
  };

  return {
    after(completed, request) {
      const number = ++begun;
      young.set(number, request);
      cancelSweep ??= clock.after(boundMs / 2, sweep);
      const handedOut = () => {
        if (leaving.push(number) === 1) turn = setTimeout(releaseLeaving);
      };
      completed.then(handedOut, handedOut);
    },
    flush() {
      cancelSweep?.();
      cancelSweep = undefined;
      clearTimeout(turn);
      for (const number of [...old.numbers(), ...young.numbers()]) release(number);
    },
  };
}
