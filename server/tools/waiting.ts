/**
 * Waiting that ends before what is waited for does. Only the waiting ends: what was asked goes on, unheard.
 *
 * @module
 */

/**
 * Waits for a promise, unless a signal aborts first.
 *
 * @example A wait that is given up
 * ```ts
 * import { unlessAborted } from "./mod.ts";
 * import { rejects } from "node:assert/strict";
 *
 * const asked = new Promise(() => {});
 * await rejects(unlessAborted(asked, AbortSignal.abort(new Error("not needed any more"))), /not needed/);
 * ```
 *
 * @param promise What is waited for. Should it reject after the signal, nobody hears of it.
 * @param signal When to give up; never, if there is none.
 * @throws The signal's reason.
 */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

/**
 * Waits until a promise has ended, whichever way, but no longer than so many milliseconds.
 *
 * @example Something that never ends
 * ```ts
 * import { within } from "./mod.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(await within(Promise.reject(new Error("done, though badly")), 1_000), true);
 * equal(await within(new Promise(() => {}), 1), false);
 * ```
 *
 * @param promise What is waited for. Its rejection is not told here.
 * @param ms Milliseconds, at most 2^31-1.
 * @returns Whether it has ended.
 */
export function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const ended = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(ended, ended);
  });
}

/**
 * Waits so many milliseconds, unless a signal aborts first. It never rejects: whoever must not go on after an abort
 * asks the signal.
 *
 * @example A driver that takes its time
 * ```ts
 * import { pause } from "./mod.ts";
 * import { equal } from "node:assert/strict";
 *
 * async function slowly(signal: AbortSignal) {
 *   await pause(5, signal);
 *   signal.throwIfAborted();
 * }
 *
 * await slowly(new AbortController().signal);
 * equal(await pause(60_000, AbortSignal.abort()), false);
 * ```
 *
 * @param ms Milliseconds, at most 2^31-1.
 * @param signal When to give up; never, if there is none.
 * @returns Whether the time has passed.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (passed: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      resolve(passed);
    };
    const abort = () => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
