/**
 * Wall times as the history holds them and everybody is told them: whole milliseconds from 1970 to the end of 9999,
 * since RFC 3339 writes no other year.
 *
 * @module
 */

/** The first one. */
export const FIRST_TIME = 0;

/** The last one: the end of 9999. */
export const LAST_TIME = 253_402_300_799_999;

/** What RFC 3339 could write besides: a clock has said such times, before they were refused. */
const YEAR_0 = -62_167_219_200_000;

/**
 * The nearest time that the history holds.
 *
 * @example
 * ```ts
 * import { nearestTime } from "./time.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * deepEqual([-5, 1_750_000_000_000.5, 1e15].map(nearestTime), [0, 1_750_000_000_000, 253_402_300_799_999]);
 * ```
 */
export function nearestTime(ms: number): number {
  return Math.trunc(Math.min(Math.max(ms, FIRST_TIME), LAST_TIME));
}

/**
 * A time in RFC 3339, of rows too that an older build wrote by a clock that was wrong: as it is from the year 0 to 9999,
 * else the nearest.
 *
 * @example
 * ```ts
 * import { timeText } from "./time.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(timeText(-1), "1969-12-31T23:59:59.999Z");
 * equal(timeText(1e15), "9999-12-31T23:59:59.999Z");
 * ```
 */
export function timeText(ms: number): string {
  return new Date(Math.min(Math.max(ms, YEAR_0), LAST_TIME)).toISOString();
}

/** Why nothing can be recorded at a time, in words; undefined if it can. */
export function clockTrouble(ms: number): string | undefined {
  if (ms >= FIRST_TIME && ms <= LAST_TIME) return undefined;
  return `The clock of this machine says ${new Date(ms).toISOString()}: it must be between 1970 and 9999. Set it`;
}
