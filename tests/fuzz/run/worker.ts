/**
 * One target in a process of its own: `--target NAME --inputs N --seed N`. It tells its progress in lines of JSON, and ends with 1 if a promise is broken.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { TARGETS } from "../targets/mod.ts";

/** A line of what a worker prints. */
export interface Told {
  /** How many inputs have been tried. */
  tried: number;
  /** What determines the next batch. */
  nextSeed: number;
  /** What is wrong, in words. */
  wrong?: string;
}

const { values } = parseArgs({
  options: {
    target: { type: "string", default: "" },
    inputs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    path: { type: "string" },
  },
});
const target = TARGETS.find(({ name }) => name === values.target);
if (!target) throw new Error(`There is no target ${values.target}`);

const told: Told = { tried: 0, nextSeed: Number(values.seed) };
const tell = (news: Partial<Told>) => console.log(JSON.stringify(Object.assign(told, news)));
const wrong = await target.run({
  inputs: Number(values.inputs),
  seed: Number(values.seed),
  path: values.path,
  onProgress: (tried, nextSeed) => tell({ tried, nextSeed }),
});
if (wrong !== undefined) tell({ wrong });
Deno.exit(wrong === undefined ? 0 : 1);
