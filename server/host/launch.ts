/**
 * What the host has the system do: it starts Deno, a plugin's process above all, and asks what only a shell is told.
 *
 * @module
 */

/**
 * What starts Deno. The server may run `sh`, but its own Deno only by name, and where Deno comes from npm that name is
 * a script which needs an environment and leaves the real process alive when it is killed; `exec` puts the real one in
 * the shell's place.
 */
const EXEC = 'exec "$@"';

/** One start of a plugin. */
export interface Launch {
  /** The plugin's folder, a real path: its working directory. */
  folder: string;
  /** The URL of its entry. */
  entry: URL;
  /** What it may reach, as flags. */
  permissions: string[];
  /** Its whole environment. */
  environment: Record<string, string>;
  /** The limit of its JavaScript heap, megabytes. */
  heapMb: number;
  /** Names this very process on its command line. */
  nonce: string;
}

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

/** The import map under which a plugin sees the SDK, and the runner the plugin. */
export function importMap(entry: URL): string {
  const map = { imports: { "switchroom:entry": entry.href, "switchroom/plugin": sdk().href } };
  return `--import-map=data:application/json,${encodeURIComponent(JSON.stringify(map))}`;
}

/** The URL of the SDK's entry. */
export function sdk(): URL {
  return new URL("../plugin/mod.ts", import.meta.url);
}

/** Starts a plugin's process: detached, so that signals of the server's terminal do not reach it. */
export function launch({ folder, entry, permissions, environment, heapMb, nonce }: Launch): Deno.ChildProcess {
  const runner = new URL("../plugin/runner.ts", import.meta.url);
  return denoCommand([
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--no-remote",
    "--cached-only",
    importMap(entry),
    `--v8-flags=--max-old-space-size=${heapMb}`,
    // Its own origin: otherwise web storage, which needs no permission, would be shared by all plugins.
    `--location=http://${nonce}.invalid/`,
    ...permissions,
    runner.href,
    nonce,
  ], { cwd: folder, env: environment, detached: true, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
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
