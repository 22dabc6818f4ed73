/**
 * The room of the plugin host: it starts plugins as processes of their own, speaks with them and keeps them within
 * their bounds.
 *
 * @module
 */
export { createHost, DEFAULT_HOST_BOUNDS, type Host, type HostBounds, type HostOptions, nameOfPlugin } from "./host.ts";
export { BUILT_IN_PLUGINS, type PluginConfig, pluginConfig } from "./plugin_config.ts";
export type { LogEntry } from "./plugin_log.ts";
export { faultsOf, type HeldAgainst } from "./file_faults.ts";
export { shellLines } from "./shell.ts";
export { leftPlugins } from "./leftovers.ts";
export { examinePlugin } from "./prepare.ts";
export { NOT_YET, PluginRefusal, saysExceeded, STOPPED_BECAUSE } from "./refusal.ts";
