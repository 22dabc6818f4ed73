/**
 * What the loads of several rounds come to.
 *
 * @module
 */
import type { LoadResult } from "./questions.ts";
import { compare, median } from "./statistics.ts";

/** The median of each figure of several rounds. */
export function middle(results: readonly LoadResult[]): LoadResult {
  const of = (name: keyof LoadResult) => median(results.map((result) => result[name]));
  return { requests: of("requests"), perSecond: of("perSecond"), p50: of("p50"), p99: of("p99"), busy: of("busy") };
}

/** How many a second the one made as a part of the other's, the median of the rounds. */
export function medianRatio(of: readonly LoadResult[], to: readonly LoadResult[]): number {
  const [ours = [], theirs = []] = [of, to].map((results) => results.map(({ perSecond }) => perSecond));
  return compare(ours, theirs).ratio.median;
}
