/**
 * What the host has a shell do, the one program that the server may run: start Deno, and whatever Deno itself does only
 * for a program that may do everything.
 *
 * @module
 */

/**
 * What starts Deno. The server may run `sh`, but its own Deno only by name, and where Deno comes from npm that name is
 * a script which needs an environment and leaves the real process alive when it is killed; `exec` puts the real one in
 * the shell's place.
 */
const EXEC = 'exec "$@"';

/** A command that runs this very Deno with nothing of the server's environment. */
export function denoCommand(
  args: string[],
  options: Omit<Deno.CommandOptions, "args" | "clearEnv"> = {},
): Deno.Command {
  return new Deno.Command("sh", {
    ...options,
    args: ["-c", EXEC, "sh", Deno.execPath(), ...args],
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
