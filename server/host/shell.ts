/**
 * What the host has a shell do, the one program that the server may run: start Deno, and whatever Deno itself does only
 * for a program that may do everything.
 *
 * @module
 */

/** What a process may take of the machine, as its system knows it. */
export interface ProcessLimits {
  /** The longest file that it may write, megabytes; longer, and the system ends it with SIGXFSZ. */
  fileMb?: number;
  /** How many files and connections it may have open. */
  openFiles?: number;
  /** How much it may write into memory of its own, megabytes; what is more it is not given. */
  dataMb: number;
}

/** How a process of Deno is started. */
export interface DenoOptions extends Omit<Deno.CommandOptions, "args" | "clearEnv"> {
  limits: ProcessLimits;
}

/** How much rather than another, of a thousand, the system ends it when memory runs out. */
const FIRST = 500;

/**
 * What starts Deno. The server may run `sh`, but its own Deno only by name, and where Deno comes from npm that name is
 * a script which needs an environment and leaves the real process alive when it is killed; `exec` puts the real one in
 * the shell's place, with the shell's limits. A limit that the system does not know, or has lower, stays as it is. When
 * memory runs out, the system ends this process before the server. What the server writes to it wakes it without taking
 * the processor from the server (`SCHED_BATCH`), which would make smaller writes of the ones that follow.
 */
const START = `
limit() { [ -z "$2" ] || ulimit "$1" "$2"; } 2> /dev/null
limit -c 0
limit -f "$1"
limit -n "$2"
limit -d "$3"
shift 3
{
  read -r adjusted < "/proc/$$/oom_score_adj" && [ "$adjusted" -lt ${FIRST} ] && echo ${FIRST} > "/proc/$$/oom_score_adj"
} 2> /dev/null
chrt -b -p 0 "$$" 2> /dev/null
exec "$@"`;

/** Blocks of `ulimit -f` in a megabyte. */
const BLOCKS = 2_048;
const KILOBYTES = 1_024;

/** A command that runs this very Deno within limits, with nothing of the server's environment. */
export function denoCommand(args: string[], { limits, ...options }: DenoOptions): Deno.Command {
  const { fileMb, openFiles, dataMb } = limits;
  const most = [fileMb === undefined ? "" : fileMb * BLOCKS, openFiles ?? "", dataMb * KILOBYTES].map(String);
  return new Deno.Command("sh", {
    ...options,
    args: ["-c", START, "sh", ...most, Deno.execPath(), ...args],
    clearEnv: true,
    // Looking for a newer Deno would contact a host that nobody allowed.
    env: { ...options.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  });
}

/** Kills whatever is left of the process group of a plugin that has just ended. */
export async function endGroup(pid: number): Promise<void> {
  await shellLines('kill -s KILL -- "-$1"', [String(pid)]);
}

/**
 * Runs a script for what Deno tells only to a program that may do everything.
 *
 * @param script For `sh`; its arguments are `$1`, `$2` …
 * @returns What it prints: its lines without white space around them, none that is empty.
 */
export async function shellLines(script: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", ...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
