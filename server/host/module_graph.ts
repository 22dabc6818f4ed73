/**
 * What a plugin imports, looked at before anything of it runs: static imports, and dynamic ones of a literal, are read
 * without asking for permission, so a plugin could load any file of the server as text.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { importMap, sdk } from "./launch.ts";
import { PluginRefusal } from "./refusal.ts";
import { denoCommand } from "./shell.ts";

const SDK_SPECIFIER = "switchroom/plugin";
/** The longest list of imports, and the longest module. */
const MOST_BYTES = 16_777_216;
/** The most memory that reading them may take: some sixty times their length, measured. */
const MOST_MEMORY_MB = 1_024;
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
 * @returns Whether it imports packages of npm.
 * @throws {PluginRefusal} If the entry or an import is missing or does not parse, or something is imported that is
 * neither in the plugin's folder, nor the SDK, nor a built-in of Node, nor a package of npm pinned to one version.
 */
export async function checkImports({ folder, entry }: PluginPlace, signal: AbortSignal): Promise<boolean> {
  await checkLength(entry);
  const { modules } = await readGraph({ folder, entry }, signal);
  const known = new Map(modules.map((module) => [module.specifier, module]));
  // What is added while it is gone through is gone through, too.
  const files = new Set([entry.href]);
  let importsPackages = false;
  for (const url of files) {
    await checkInside(url, folder);
    await checkLength(new URL(url));
    const module = known.get(url);
    if (module?.error) throw refusal(inShort(module.error));
    for (const dependency of module?.dependencies ?? []) {
      const file = fileOf(dependency);
      if (file !== undefined) files.add(file);
      importsPackages ||= dependency.code?.specifier?.startsWith("npm:") ?? false;
    }
  }
  return importsPackages;
}

/**
 * The file that an import leads to; undefined for what need not be looked at: types, the SDK, built-ins and packages.
 */
function fileOf({ specifier, code }: Dependency): string | undefined {
  // What only types need is never loaded.
  if (code === undefined) return undefined;
  const found = code.specifier;
  if (found === undefined) throw refusal(`it imports ${specifier}: ${inShort(code.error ?? "not found")}`);
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
  signal.throwIfAborted();
  const process = denoCommand([
    "info",
    "--quiet",
    "--json",
    "--no-config",
    "--no-lock",
    "--no-remote",
    "--no-npm",
    importMap(entry),
    entry.href,
  ], { cwd: folder, signal, stdout: "piped", stderr: "piped", limits: { dataMb: MOST_MEMORY_MB } }).spawn();
  const [stdout, stderr, status] = await Promise.all([
    firstBytes(process.stdout),
    firstBytes(process.stderr),
    process.status,
  ]);
  // Once it is cut off, its output has no reader, and it ends.
  if (stdout === undefined) throw refusal(`its list of imports has more than ${MOST_BYTES} bytes`);
  if (status.success) return graph.parse(JSON.parse(stdout));
  signal.throwIfAborted();
  if (status.signal === "SIGABRT") throw refusal(`reading its imports took more than ${MOST_MEMORY_MB} MB of memory`);
  throw refusal(inShort(stderr ?? "") || "deno info failed");
}

/** A whole output as text; undefined if it is longer than it may be. */
async function firstBytes(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const bytes of stream) {
    length += bytes.length;
    if (length > MOST_BYTES) return undefined;
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

/** Refuses a module that would take too much memory to read. What cannot be looked at is told by who reads it. */
async function checkLength(url: URL): Promise<void> {
  const { size } = await Deno.stat(url).catch(() => ({ size: 0 }));
  if (size > MOST_BYTES) throw refusal(`${url} has ${size} bytes, more than ${MOST_BYTES}`);
}

/** Refuses a file outside the folder, also by way of a symbolic link. */
async function checkInside(url: string, folder: string): Promise<void> {
  requireInside(fileURLToPath(url), folder);
  let path: string;
  try {
    path = await Deno.realPath(new URL(url));
  } catch (error) {
    throw refusal(`${url} cannot be read: ${wordsOf(error)}`);
  }
  requireInside(path, folder);
}

function requireInside(path: string, folder: string): void {
  if (!path.startsWith(`${folder}/`)) throw refusal(`it imports ${path}, which lies outside its folder ${folder}`);
}

function refusal(why: string): PluginRefusal {
  return new PluginRefusal(`Cannot load the plugin: ${why}`);
}

/** What Deno says of a module, with the line that it means, and where that stands. */
function inShort(text: string): string {
  const lines = text.trim().split("\n").map((line) => line.trim());
  const [place] = lines.flatMap((line) => /^at (\S+)$/.exec(line)?.[1] ?? []);
  const said = lines.slice(0, 3).join(" ").slice(0, 500);
  return place === undefined ? said : `${said} (${place})`;
}
