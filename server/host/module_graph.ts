/**
 * What a plugin imports, looked at before anything of it runs: static imports, and dynamic ones of a literal, are read without asking for
 * permission, so a plugin could load any file of the server as text.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { denoCommand, importMap, sdk } from "./launch.ts";
import { PluginRefusal } from "./refusal.ts";

const SDK_SPECIFIER = "switchroom/plugin";
const MOST_BYTES = 16_777_216;
const PINNED = /^npm:\/?(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+@\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\/.*)?$/i;

const target = z.object({ specifier: z.string().optional(), error: z.string().optional() });
const graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(z.object({ specifier: z.string(), code: target.optional() })).default([]),
  })),
});

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
 * @throws {PluginRefusal} If the entry or an import is missing or does not parse, or something is imported that is neither in the plugin's folder, nor the SDK, nor a built-in of Node, nor a package of npm pinned to one version.
 */
export async function checkImports({ folder, entry }: PluginPlace, signal: AbortSignal): Promise<void> {
  const { modules } = await walk({ folder, entry }, signal);
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const waiting = [entry.href];
  const seen = new Set(waiting);
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    await checkInside(url, folder);
    const module = known.get(url);
    if (module?.error) throw refusal(firstLine(module.error));
    for (const { specifier, code } of module?.dependencies ?? []) {
      // What only types need is never loaded.
      if (code === undefined) continue;
      const found = code.specifier;
      if (found === undefined) throw refusal(`it imports ${specifier}: ${firstLine(code.error ?? "not found")}`);
      if (specifier === SDK_SPECIFIER && found === sdk().href) continue;
      const { protocol } = new URL(found);
      if (protocol === "node:") continue;
      if (protocol === "npm:") {
        if (PINNED.test(found)) continue;
        throw refusal(`it imports ${specifier}, which is not pinned; name one version, such as npm:name@1.2.3`);
      }
      if (protocol !== "file:") {
        throw refusal(
          `it imports ${
            specifier.slice(0, 200)
          }; only files of its folder, ${SDK_SPECIFIER}, node: and pinned npm: packages may be imported`,
        );
      }
      if (seen.has(found)) continue;
      seen.add(found);
      waiting.push(found);
    }
  }
}

async function walk({ folder, entry }: PluginPlace, signal: AbortSignal): Promise<z.infer<typeof graph>> {
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
