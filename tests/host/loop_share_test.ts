import { ok } from "node:assert/strict";
import { LoopShare } from "../../server/host/loop_share.ts";
import { TokenBucket } from "../../server/tools/mod.ts";

Deno.test("invariant 6: what a plugin sends without end has its part of the server's time, whichever of its streams it comes by, and others have theirs between", async () => {
  const bucket = new TokenBucket({ burst: 20, perSecond: 200 });
  const started = performance.now();
  let workedMs = 0;
  let turns = 0;
  const others = setInterval(() => turns++, 1);
  const work = async () => {
    const share = new LoopShare(bucket);
    for (let pieces = 0; pieces < 100; pieces++) {
      await share.waitFor(Promise.resolve());
      const began = performance.now();
      while (performance.now() - began < 1);
      workedMs += performance.now() - began;
      if (share.isSpent) await share.yield();
    }
  };
  await Promise.all([work(), work()]);
  clearInterval(others);
  const tookMs = performance.now() - started;
  // What is worked in the last slices is not waited for.
  const leastMs = (workedMs - 20 - 4 * 10) / 0.2;
  ok(tookMs > leastMs, `${workedMs} ms of work took ${tookMs} ms, and must take ${leastMs} ms`);
  ok(turns > 50, `others had ${turns} turns`);
});
