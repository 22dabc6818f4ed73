/**
 * A process with all that it has started, and what they have cost.
 *
 * @module
 */
import { readProc } from "./read_proc.ts";

/** What `/proc/PID/stat` counts time in: a hundredth of a second, on every machine that Deno runs on. */
export const TICKS_PER_SECOND = 100;
/** Where a line has the times of a process and of its children that have ended, behind its name, which may hold anything. */
const TIMES = /^\d+ \(.*\) \S+(?: \S+){10} (\d+) (\d+) (\d+) (\d+) /gm;

/** A process, if it runs, and those below it, as `ps` says. */
export async function processTree(root: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid="] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const tree = lines.some(([pid]) => pid === root) ? [root] : [];
  // What is found is looked at in its turn.
  for (const parent of tree) tree.push(...lines.flatMap(([pid = 0, of]) => of === parent ? [pid] : []));
  return tree;
}

/** The processor time that a process and all below it have had, in seconds; NaN where there is no `/proc`. */
export async function processorSeconds(root: number): Promise<number> {
  const stats = await readProc((await processTree(root)).map((pid) => `${pid}/stat`));
  const times = [...stats.matchAll(TIMES)].flatMap(([, ...times]) => times.map(Number));
  return times.length === 0 ? NaN : times.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}
