/**
 * The processes of this machine, by what stands on their command lines.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { eventually } from "./eventually.ts";

/** A process. */
export interface Process {
  pid: number;
  /** Its whole command line. */
  args: string;
}

/** Finds what stands on its standard input, which unlike an argument is on no command line; `ps` where there is no /proc. */
const FIND = `
if [ -r /proc/self/cmdline ]; then
  grep -aslFf - /proc/[0-9]*/cmdline | while read -r file; do
    pid=\${file#/proc/}
    printf '%s %s\\n' "\${pid%/cmdline}" "$(tr '\\0' ' ' < "$file")"
  done
else ps -ww -eo pid=,args= | grep -Ff -; fi
exit 0`;

/** Every process with `mark` on its command line; one that has ended and is not yet buried has none. */
export async function processesWith(mark: string): Promise<Process[]> {
  const sh = new Deno.Command("sh", { args: ["-c", FIND], stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  const [{ stdout }] = await Promise.all([
    sh.output(),
    new Blob([mark]).stream().pipeTo(sh.stdin),
  ]);
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [, pid, args] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return args?.includes(mark) ? [{ pid: Number(pid), args }] : [];
  });
}

/** Waits until no process has `mark` on its command line. */
export function untilGone(mark: string): Promise<void> {
  return eventually(async () => equal((await processesWith(mark)).map(({ args }) => args).join("\n"), ""));
}

/** Ends what a failed test may have left behind. */
export async function endAll(mark: string): Promise<void> {
  for (const { pid } of await processesWith(mark)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // It has ended meanwhile.
    }
  }
}
