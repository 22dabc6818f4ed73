import { medianRatio } from "./load_results.ts";
import { deepEqual, equal, throws } from "node:assert/strict";
import { compare, median, quantile } from "./statistics.ts";

Deno.test("two rivals are compared turn by turn: a machine that slows down between turns changes no ratio", () => {
  // Each turn the machine is slower, and ours is twice as quick in every one.
  deepEqual(compare([200, 100, 20], [100, 50, 10]), { ours: 100, theirs: 50, ratio: { median: 2, least: 2, most: 2 } });
  const { ratio } = compare([10, 30, 20, 50, 40], [10, 20, 40, 25, 100]);
  deepEqual(ratio, { median: 1, least: 0.4, most: 2 });
  throws(() => compare([], []), /nothing was measured/);
});

Deno.test("the ratio of two loads is that of their requests a second, the median of the rounds", () => {
  const load = (perSecond: number) => ({ perSecond, requests: 1, p50: 1, p99: 1, busy: 0 });
  equal(medianRatio([load(10), load(90), load(20)], [load(100), load(100), load(100)]), 0.2);
});

Deno.test("a quantile is a value that was measured, whatever the order", () => {
  equal(median([5, 1, 3]), 3);
  equal(quantile([4, 1, 3, 2], 0.99), 4);
  equal(quantile([4, 1, 3, 2], 0), 1);
  throws(() => median([]), RangeError);
});
