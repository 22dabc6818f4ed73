/**
 * The life of a plugin through all its processes.
 *
 * `starting` (manifest, grants and imports are looked at, then a process is launched) → `ready`. When a process ends by itself, or had to be
 * killed: `backingOff`, then `starting` again, with growing waits; the third time within five minutes: `givenUp`. A plugin that cannot be
 * started as it is settles at once, in `needsGrant` or in `stopped`, with the reason in words; so does one that is stopped in order.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import type { Core } from "../core/core.ts";
import { checkConfig } from "./config_check.ts";
import { checkImports, type PluginPlace } from "./module_graph.ts";
import { grantedEnvironment, permissionFlags } from "./grants.ts";
import { endGroup, launch } from "./launch.ts";
import type { Leftovers } from "./leftovers.ts";
import { readManifest } from "./manifest.ts";
import type { CheckedPluginConfig } from "./plugin_config.ts";
import { PluginLife } from "./plugin_life.ts";
import type { PluginLog } from "./plugin_log.ts";
import { PluginRefusal } from "./refusal.ts";

/** Where a plugin is in its life. */
export type PluginState = "starting" | "ready" | "backingOff" | "stopped" | "needsGrant" | "givenUp";

/** How a plugin is. */
export interface PluginCondition {
  name: string;
  /** Whether it is started at all. */
  enabled: boolean;
  state: PluginState;
  /** Why, in words; empty where there is nothing to say. */
  detail: string;
  /** Resident memory in bytes, 0 without a process. */
  rssBytes: number;
  /** Processor time as a part of one processor. */
  cpu: number;
  /** How late its timers are, in milliseconds. */
  lagMs: number;
  /** How many processes were started after the first. */
  restarts: number;
}

/** Bounds of a plugin's life, in milliseconds. */
export interface SupervisorBounds {
  /** From launch to ready. */
  startMs: number;
  /** From the stop message to the end of the process. */
  stopMs: number;
  /** Between two heartbeats; three missed are a hang. */
  heartbeatMs: number;
  /** The first wait before another process; each is twice as long as the one before, up to two seconds. */
  backOffMs: number;
}

/** What a supervisor needs. */
export interface SupervisorOptions {
  config: CheckedPluginConfig;
  core: Pick<Core, "attach" | "settle" | "releasePlugin">;
  bounds: SupervisorBounds;
  leftovers: Leftovers;
  log: PluginLog;
}

const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 300_000;
/** Not longer than a stop may take: a wait cannot be cut short, and the stop waits for it. */
const LONGEST_BACK_OFF_MS = 2_000;

/** Says that a process of the plugin ended otherwise than by an orderly stop. */
class PluginCrash extends Error {
  override readonly name = "PluginCrash";
  /** It is one too many: the plugin is given up. */
  readonly last: boolean;

  constructor(message: string, { last }: { last: boolean }) {
    super(message);
    this.last = last;
  }
}

/** See the module. */
export class Supervisor {
  readonly #name: string;
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #state: PluginState = "stopped";
  #detail = "it has not been started";
  #launches = 0;
  #crashes: number[] = [];
  #life: PluginLife | undefined;
  #running: Promise<void> | undefined;

  /**
   * @param name The plugin's name here.
   * @param options What it needs.
   */
  constructor(name: string, options: SupervisorOptions) {
    this.#name = name;
    this.#options = options;
    if (!options.config.enabled) this.#detail = "it is not enabled";
  }

  /** How the plugin is now. */
  get condition(): PluginCondition {
    const { rssBytes = 0, cpu = 0, lagMs = 0 } = this.#life?.beat ?? {};
    const restarts = Math.max(0, this.#launches - 1);
    return {
      name: this.#name,
      enabled: this.#options.config.enabled,
      state: this.#state,
      detail: this.#detail,
      rssBytes,
      cpu,
      lagMs,
      restarts,
    };
  }

  /** Starts the plugin and keeps it running. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Closes the plugin's phones, stops it in order and does not start it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#life) {
      await this.#options.core.releasePlugin(this.#name);
      await this.#life?.stop();
    }
    // The core may wait for a disk that cannot be written; the process has ended all the same, and the server wants to end too.
    const longest = LONGEST_BACK_OFF_MS + this.#options.bounds.stopMs;
    await deadline(this.#running ?? Promise.resolve(), longest).catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      await retry(() => this.#live(), {
        minTimeout: Math.min(this.#options.bounds.backOffMs, LONGEST_BACK_OFF_MS),
        maxTimeout: LONGEST_BACK_OFF_MS,
        jitter: 0.5,
        // The window decides when it is enough, not the number of tries.
        maxAttempts: Number.MAX_SAFE_INTEGER,
        isRetriable: (error) => error instanceof PluginCrash && !error.last,
      });
      this.#stopped();
    } catch (error) {
      if (this.#stopping.signal.aborted) this.#stopped();
      else if (error instanceof PluginRefusal) this.#settle(error.state, error.message);
      else if (error instanceof PluginCrash) this.#settle("givenUp", error.message);
      else this.#settle("stopped", `Cannot start the plugin: ${wordsOf(error)}`);
    }
  }

  /** One process, from its preparation to its end. Returns after an orderly stop; throws otherwise. */
  async #live(): Promise<void> {
    const { core, bounds, leftovers, log, config } = this.#options;
    if (this.#stopping.signal.aborted) return;
    this.#become("starting", "");
    const nonce = crypto.randomUUID();
    const process = await this.#launch(nonce);
    if (process === undefined) return;
    log.begin();
    leftovers.remember(nonce, { name: this.#name, pid: process.pid });
    this.#launches++;
    this.#life = new PluginLife(process, {
      name: this.#name,
      config: config.config,
      core,
      bounds,
      log,
      onReady: () => {
        this.#become("ready", "");
        core.settle(this.#name);
      },
    });
    const { cause, detail, final } = await this.#life.run();
    this.#life = undefined;
    // What it was allowed to run would outlive it.
    if (config.grants.run.length > 0) await endGroup(process.pid);
    leftovers.forget(nonce);
    if (cause === "pluginStop") return;
    if (final) throw new PluginRefusal(`Cannot use the plugin: ${detail}`);
    throw this.#crash(detail);
  }

  /** A process, or none if the plugin is stopped meanwhile. What the system refuses just now, such as another process, is a crash: it may not the next time. */
  async #launch(nonce: string): Promise<Deno.ChildProcess | undefined> {
    try {
      const prepared = await this.#prepare();
      if (this.#stopping.signal.aborted) return undefined;
      return launch({ ...prepared, heapMb: this.#options.config.heapMb, nonce });
    } catch (error) {
      if (error instanceof PluginRefusal || this.#stopping.signal.aborted) throw error;
      throw this.#crash(`it could not be launched: ${wordsOf(error)}`);
    }
  }

  async #prepare() {
    const { config } = this.#options;
    const { entry, permissions, config: schema } = await readManifest(config.source);
    checkConfig(schema, config.config);
    const folder = await Deno.realPath(config.source);
    const flags = permissionFlags(permissions, config.grants);
    const url = pathToFileURL(join(folder, entry));
    await this.#checkImports({ folder, entry: url });
    return { folder, entry: url, permissions: flags, environment: grantedEnvironment(config.grants) };
  }

  async #checkImports(place: PluginPlace): Promise<void> {
    const { startMs } = this.#options.bounds;
    const late = AbortSignal.timeout(startMs);
    try {
      await checkImports(place, AbortSignal.any([this.#stopping.signal, late]));
    } catch (error) {
      // Reading a pipe or a dead disk would take for ever, and the next time too.
      if (late.aborted) {
        throw new PluginRefusal(`Cannot start the plugin: its imports could not be read within ${startMs} ms`);
      }
      throw error;
    }
  }

  #crash(detail: string): PluginCrash {
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (this.#crashes.length >= MOST_CRASHES) {
      const words = `it ended ${MOST_CRASHES} times within five minutes, the last time because ${detail}`;
      return new PluginCrash(words, { last: true });
    }
    this.#options.log.add("warn", detail);
    this.#become("backingOff", detail);
    return new PluginCrash(detail, { last: false });
  }

  #stopped(): void {
    this.#become("stopped", "it was stopped");
    this.#options.core.settle(this.#name);
  }

  /** Becomes what it stays until somebody does something about it, so that somebody is told. */
  #settle(state: PluginState, detail: string): void {
    this.#options.log.add("error", detail);
    this.#become(state, detail);
    this.#options.core.settle(this.#name, { state, detail });
  }

  #become(state: PluginState, detail: string): void {
    this.#state = state;
    this.#detail = detail;
  }
}
