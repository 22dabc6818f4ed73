/**
 * The host of the plugins: every plugin that the operator configured, each in a process of its own.
 *
 * @module
 */
import { basename } from "node:path";
import { wordsOf } from "../core/contract/errors.ts";
import type { ManagedPlugin, PluginCondition } from "../core/contract/managed_plugin.ts";
import type { PluginIntake } from "../core/mod.ts";
import { within } from "../tools/mod.ts";
import { Leftovers } from "./leftovers.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { type CheckedPluginConfig, PLUGIN_NAME, type PluginConfig, pluginConfig } from "./plugin_config.ts";
import { type LogEntry, PluginLog } from "./plugin_log.ts";
import { Misconfigured, PluginRefusal, STOPPED_BECAUSE } from "./refusal.ts";
import type { RunBounds } from "./plugin_run.ts";
import { ResourceWatch } from "./resource_watch.ts";
import { Supervisor } from "./supervisor.ts";
import { TemporaryFolders } from "./temporary_folders.ts";

/** What an operator sets: see {@linkcode RunBounds}. */
export type HostBounds = Omit<RunBounds, "releaseMs">;

/** What holds unless configured. */
export const DEFAULT_HOST_BOUNDS: HostBounds = {
  startMs: 10_000,
  stopMs: 2_000,
  heartbeatMs: 1_000,
  missedHeartbeats: 3,
  backOffMs: 250,
};

/** How long a manifest may take to be read that is only to be shown. */
const SHOW_MS = 1_000;

/** What a host is made from. */
export interface HostOptions {
  /** Where plugins are taken in. */
  intake: PluginIntake;
  /** What the operator says about each plugin; checked here. */
  plugins: PluginConfig[];
  /** Reads what the operator says about each plugin now; without it that is what was said at the start. */
  readPlugins?(): Promise<PluginConfig[]>;
  /** No plugin is started with the server: only an operator's command starts one. */
  safe?: boolean;
  /** The data folder. */
  folder: string;
  /** Those that differ from {@linkcode DEFAULT_HOST_BOUNDS}. */
  bounds?: Partial<HostBounds>;
  /**
   * How long the core may take to close a phone and to write that down, in milliseconds; 9 s if left out, as its own
   * bounds have it.
   */
  releaseMs?: number;
  /** Takes the plugins' log, bounded for each plugin. */
  log(entry: LogEntry): void;
}

/** The plugins, running. */
export interface Host {
  /**
   * Ends what a killed server left behind and starts every enabled plugin. Resolves when they are being started; how
   * each fares is told by `conditions` and by the intake's `settle`.
   *
   * @throws {Misconfigured} If two plugins have one name; nothing is started then.
   */
  start(): Promise<void>;
  /** Stops every plugin in order, each within its bound. */
  stop(): Promise<void>;
  /** How every plugin is, in the order of configuration. */
  conditions(): PluginCondition[];
  /** Every plugin, for its operator, in the order of configuration. */
  plugins(): readonly ManagedPlugin[];
}

/**
 * Makes the host of the configured plugins; nothing is started yet.
 *
 * @throws {ZodError} If a plugin's configuration is not valid.
 */
export function createHost(
  {
    intake,
    plugins,
    readPlugins = () => Promise.resolve(plugins),
    safe = false,
    folder,
    bounds,
    releaseMs = 9_000,
    log,
  }: HostOptions,
): Host {
  const configs = plugins.map((config) => pluginConfig.parse(config));
  const warn = (text: string) => log({ plugin: "", level: "warn", text });
  const leftovers = new Leftovers(folder, warn);
  const temporary = new TemporaryFolders(folder, warn);
  const watch = new ResourceWatch();
  let supervisors: Supervisor[] = [];
  return {
    async start() {
      const described = await Promise.all(configs.map(describe));
      requireUnique(described.map(({ name }) => name));
      const isStarted = ({ config }: Described) => config.enabled && !safe;
      intake.enable(described.filter(isStarted).map(({ name }) => name));
      const ended = await leftovers.end();
      await temporary.empty();
      if (ended > 0) warn(`${ended} processes of an earlier server were still running and were ended`);
      supervisors = described.map((plugin) =>
        new Supervisor(plugin.name, {
          config: plugin.config,
          readConfig: () => readConfig(plugin, readPlugins),
          manifest: plugin.manifest,
          idle: isStarted(plugin) ? undefined : safe ? STOPPED_BECAUSE.safe : STOPPED_BECAUSE.disabled,
          intake,
          bounds: { ...DEFAULT_HOST_BOUNDS, ...bounds, releaseMs },
          leftovers,
          temporary,
          watch,
          log: new PluginLog(plugin.name, log),
        })
      );
      supervisors.forEach((supervisor, index) => described[index] && isStarted(described[index]) && supervisor.start());
    },
    async stop() {
      await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
      await watch.end();
    },
    conditions: () => supervisors.map(({ condition }) => condition),
    plugins: () => supervisors,
  };
}

/**
 * A plugin before it is started: its name is configured, or its manifest's, or, if it has none that can be read, its
 * folder's.
 */
interface Described {
  name: string;
  config: CheckedPluginConfig;
  manifest: Manifest | undefined;
}

/**
 * What the operator says about one plugin now.
 *
 * @throws {PluginRefusal} If that cannot be read, or nothing is said about it.
 */
async function readConfig(
  { name, config: { source } }: Described,
  readPlugins: () => Promise<PluginConfig[]>,
): Promise<CheckedPluginConfig> {
  const read = async () => (await readPlugins()).map((config) => pluginConfig.parse(config));
  const configs = await read().catch((error) => {
    throw new PluginRefusal(wordsOf(error), { cause: error });
  });
  const described = await Promise.all(configs.map(describe));
  // A manifest that cannot be read just now names nobody.
  const unnamed = configs.find((config) => config.name === undefined && config.source === source);
  const found = described.find((plugin) => plugin.name === name)?.config ?? unnamed;
  if (found) return found;
  throw new PluginRefusal(
    `The configuration does not name the plugin ${name} any more; stop it, or add it to "plugins" again (a folder that is new there is known by its name after a restart)`,
  );
}

/** What a plugin is called, also one that cannot be started. */
export async function nameOfPlugin(config: PluginConfig): Promise<string> {
  return (await describe(pluginConfig.parse(config))).name;
}

async function describe(config: CheckedPluginConfig): Promise<Described> {
  const fallback = basename(config.source);
  // What is wrong with it is told when it is started.
  const reading = readManifest(config.source).catch(() => undefined);
  // A dead disk must not keep the server from starting where the manifest is only for show.
  const isRead = config.name === undefined || await within(reading, SHOW_MS);
  const manifest = isRead ? await reading : undefined;
  const name = config.name ?? manifest?.name ?? (PLUGIN_NAME.test(fallback) ? fallback : "plugin");
  return { name, config, manifest };
}

function requireUnique(names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new Misconfigured(`Cannot start the plugins: two of them are named ${twice}; give one another "name"`);
}
