/**
 * The figures that the gate holds others against: `docs/performance.json`.
 *
 * @module
 */
import { z } from "zod";
import { WrongUse } from "./options.ts";

const PATH = "docs/performance.json";
const FILE = new URL(`../../${PATH}`, import.meta.url);

/** What is kept of a run. */
export const Kept = z.strictObject({
  /** What was measured, as `git describe` calls it. */
  commit: z.string(),
  deno: z.string(),
  processors: z.int(),
  /** Each ratio under its name in `--json`. */
  ratios: z.record(z.string(), z.number().positive()),
});

/** What is kept of a run. */
export type Kept = z.infer<typeof Kept>;

/** Reads what is kept. @throws {WrongUse} If there is nothing, or something else. */
export async function readKept(): Promise<Kept> {
  try {
    return Kept.parse(JSON.parse(await Deno.readTextFile(FILE)));
  } catch (cause) {
    throw new WrongUse(`${PATH} is not there, or is not what --keep writes`, { cause });
  }
}

/** Keeps a run in the place of the one before, and tells so. */
export async function writeKept(kept: Kept): Promise<string> {
  await Deno.writeTextFile(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  return `${PATH} has the ratios of ${kept.commit}`;
}
