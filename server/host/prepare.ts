/**
 * What is looked at before a plugin's process is launched: its manifest, its configuration, its grants and all that it
 * imports. Nothing of the plugin runs here.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkConfig } from "./config_check.ts";
import { grantedEnvironment, permissionFlags } from "./grants.ts";
import type { Launch } from "./launch.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { checkImports, type PluginPlace } from "./module_graph.ts";
import { type CheckedPluginConfig, type PluginConfig, pluginConfig } from "./plugin_config.ts";
import { PluginRefusal } from "./refusal.ts";

/** How a preparation may be cut short. */
export interface PrepareOptions {
  /** How long reading the imports may take. */
  startMs: number;
  /** The plugin is stopped meanwhile. */
  signal: AbortSignal;
  /** Takes the manifest as soon as it is read: it is shown also if the plugin cannot be started. */
  onManifest(manifest: Manifest): void;
}

/** One start, prepared. */
export interface Prepared {
  /** How its process is launched. */
  launch: Omit<Launch, "nonce" | "temporary">;
  /** What the plugin is given: what its operator configured, completed by its manifest's defaults. */
  config: unknown;
}

/**
 * Prepares one start, everything read anew.
 *
 * @throws {PluginRefusal} If the plugin cannot be started as it is.
 * @throws The signal's reason if it aborts.
 */
export async function prepare(plugin: CheckedPluginConfig, options: PrepareOptions): Promise<Prepared> {
  const { launch, config } = await examine(plugin, options);
  return { launch: { ...launch, environment: grantedEnvironment(plugin.grants) }, config };
}

/** Looks at all of a start that does not depend on who starts it. */
async function examine(
  { source, config, grants, heapMb, memoryMb, fileMb, temporaryMb, openFiles }: CheckedPluginConfig,
  options: PrepareOptions,
): Promise<{ launch: Omit<Prepared["launch"], "environment">; config: unknown }> {
  const manifest = await readManifest(source);
  options.onManifest(manifest);
  const completed = checkConfig(manifest.config, config);
  const folder = await Deno.realPath(source);
  const permissions = permissionFlags(manifest.permissions, grants);
  const entry = pathToFileURL(join(folder, manifest.entry));
  const importsPackages = await checkInTime({ folder, entry }, options);
  const limits = { heapMb, memoryMb, fileMb, temporaryMb, openFiles };
  return { launch: { folder, entry, permissions, limits, importsPackages }, config: completed };
}

/**
 * Looks at everything that a start of the plugin looks at before its process: manifest, configuration, grants, imports.
 *
 * @param options.startMs How long reading the imports may take.
 * @throws {PluginRefusal} If it could not be started as it is, in the words that the start would use.
 */
export async function examinePlugin(
  config: PluginConfig,
  { startMs }: { startMs: number },
): Promise<Pick<Manifest, "name" | "version">> {
  const { promise, resolve } = Promise.withResolvers<Manifest>();
  await examine(pluginConfig.parse(config), { startMs, signal: new AbortController().signal, onManifest: resolve });
  return await promise;
}

async function checkInTime(place: PluginPlace, { startMs, signal }: PrepareOptions): Promise<boolean> {
  const late = AbortSignal.timeout(startMs);
  try {
    return await checkImports(place, AbortSignal.any([signal, late]));
  } catch (error) {
    // Reading a pipe or a dead disk would take for ever, and the next time too.
    if (late.aborted) {
      throw new PluginRefusal(`Cannot start the plugin: its imports could not be read within ${startMs} ms`);
    }
    throw error;
  }
}
