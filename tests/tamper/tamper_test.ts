import { deepEqual, ok } from "node:assert/strict";
import { counted } from "./counted.ts";
import { tamper } from "./run.ts";

const MUTATIONS = 250;

Deno.test(`each of ${MUTATIONS} changes of a value, row, block, token, trigger or index entry is found under a checkpoint that was kept elsewhere`, async () => {
  const seed = crypto.getRandomValues(new Uint16Array(1))[0]!;
  console.log(`changes from seed ${seed}: deno task tamper --seed ${seed} --mutations ${MUTATIONS}`);
  const { counts, survivors } = await tamper({ mutations: MUTATIONS, seed });
  console.log(counted(counts));
  deepEqual(survivors, []);
});

Deno.test("without a checkpoint a chain that was made anew is not found: no check can, and the count of these changes says so", async () => {
  const { survivors } = await tamper({ mutations: 100, seed: 1, isKept: false });
  ok(survivors.length > 0);
  ok(survivors.every((survivor) => /^(a row is changed and the chain made anew|blocks are cut off): /.test(survivor)));
});
