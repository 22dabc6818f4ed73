/**
 * What the threads of a process, and of those that it has started, have had of the processors.
 *
 * @module
 */
import { processTree, TICKS_PER_SECOND } from "./process_tree.ts";
import { readProc } from "./read_proc.ts";

/** A thread: of the process itself or of one that it has started; its own, its first worker, or any other, most of them the runtime's. */
export type Thread = `${"itself" | "started"}: ${"own" | "worker" | "others"}`;

/** What Deno calls the thread of a worker. */
const FIRST_WORKER = "worker-1";
/** Where a line has a thread's number, its name, which may hold anything, and its times outside of the kernel and in it. */
const TIMES = /^(\d+) \((.*)\) \S+(?: \S+){10} (\d+) (\d+) /gm;

/** The seconds of each, those of one kind together; none where there is no `/proc`. */
export async function threadSeconds(root: number): Promise<Map<Thread, number>> {
  const owners = await ownersOf(await processTree(root));
  const stats = await readProc([...owners].map(([thread, pid]) => `${pid}/task/${thread}/stat`));
  const seconds = new Map<Thread, number>();
  for (const [, thread, name = "", user, kernel] of stats.matchAll(TIMES)) {
    const pid = owners.get(Number(thread));
    const kind = Number(thread) === pid ? "own" : name === FIRST_WORKER ? "worker" : "others";
    const key: Thread = `${pid === root ? "itself" : "started"}: ${kind}`;
    seconds.set(key, (seconds.get(key) ?? 0) + (Number(user) + Number(kernel)) / TICKS_PER_SECOND);
  }
  return seconds;
}

/** The processes that threads belong to. */
async function ownersOf(pids: readonly number[]): Promise<Map<number, number>> {
  const { stdout } = await new Deno.Command("ps", { args: ["-L", "-o", "lwp=,pid=", "-p", pids.join()] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(lines.map(([thread = 0, pid = 0]) => [thread, pid]));
}
