/**
 * How a plugin's module says what it is.
 *
 * @module
 */
import type { Host } from "./host.ts";

/** The life of a plugin: both are called once. */
export interface Plugin {
  /** Adds the phones. Rejecting makes the server try again later. */
  start?(): Promise<void> | void;
  /** Lets go of everything; every phone has been closed before. */
  stop?(): Promise<void> | void;
}

/** Makes a plugin of the host and the configuration. */
export type PluginFactory<Config> = (host: Host, config: Config) => Plugin | Promise<Plugin>;

/** What {@linkcode definePlugin} gives: opaque, to be the default export of the plugin's entry. */
export type PluginDefinition = Readonly<Record<never, never>>;

const FACTORIES = new WeakMap<object, PluginFactory<unknown>>();

/**
 * Defines a plugin; its result is the default export of the module that the manifest names as `entry`.
 *
 * @example A plugin with one phone
 * ```ts
 * import { definePlugin } from "./mod.ts";
 *
 * export default definePlugin<{ name?: string }>((host, config) => ({
 *   async start() {
 *     await host.addPhone({ id: "desk-1", name: config.name ?? "Desk 1" }, {
 *       setLamp: ({ lamp, mode }) => host.log(`lamp ${lamp} is ${mode}`),
 *     });
 *   },
 * }));
 * ```
 *
 * @param factory Makes the plugin; called once in each process with the host and the operator's configuration.
 */
export function definePlugin<Config = Record<string, never>>(
  factory: PluginFactory<Config>,
): PluginDefinition {
  const definition = Object.freeze({});
  FACTORIES.set(definition, (host, config) => factory(host, config as Config));
  return definition;
}

/** The factory of a plugin's default export, or undefined if that was not made by {@linkcode definePlugin}. */
export function factoryOf(definition: unknown): PluginFactory<unknown> | undefined {
  return typeof definition === "object" && definition !== null ? FACTORIES.get(definition) : undefined;
}
