/**
 * What many figures come to.
 *
 * @module
 */

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

/** Two rivals in turns: the median of each, and of the first as a part of the second in the same turn. */
export interface Compared {
  ours: number;
  theirs: number;
  /** Of the turns' ratios. */
  ratio: { median: number; least: number; most: number };
}

/** Compares turn by turn, so that a machine that is slow for a while is slow for both. @throws {RangeError} If there are no turns. */
export function compare(ours: readonly number[], theirs: readonly number[]): Compared {
  const ratios = ours.map((one, turn) => one / (theirs[turn] ?? NaN));
  return {
    ours: median(ours),
    theirs: median(theirs),
    ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
  };
}
