/**
 * The host of the plugins: every plugin that the operator configured, each in a process of its own.
 *
 * @module
 */
import { basename } from "node:path";
import type { Core } from "../core/core.ts";
import { Leftovers } from "./leftovers.ts";
import { readManifest } from "./manifest.ts";
import { type CheckedPluginConfig, PLUGIN_NAME, type PluginConfig, pluginConfig } from "./plugin_config.ts";
import { type LogEntry, PluginLog } from "./plugin_log.ts";
import { Misconfigured } from "./refusal.ts";
import { type PluginCondition, Supervisor, type SupervisorBounds } from "./supervisor.ts";

/** What the host needs of the core. */
export type HostCore = Pick<Core, "attach" | "settle" | "releasePlugin" | "enablePlugins">;

/** See {@linkcode SupervisorBounds}. */
export type HostBounds = SupervisorBounds;

/** What holds unless configured. */
export const DEFAULT_HOST_BOUNDS: HostBounds = { startMs: 10_000, stopMs: 2_000, heartbeatMs: 1_000, backOffMs: 250 };

/** What a host is made of. */
export interface HostOptions {
  core: HostCore;
  /** What the operator says about each plugin; checked here. */
  plugins: PluginConfig[];
  /** The data folder. */
  folder: string;
  /** Those that differ from {@linkcode DEFAULT_HOST_BOUNDS}. */
  bounds?: Partial<HostBounds>;
  /** Takes the plugins' log, bounded for each plugin. */
  log(entry: LogEntry): void;
}

/** The plugins, running. */
export interface Host {
  /**
   * Ends what a killed server left behind and starts every enabled plugin. Resolves when they are being started; how each fares is told by
   * `states` and by the core's `settle`.
   *
   * @throws {Misconfigured} If two plugins have one name; nothing is started then.
   */
  start(): Promise<void>;
  /** Stops every plugin in order, each within its bound. */
  stop(): Promise<void>;
  /** How every plugin is, in the order of configuration. */
  states(): PluginCondition[];
}

/**
 * Makes the host of the configured plugins; nothing is started yet.
 *
 * @throws {ZodError} If a plugin's configuration is not valid.
 */
export function createHost({ core, plugins, folder, bounds, log }: HostOptions): Host {
  const configs = plugins.map((config) => pluginConfig.parse(config));
  const warn = (text: string) => log({ plugin: "", level: "warn", text });
  const leftovers = new Leftovers(folder, warn);
  let supervisors: Supervisor[] = [];
  return {
    async start() {
      const names = await namesOf(configs);
      core.enablePlugins(names.filter((_, index) => configs[index]?.enabled));
      const ended = await leftovers.end();
      if (ended > 0) warn(`${ended} processes of an earlier server were still running and were ended`);
      supervisors = configs.map((config, index) => {
        const name = names[index] ?? "";
        return new Supervisor(name, {
          config,
          core,
          bounds: { ...DEFAULT_HOST_BOUNDS, ...bounds },
          leftovers,
          log: new PluginLog(name, log),
        });
      });
      supervisors.forEach((supervisor, index) => configs[index]?.enabled && supervisor.start());
    },
    async stop() {
      await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
    },
    states: () => supervisors.map(({ condition }) => condition),
  };
}

/** The name of each plugin: configured, or its manifest's, or, if it has none that can be read, its folder's. */
async function namesOf(configs: CheckedPluginConfig[]): Promise<string[]> {
  const names = await Promise.all(configs.map(async ({ name, source }) => {
    if (name !== undefined) return name;
    try {
      return (await readManifest(source)).name;
    } catch {
      const fallback = basename(source);
      return PLUGIN_NAME.test(fallback) ? fallback : "plugin";
    }
  }));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Misconfigured(`Cannot start the plugins: two of them are named ${twice}; give one another "name"`);
  }
  return names;
}
