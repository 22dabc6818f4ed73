/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
}

/**
 * Waits for a promise, but no longer than a number of milliseconds.
 *
 * Only the waiting ends: what the promise stands for goes on. Its own late rejection is swallowed.
 *
 * @example A promise that does not settle
 * ```ts
 * import { deadline } from "@std/async/deadline";
 * import { rejects } from "node:assert/strict";
 *
 * await rejects(deadline(new Promise(() => {}), 1), { name: "TimeoutError" });
 * ```
 *
 * @param p What is waited for.
 * @param ms Milliseconds, 0…2^53-1.
 * @param options When to give up before that.
 * @returns What the promise gives.
 * @throws {DOMException} `TimeoutError` if the time is over first.
 * @throws The signal's reason if it aborts first.
 */
export async function deadline<T>(p: Promise<T>, ms: number, options: DeadlineOptions = {}): Promise<T> {
  const timeout = AbortSignal.timeout(ms);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  signal.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([p, over]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
