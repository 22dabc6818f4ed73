/**
 * Giving up to wait.
 *
 * @module
 */

/** What can be abandoned. What was asked goes on, unheard. */
export interface Abandonable {
  /** Gives up waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits for a promise, or for a signal to abandon it: then the promise goes on unheard.
 *
 * @throws The signal's reason.
 */
export function unlessAbandoned<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abandon));
    if (signal.aborted) abandon();
    else signal.addEventListener("abort", abandon, { once: true });
  });
}
