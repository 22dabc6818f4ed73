/**
 * The supervision of a plugin, through all its runs and all their processes.
 *
 * `starting` (manifest, grants and imports are looked at, then a process is launched) → `ready`. When a process ends by
 * itself, or had to be killed: `backingOff`, then `starting` again, with growing waits; the third time within five
 * minutes: `givenUp`. One that says that what it needs is not there yet goes on being tried. A plugin that cannot be
 * started as it is settles at once, in `needsGrant` or in `stopped`, with the reason in words; so does one that is
 * stopped in order.
 *
 * From a start to the end of all this is one run, {@linkcode PluginRun}, of one or several processes. Its operator's
 * commands come one after the other; the next start is a new run, which knows nothing of the crashes of the one before.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import type {
  LogLine,
  ManagedPlugin,
  Permissions,
  PluginCondition,
  PluginState,
} from "../core/contract/managed_plugin.ts";
import type { PluginIntake } from "../core/mod.ts";
import { given, SerialQueue, within } from "../tools/mod.ts";
import type { Leftovers } from "./leftovers.ts";
import type { ResourceWatch } from "./resource_watch.ts";
import type { TemporaryFolders } from "./temporary_folders.ts";
import type { Manifest } from "./manifest.ts";
import type { CheckedPluginConfig } from "./plugin_config.ts";
import type { PluginLog } from "./plugin_log.ts";
import { prepare } from "./prepare.ts";
import { PluginRefusal, STOPPED_BECAUSE } from "./refusal.ts";
import { PluginRun, type RunBounds } from "./plugin_run.ts";

/** What a supervisor needs. */
export interface SupervisorOptions {
  config: CheckedPluginConfig;
  /**
   * Reads what the configuration says of it now. Throws {@linkcode PluginRefusal} if it cannot be read or says nothing
   * of it.
   */
  readConfig(): Promise<CheckedPluginConfig>;
  /** What its manifest says; undefined if it cannot be read. */
  manifest: Manifest | undefined;
  /** Why it is not started with the server, in words; undefined if it is, and the core has been told so. */
  idle: string | undefined;
  intake: PluginIntake;
  bounds: RunBounds;
  leftovers: Leftovers;
  temporary: TemporaryFolders;
  watch: ResourceWatch;
  log: PluginLog;
}

/** A configured plugin, which outlives its runs: it takes its operator's commands and says how it is. */
export class Supervisor implements ManagedPlugin {
  readonly #name: string;
  readonly #options: SupervisorOptions;
  #config: CheckedPluginConfig;
  #manifest: Manifest | undefined;
  /** Whether the core has been told of it. */
  #known: boolean;
  #state: PluginState = "stopped";
  #detail: string;
  #nextTryAt: Date | undefined;
  #restarts = 0;
  #run: PluginRun | undefined;
  /** Resolves when the run has first settled. */
  #settled = Promise.withResolvers<void>();
  readonly #commands = new SerialQueue();
  /** Aborted at the next stop: what was commanded before need not look at the plugin any more. */
  #untilStop = new AbortController();

  /**
   * @param name The plugin's name here.
   * @param options What it needs.
   */
  constructor(name: string, options: SupervisorOptions) {
    this.#name = name;
    this.#options = options;
    this.#config = options.config;
    this.#manifest = options.manifest;
    this.#known = options.idle === undefined;
    this.#detail = options.idle ?? "it has not been started";
  }

  /** How the plugin is now. */
  get condition(): PluginCondition {
    const { rssBytes = 0, cpu = 0, lagMs = 0 } = this.#run?.beat ?? {};
    return {
      name: this.#name,
      enabled: this.#config.enabled,
      state: this.#state,
      detail: this.#detail,
      ...given({ nextTryAt: this.#nextTryAt?.toISOString() }),
      rssBytes,
      cpu,
      lagMs,
      restarts: this.#restarts,
    };
  }

  /** What its manifest last said; undefined if it could never be read. */
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }

  /** What its operator granted. */
  get grants(): Permissions {
    return this.#config.grants;
  }

  /** The newest lines of its log, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#options.log.lines;
  }

  /**
   * Starts the plugin, whatever it settled in, and keeps it running; one that runs goes on, and one that backs off does
   * not wait any longer.
   *
   * @returns Resolves when it has settled, or has not within twice its start deadline.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the end of its last process is not on disk.
   */
  async start(): Promise<void> {
    await this.#commands.run(() => this.#begin());
    await this.#untilSettled();
  }

  /** Closes the plugin's phones, stops it in order and does not start it again. */
  stop(): Promise<void> {
    this.#untilStop.abort();
    this.#untilStop = new AbortController();
    return this.#commands.run(() => this.#end());
  }

  /**
   * Stops the plugin and starts it, the configuration and its folder read anew: phones that it does not offer any more
   * are taken away. It stays as it is if the configuration cannot be read or says nothing of it any more; one that runs
   * goes on also if what they say now could not be started, as far as can be seen without running it: phones that work
   * are not given up for a slip of the pen.
   *
   * @returns Why it goes on as it is, in words; undefined once it was started anew, as {@linkcode Supervisor.start}.
   * @throws {PhoneError} As {@linkcode Supervisor.start}.
   */
  async reload(): Promise<string | undefined> {
    const { signal } = this.#untilStop;
    const obstacle = await this.#commands.run(async () => {
      const next = await this.#next(signal);
      if (typeof next === "string") return next;
      await this.#end();
      this.#config = next;
      await this.#begin({ anew: true });
    });
    if (obstacle === undefined) await this.#untilSettled();
    return obstacle;
  }

  /** The configuration to start anew with; or, in words, why the plugin had better stay as it is. */
  async #next(signal: AbortSignal): Promise<CheckedPluginConfig | string> {
    try {
      const config = await this.#options.readConfig();
      if (this.#run !== undefined && !this.#run.isEnding) await this.#lookAt(config, signal);
      return config;
    } catch (error) {
      if (signal.aborted) return "It is told to stop";
      if (error instanceof PluginRefusal) return error.message;
      throw error;
    }
  }

  /** Throws if it can be seen that the plugin would not start so. */
  async #lookAt(config: CheckedPluginConfig, signal: AbortSignal): Promise<void> {
    try {
      await prepare(config, { startMs: this.#options.bounds.startMs, signal, onManifest() {} });
    } catch (error) {
      // What the system refuses just now it may grant the next time: a start tries more than once.
      if (signal.aborted || error instanceof PluginRefusal) throw error;
    }
  }

  async #untilSettled(): Promise<void> {
    await within(this.#settled.promise, 2 * this.#options.bounds.startMs);
  }

  async #begin({ anew } = { anew: false }): Promise<void> {
    const { intake, bounds, leftovers, temporary, watch, log } = this.#options;
    if (this.#state === "backingOff") await this.#end();
    if (this.#run && !this.#run.isEnding) return;
    if (this.#run && !await this.#run.untilEnded()) {
      throw new PhoneError(
        "RESOURCEUNAVAIL",
        `Cannot start the plugin ${this.#name}: the end of its last process is not on disk yet; ask again when the history can be written`,
      );
    }
    if (!this.#known) intake.enable([this.#name]);
    this.#known = true;
    this.#settled = Promise.withResolvers();
    this.#run = new PluginRun({
      name: this.#name,
      config: this.#config,
      anew,
      intake,
      bounds,
      leftovers,
      temporary,
      watch,
      log,
      become: (state, why) => this.#become(state, why),
      onManifest: (manifest) => this.#manifest = manifest,
      onRestart: () => this.#restarts++,
    });
  }

  async #end(): Promise<void> {
    await this.#run?.stop();
    this.#become("stopped", { detail: STOPPED_BECAUSE.commanded });
  }

  #become(state: PluginState, { detail, nextTryAt }: { detail: string; nextTryAt?: Date } = { detail: "" }): void {
    this.#state = state;
    this.#detail = detail;
    this.#nextTryAt = nextTryAt;
    if (state !== "starting") this.#settled.resolve();
  }
}
