/**
 * Runs random histories from a seed on: `deno task simulate --runs 1000000 --seed 1`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { REAL } from "./real.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const result = await simulate({ subject: REAL, seed: Number(values.seed), runs: Number(values.runs) });
console.log(
  result.violation
    ? `seed ${result.violation.seed} breaks a rule:\n${result.violation.words.join("\n")}`
    : `${result.runs} histories, ${result.requests} requests: no rule broken`,
);
if (result.violation) Deno.exit(1);
