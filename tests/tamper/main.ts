/**
 * Tampers with copies of a history: `deno task tamper --mutations 10000 --seed 1`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { counted } from "./counted.ts";
import { tamper } from "./run.ts";

const { values } = parseArgs({
  options: { mutations: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const { counts, survivors } = await tamper({ mutations: Number(values.mutations), seed: Number(values.seed) });
console.log(counted(counts));
for (const survivor of survivors) console.log(`NOT FOUND: ${survivor}`);
if (survivors.length > 0) Deno.exit(1);
