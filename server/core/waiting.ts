/**
 * Waiting on the core's own clock, and for the disk.
 *
 * @module
 */
import { PhoneError } from "./contract/errors.ts";
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
export function within<Value>(promise: Promise<Value>, { clock, ms }: { clock: Clock; ms: number }): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new TimeUp(`Nothing came within ${ms} ms`)));
    promise.finally(cancel).then(resolve, reject);
  });
}

/** What a wait for the disk needs. */
export interface OnDiskOptions {
  readonly clock: Clock;
  /** How long the disk may take, milliseconds. */
  readonly ms: number;
  /** What holds without the rows, for whoever asked: "the token was not made". */
  readonly otherwise: string;
}

/**
 * Waits until rows are on disk, but not for ever: whoever asked is told that they are not, and what holds nevertheless
 * (invariant 9). Rows that come later are written all the same.
 *
 * @throws {PhoneError} `RESOURCEUNAVAIL` when the time is up or the history refuses them.
 */
export async function onDisk(rows: Promise<unknown>, { clock, ms, otherwise }: OnDiskOptions): Promise<void> {
  try {
    await within(rows, { clock, ms });
  } catch (error) {
    if (error instanceof PhoneError) throw new PhoneError("RESOURCEUNAVAIL", `${error.message}; ${otherwise}`);
    if (!(error instanceof TimeUp)) throw error;
    throw new PhoneError("RESOURCEUNAVAIL", `The history could not be written within ${ms} ms; ${otherwise}`);
  }
}
