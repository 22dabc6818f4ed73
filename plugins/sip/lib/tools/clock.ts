/**
 * Time as the SIP library sees it: what timers are made of, and waiting that can be given up.
 *
 * @module
 */

/** A clock that never goes back. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls once after so many milliseconds. @returns What keeps that from happening. */
  after(ms: number, call: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits so many milliseconds, or until abandoned. @returns Whether the time has passed. */
export function pause(ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const abandon = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", abandon);
      resolve(true);
    });
    signal.addEventListener("abort", abandon, { once: true });
  });
}

/** Waits until a promise has settled, but no longer than so many milliseconds. */
export function atMost(promise: Promise<unknown>, { ms, clock }: { ms: number; clock: Clock }): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const settled = () => {
      cancel();
      resolve();
    };
    promise.then(settled, settled);
  });
}
