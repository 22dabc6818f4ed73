import { deepEqual, equal } from "node:assert/strict";
import { TokenBucket } from "../../server/tools/mod.ts";

/** The monotonic clock, put forward by hand until it is disposed of; a `FakeTime` leaves this one as it is. */
function handClock(): Disposable & { tick(ms: number): void } {
  const real = performance.now;
  let now = real.call(performance);
  performance.now = () => now;
  return {
    tick: (ms) => void (now += ms),
    [Symbol.dispose]: () => void (performance.now = real),
  };
}

Deno.test("a bucket lets its burst through at once, and afterwards what comes back by the second", () => {
  using clock = handClock();
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 });
  const all = () => Array.from({ length: 5 }, () => bucket.take());
  deepEqual(all(), [true, true, true, false, false]);
  clock.tick(499);
  equal(bucket.take(), false);
  clock.tick(1.01);
  equal(bucket.take(), true);
  clock.tick(60_000);
  deepEqual(all(), [true, true, true, false, false], "no more than it holds");
});

Deno.test("who finds a token takes what it needs, and the next waits the longer for it", () => {
  using clock = handClock();
  const bucket = new TokenBucket({ burst: 2, perSecond: 1 });
  equal(bucket.take(5), true);
  equal(bucket.hasToken, false);
  clock.tick(3_999);
  equal(bucket.hasToken, false);
  clock.tick(1.01);
  equal(bucket.hasToken, true);
  equal(bucket.hasToken, true, "to look takes nothing");
});
