import { ok } from "node:assert/strict";
import { fuzz } from "./run/fuzz.ts";
import { TARGETS } from "./targets/mod.ts";

const INPUTS = 200_000;

Deno.test(`${INPUTS} inputs from outside bring about no crash, no hang, no fault of ours and no refusal that is not documented (SECURITY.md)`, async () => {
  // The same inputs each time, so that a run that fails has a cause in the change; `deno task fuzz` draws new ones.
  const { tried, wrong } = await fuzz(TARGETS, { inputs: INPUTS, seed: 1 });
  ok(wrong.length === 0, wrong.join("\n\n"));
  ok(Object.values(tried).reduce((sum, count) => sum + count, 0) >= INPUTS, JSON.stringify(tried));
});
