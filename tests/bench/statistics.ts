/**
 * What many figures come to.
 *
 * @module
 */
import type { LoadResult } from "./questions.ts";

/**
 * The value that the part `q` of all values does not exceed.
 *
 * @param q From 0 to 1: 0.5 is the median.
 * @throws {RangeError} If there are no values.
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new RangeError("Cannot tell a quantile of no values: nothing was measured");
  return value;
}

/** The value in the middle. @throws {RangeError} If there are no values. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** The median of each figure of several rounds. */
export function middle(results: readonly LoadResult[]): LoadResult {
  const of = (name: keyof LoadResult) => median(results.map((result) => result[name]));
  return { requests: of("requests"), perSecond: of("perSecond"), p50: of("p50"), p99: of("p99"), busy: of("busy") };
}
