/**
 * Waiting for a phone to say that what rang there, or was up, has ended.
 *
 * @module
 */
import type { CallEnd } from "../lib/call/mod.ts";
import { CallRefused } from "../lib/dialog/mod.ts";
import { atMost, type Clock } from "../lib/tools/mod.ts";

/**
 * How long a phone may take to confirm the end of what is given up, milliseconds. A close waits for it and then for the phone itself, and
 * has 4 s for both.
 */
const FAREWELL_MS = 1_500;

/** Waits for an end that nobody insists on: not for long, and whatever comes of it. */
export function farewell(ending: Promise<unknown>, clock: Clock): Promise<void> {
  return atMost(ending, { ms: FAREWELL_MS, clock });
}

/**
 * Sees to it that the phone itself has confirmed the ends of calls.
 *
 * @throws {CallRefused} What it said against that, or 408 or 503 for its silence.
 */
export function requireConfirmed(ends: readonly CallEnd[]): void {
  for (const { unconfirmed } of ends) if (unconfirmed) throw new CallRefused(unconfirmed);
}
