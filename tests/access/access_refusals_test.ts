import { deepEqual, equal } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import { accessRefusals } from "../../server/access/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";

Deno.test("a flood from many addresses takes bounded room and is still counted whole", () => {
  const clock = new ManualClock();
  const facts: Fact[] = [];
  const refusals = accessRefusals(clock, (fact) => facts.push(fact));
  for (let i = 0; i < 5_000; i++) refusals.count(`10.0.${i >> 8}.${i & 255}`, "noToken");
  clock.advance(60_000);
  equal(facts.length, 1_025);
  deepEqual(facts.at(-1), {
    type: "accessRefused",
    detail: { reason: "noToken", count: 5_000 - 1_024, addresses: "several" },
  });
});

Deno.test("no timer runs while nobody is refused", () => {
  const clock = new ManualClock();
  const refusals = accessRefusals(clock, () => {});
  equal(clock.pending, 0);
  refusals.count("10.0.0.1", "noToken");
  equal(clock.pending, 1);
  refusals.flush();
  equal(clock.pending, 0);
});
