/**
 * How a plugin's process is started: what it may do, what it imports, and how it is known again.
 *
 * @module
 */
import { z } from "zod";
import type { CheckedPluginConfig } from "./plugin_config.ts";
import { denoCommand } from "./shell.ts";

/** What one plugin may take of the machine. */
export type PluginLimits = Pick<CheckedPluginConfig, "heapMb" | "memoryMb" | "fileMb" | "temporaryMb" | "openFiles">;

/**
 * What the runtime reserves, megabytes, measured: half a gigabyte for each thread with JavaScript, which is counted as
 * data and never written to. It is for a plugin with some ten workers.
 */
const RESERVED_MB = 6_144;

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
  /** What it may take of the machine. */
  limits: PluginLimits;
  /** Whether it may import packages from the cache that its temporary folder leads to. */
  importsPackages: boolean;
  /** Its temporary folder, an absolute path. */
  temporary: string;
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
export function launch(
  { folder, entry, permissions, environment, limits, importsPackages, temporary, nonce }: Launch,
): Deno.ChildProcess {
  const { heapMb, memoryMb, fileMb, openFiles } = limits;
  const runner = new URL("../plugin/runner.ts", import.meta.url);
  return denoCommand([
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--no-remote",
    "--cached-only",
    // Written anew by each process, it would cost more than it saves.
    "--no-code-cache",
    // What it does not import, it cannot import by a computed name either.
    ...importsPackages ? [] : ["--no-npm"],
    importMap(entry),
    `--v8-flags=--max-old-space-size=${heapMb}`,
    // Its own origin: otherwise web storage, which needs no permission, would be shared by all plugins.
    `--location=http://${nonce}.invalid/`,
    ...permissions,
    runner.href,
    nonce,
  ], {
    cwd: folder,
    env: {
      ...environment,
      // Whatever the runtime keeps is in one place, which is watched and goes with the process. Its caches have a place
      // only if packages must be found there: they would cost more than they save, and the disk may be full.
      TMPDIR: temporary,
      DENO_DIR: importsPackages ? `${temporary}/deno` : "/dev/null/deno",
      // A GPU, which needs no permission, is not found.
      DENO_WEBGPU_BACKEND: "none",
      // Threads that have read a module each would keep what they took for it, each for itself.
      MALLOC_ARENA_MAX: "1",
    },
    limits: { fileMb, openFiles, dataMb: RESERVED_MB + heapMb + memoryMb },
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Where this Deno keeps packages. */
export async function packageCache(): Promise<string> {
  const { stdout } = await denoCommand(["info", "--json", "--no-config"], { limits: { dataMb: RESERVED_MB } }).output();
  return z.object({ npmCache: z.string() }).parse(JSON.parse(new TextDecoder().decode(stdout))).npmCache;
}
