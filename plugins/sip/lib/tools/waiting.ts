/**
 * Waiting that can be given up.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Waits for a promise, and rejects with the signal's reason as soon as that aborts. */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => {});
      return reject(signal.reason);
    }
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
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
