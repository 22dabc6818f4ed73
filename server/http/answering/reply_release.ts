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
import type { AcceptedRequest, Clock } from "../../core/mod.ts";

/** Tells the core when answers have been handed out. */
export interface ReplyRelease {
  /** Releases the reply of a request when its answer has been handed out. */
  after(completed: Promise<void>, request: AcceptedRequest): void;
  /** Releases whatever is left: the server stops. */
  flush(): void;
}

/** Makes a release that waits for no answer longer than `boundMs`. */
export function replyRelease(clock: Clock, boundMs: number): ReplyRelease {
  let young = new Set<AcceptedRequest>();
  let old = new Set<AcceptedRequest>();
  let cancelSweep: (() => void) | undefined;

  const release = (request: AcceptedRequest) => {
    if (young.delete(request) || old.delete(request)) request.answered();
  };
  const sweep = () => {
    for (const request of old) release(request);
    [young, old] = [old, young];
    cancelSweep = old.size > 0 ? clock.after(boundMs / 2, sweep) : undefined;
  };

  // `completed` tells that an answer has been handed over; over HTTP/2 its body leaves in the next turn of the loop.
  let leaving: AcceptedRequest[] = [];
  let turn: ReturnType<typeof setTimeout> | undefined;
  const releaseLeaving = () => {
    const requests = leaving;
    leaving = [];
    for (const request of requests) release(request);
  };

  return {
    after(completed, request) {
      young.add(request);
      cancelSweep ??= clock.after(boundMs / 2, sweep);
      const handedOut = () => {
        if (leaving.push(request) === 1) turn = setTimeout(releaseLeaving);
      };
      completed.then(handedOut, handedOut);
    },
    flush() {
      cancelSweep?.();
      cancelSweep = undefined;
      clearTimeout(turn);
      for (const request of [...old, ...young]) release(request);
    },
  };
}
