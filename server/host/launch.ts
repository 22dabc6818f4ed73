/**
 * How a plugin's process is started: what it may do, what it imports, and how it is known again.
 *
 * @module
 */
import { denoCommand } from "./shell.ts";

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
