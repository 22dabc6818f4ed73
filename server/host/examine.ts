/**
 * A plugin as it is configured, looked at without starting it.
 *
 * @module
 */
import type { Manifest } from "./manifest.ts";
import { type PluginConfig, pluginConfig } from "./plugin_config.ts";
import { prepare } from "./prepare.ts";

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
  await prepare(pluginConfig.parse(config), { startMs, signal: new AbortController().signal, onManifest: resolve });
  return await promise;
}
