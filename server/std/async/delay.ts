/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
  /**
   * Whether the wait keeps the process alive.
   *
   * @default {true}
   */
  persistent?: boolean;
}

/** What one timer can count; a longer one would fire at once. About 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits for a number of milliseconds.
 *
 * @example A wait that is given up
 * ```ts
 * import { delay } from "@std/async/delay";
 * import { rejects } from "node:assert/strict";
 *
 * await rejects(delay(60_000, { signal: AbortSignal.abort(new Error("not needed")) }), /not needed/);
 * ```
 *
 * @param ms Milliseconds, of any size; negative and NaN count as 0.
 * @param options When to give up, and whether the process stays alive for it.
 * @returns Resolves after the time. Rejects with the signal's reason if it aborts first.
 */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = Math.max(ms, 0) || 0;
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    const step = Math.min(left, LONGEST_TIMER);
    left -= step;
    timer = setTimeout(left > 0 ? wait : end, step);
    if (!persistent) Deno.unrefTimer(timer);
  };
  const end = () => {
    signal?.removeEventListener("abort", abort);
    resolve();
  };
  const abort = () => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  wait();
  return promise;
}
