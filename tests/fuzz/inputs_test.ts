import { ok } from "node:assert/strict";
import fc from "fast-check";
import { nearlyJson } from "./inputs/json.ts";

Deno.test("a list that is said again and again comes past every bound, and does not grow without end", () => {
  const texts = fc.sample(nearlyJson([[["x".repeat(100_000)]]]), { numRuns: 800, seed: 1 });
  const longest = Math.max(...texts.map(({ length }) => length));
  ok(longest > 1_048_576 && longest < 8_388_608, `${longest}`);
});
