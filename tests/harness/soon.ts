/**
 * A guard for what a fault would make hang.
 *
 * @module
 */

const GUARD_MS = 10_000;

/** Waits for what must happen at once; rejects after 10 s, so that a fault fails its test and does not hang the run. */
export async function soon<Value>(promise: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Nothing happened for ${GUARD_MS} ms`)), GUARD_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
