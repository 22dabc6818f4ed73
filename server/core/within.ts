import type { Clock } from "./ports.ts";

/** What {@linkcode within} rejects with: the time was up. */
export class TimeUp extends Error {
  override name = "TimeUp";
}

/**
 * Waits for a promise, but not longer than `ms` on the core's own clock.
 *
 * @throws {TimeUp} When the time is up first; what the promise does afterwards is nobody's concern.
 */
export function within<Value>(clock: Clock, ms: number, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new TimeUp(`Nothing came within ${ms} ms`)));
    promise.finally(cancel).then(resolve, reject);
  });
}
