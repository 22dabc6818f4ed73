import { PhoneError } from "./contract/errors.ts";
import type { Clock } from "./ports.ts";
import { TimeUp, within } from "./within.ts";

/** What a wait for the disk needs. */
export interface OnDiskOptions {
  readonly clock: Clock;
  /** How long the disk may take, milliseconds. */
  readonly ms: number;
  /** What holds without the rows, for whoever asked: "the token was not made". */
  readonly otherwise: string;
}

/**
 * Waits until rows are on disk, but not for ever: whoever asked is told that they are not, and what holds nevertheless (invariant 9). Rows that come later
 * are written all the same.
 *
 * @throws {PhoneError} `RESOURCEUNAVAIL` when the time is up or the history refuses them.
 */
export async function onDisk(rows: Promise<unknown>, { clock, ms, otherwise }: OnDiskOptions): Promise<void> {
  try {
    await within(clock, ms, rows);
  } catch (error) {
    if (error instanceof PhoneError) throw new PhoneError("RESOURCEUNAVAIL", `${error.message}; ${otherwise}`);
    if (!(error instanceof TimeUp)) throw error;
    throw new PhoneError("RESOURCEUNAVAIL", `The history could not be written within ${ms} ms; ${otherwise}`);
  }
}
