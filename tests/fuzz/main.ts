/**
 * Sends what is nearly right across every border: `deno task fuzz --inputs 10000000`, one target with `--target NAME`; `--path` sees a failure again.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fuzz } from "./run/fuzz.ts";
import { TARGETS } from "./targets/mod.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string" },
    target: { type: "string" },
    path: { type: "string" },
  },
});
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0) {
  console.error(`There is no target ${values.target}; there are ${TARGETS.map(({ name }) => name).join(" ")}`);
  Deno.exit(2);
}
const seed = values.seed === undefined ? crypto.getRandomValues(new Uint16Array(1))[0] ?? 0 : Number(values.seed);
console.log(`inputs from seed ${seed} on`);
const started = performance.now();
let told = 0;
const { tried, wrong } = await fuzz(targets, {
  inputs: Number(values.inputs),
  seed,
  path: values.path,
  onProgress(count) {
    if (count - told < 100_000) return;
    told = count;
    console.log(`${count} inputs after ${Math.round((performance.now() - started) / 1_000)} s`);
  },
});
const seconds = Math.round((performance.now() - started) / 1_000);
console.log(`${Object.entries(tried).map(([name, count]) => `${name} ${count}`).join(", ")}; ${seconds} s`);
for (const words of wrong) console.log(words);
console.log(wrong.length === 0 ? "no promise is broken" : `${wrong.length} promises are broken`);
if (wrong.length > 0) Deno.exit(1);
