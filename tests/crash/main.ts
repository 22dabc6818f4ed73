/**
 * Kills the server at random moments: `deno task crash --kills 1000 --seed 1`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { crash } from "./rounds.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const { kills, acknowledged, lost } = await crash({ kills: Number(values.kills), seed: Number(values.seed) });
console.log(`${kills} kills: ${acknowledged} acknowledged requests, all found again; ${lost} completed as lost`);
