/**
 * What a plugin imports, looked at before anything of it runs: static imports, and dynamic ones of a literal, are read
 * without asking for permission, so a plugin could load any file of the server as text.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { importMap, sdk } from "./launch.ts";
import { PluginRefusal } from "./refusal.ts";
import { denoCommand } from "./shell.ts";

const SDK_SPECIFIER = "switchroom/plugin";
const MOST_BYTES = 16_777_216;
const PINNED = /^npm:\/?(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+@\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\/.*)?$/i;

const target = z.object({ specifier: z.string().optional(), error: z.string().optional() });
const dependency = z.object({ specifier: z.string(), code: target.optional() });
const graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(dependency).default([]),
  })),
});

type Dependency = z.infer<typeof dependency>;

/** Where a plugin is. */
export interface PluginPlace {
  /** Its folder, a real path. */
  folder: string;
  /** The URL of its entry. */
  entry: URL;
}

/**
 * Walks everything that a plugin's entry imports.
 *
 * @throws {PluginRefusal} If the entry or an import is missing or does not parse, or something is imported that is
 * neither in the plugin's folder, nor the SDK, nor a built-in of Node, nor a package of npm pinned to one version.
 */
export async function checkImports({ folder, entry }: PluginPlace, signal: AbortSignal): Promise<void> {
  const { modules } = await readGraph({ folder, entry }, signal);
  const known = new Map(modules.map((module) => [module.specifier, module]));
  // What is added while it is gone through is gone through, too.
  const files = new Set([entry.href]);
  for (const url of files) {
    await checkInside(url, folder);
    const module = known.get(url);
    if (module?.error) throw refusal(firstLine(module.error));
    for (const dependency of module?.dependencies ?? []) {
      const file = fileOf(dependency);
      if (file !== undefined) files.add(file);
    }
  }
}

/**
 * The file that an import leads to; undefined for what need not be looked at: types, the SDK, built-ins and packages.
 */
function fileOf({ specifier, code }: Dependency): string | undefined {
  // What only types need is never loaded.
  if (code === undefined) return undefined;
  const found = code.specifier;
  if (found === undefined) throw refusal(`it imports ${specifier}: ${firstLine(code.error ?? "not found")}`);
  if (specifier === SDK_SPECIFIER && found === sdk().href) return undefined;
  switch (new URL(found).protocol) {
    case "file:":
      return found;
    case "node:":
      return undefined;
    case "npm:":
      if (PINNED.test(found)) return undefined;
      throw refusal(`it imports ${specifier}, which is not pinned; name one version, such as npm:name@1.2.3`);
    default:
      throw refusal(
        `it imports ${
          specifier.slice(0, 200)
        }; only files of its folder, ${SDK_SPECIFIER}, node: and pinned npm: packages may be imported`,
      );
  }
}

async function readGraph({ folder, entry }: PluginPlace, signal: AbortSignal): Promise<z.infer<typeof graph>> {
  const { success, stdout, stderr } = await denoCommand([
    "info",
    "--quiet",
    "--json",
    "--no-config",
    "--no-lock",
    "--no-remote",
    "--no-npm",
    importMap(entry),
    entry.href,
  ], { cwd: folder, signal }).output();
  const words = new TextDecoder();
  if (!success) throw refusal(firstLine(words.decode(stderr)) || "deno info failed");
  if (stdout.length > MOST_BYTES) {
    throw refusal(`its list of imports has ${stdout.length} bytes, more than ${MOST_BYTES}`);
  }
  return graph.parse(JSON.parse(words.decode(stdout)));
}

/** Refuses a file outside the folder, also by way of a symbolic link. */
async function checkInside(url: string, folder: string): Promise<void> {
  let path: string;
  try {
    path = await Deno.realPath(new URL(url));
  } catch (error) {
    throw refusal(`${url} cannot be read: ${wordsOf(error)}`);
  }
  if (!path.startsWith(`${folder}/`)) throw refusal(`it imports ${path}, which lies outside its folder ${folder}`);
}

function refusal(why: string): PluginRefusal {
  return new PluginRefusal(`Cannot load the plugin: ${why}`);
}

function firstLine(text: string): string {
  return text.trim().split("\n").slice(0, 3).join(" ").slice(0, 500);
}
