/**
 * One run of a plugin: from a start to the state that it settles in, through as many processes as it takes.
 *
 * @module
 */
import type { PluginState } from "../core/contract/managed_plugin.ts";
import { wordsOf } from "../core/contract/errors.ts";
import type { PluginIntake } from "../core/mod.ts";
import { pause, unlessAborted, within } from "../tools/mod.ts";
import { BackOff } from "./back_off.ts";
import { launch, type PluginLimits } from "./launch.ts";
import type { Leftovers } from "./leftovers.ts";
import type { ResourceWatch } from "./resource_watch.ts";
import type { TemporaryFolders } from "./temporary_folders.ts";
import type { Manifest } from "./manifest.ts";
import type { CheckedPluginConfig } from "./plugin_config.ts";
import { type Beat, SupervisedProcess } from "./plugin_process.ts";
import type { PluginLog } from "./plugin_log.ts";
import { prepare } from "./prepare.ts";
import { PluginRefusal, STOPPED_BECAUSE } from "./refusal.ts";
import { endGroup } from "./shell.ts";

/** Bounds of a run, in milliseconds and counts. */
export interface RunBounds {
  /** From launch to ready. */
  startMs: number;
  /**
   * From the first close of a phone to the stop message: the devices are released by then, whether or not the history
   * can be written.
   */
  releaseMs: number;
  /** From the stop message to the end of the process. */
  stopMs: number;
  /** Between two heartbeats. */
  heartbeatMs: number;
  /** Heartbeats that may be missed; one more is a hang. */
  missedHeartbeats: number;
  /**
   * The first wait before another process; each is twice as long as the one before, up to two seconds after a crash,
   * and up to five minutes for what is not there yet.
   */
  backOffMs: number;
}

/** What a run needs. */
export interface RunOptions {
  name: string;
  config: CheckedPluginConfig;
  /**
   * Whether it is started with what the configuration says now: phones that it does not offer when it is first ready
   * are taken away.
   */
  anew: boolean;
  intake: PluginIntake;
  bounds: RunBounds;
  leftovers: Leftovers;
  temporary: TemporaryFolders;
  watch: ResourceWatch;
  log: PluginLog;
  /** Told of each state, with the reason in words, and of one that backs off when it is tried again. */
  become(state: PluginState, why?: { detail: string; nextTryAt?: Date }): void;
  /** Told of the manifest, each time that it is read. */
  onManifest(manifest: Manifest): void;
  /** Told of each process after the first. */
  onRestart(): void;
}

const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 300_000;
const LONGEST_WAIT_MS = { crash: 2_000, notYet: 300_000 } as const;

/** What keeps a plugin from running just now. */
interface Setback {
  verdict: keyof typeof LONGEST_WAIT_MS;
  detail: string;
}

/** A process, just launched. */
interface Launched {
  process: Deno.ChildProcess;
  /** Its temporary folder. */
  folder: string;
  limits: PluginLimits;
  /** What the plugin in it is to be given. */
  config: unknown;
}

/** Says that it crashed once too often. */
class GivenUp extends Error {
  override readonly name = "GivenUp";
}

/** A run, which begins as it is made: it launches processes until the plugin settles or is stopped. */
export class PluginRun {
  readonly #options: RunOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #ended = false;
  #wasReady = false;
  #launches = 0;
  #crashes: number[] = [];
  readonly #waits: Record<Setback["verdict"], BackOff>;
  #process: SupervisedProcess | undefined;

  /** @param options What it needs. */
  constructor(options: RunOptions) {
    this.#options = options;
    const firstMs = options.bounds.backOffMs;
    this.#waits = {
      crash: new BackOff({ firstMs, longestMs: LONGEST_WAIT_MS.crash }),
      notYet: new BackOff({ firstMs, longestMs: LONGEST_WAIT_MS.notYet }),
    };
    this.#running = this.#run().finally(() => this.#ended = true);
  }

  /** What its process last said of itself. */
  get beat(): Beat | undefined {
    return this.#process?.beat;
  }

  /** Whether it has been told to stop, or has settled. */
  get isEnding(): boolean {
    return this.#ended || this.#stopping.signal.aborted;
  }

  /** Closes the plugin's phones and stops it in order. */
  async stop(): Promise<void> {
    const { name, intake, bounds, log } = this.#options;
    this.#stopping.abort();
    if (this.#process) {
      const late = AbortSignal.timeout(bounds.releaseMs);
      await unlessAborted(intake.closePhones(name), late).catch((error) => {
        log.add("warn", `its phones were not closed in order before it was stopped: ${wordsOf(error)}`);
      });
      await this.#process?.stop();
    }
    await this.untilEnded();
  }

  /**
   * Waits for its end. Gives false if that is not written down in time: the core may wait for a disk, although the
   * process has ended.
   */
  async untilEnded(): Promise<boolean> {
    await within(this.#running, LONGEST_WAIT_MS.crash + this.#options.bounds.stopMs);
    return this.#ended;
  }

  async #run(): Promise<void> {
    try {
      let setback = await this.#oneProcess();
      while (setback !== undefined && await this.#backOff(setback)) setback = await this.#oneProcess();
      this.#stopped();
    } catch (error) {
      if (this.#stopping.signal.aborted) this.#stopped();
      else if (error instanceof PluginRefusal) this.#settle(error.state, error.message);
      else if (error instanceof GivenUp) this.#settle("givenUp", error.message);
      else this.#settle("stopped", `Cannot start the plugin: ${wordsOf(error)}`);
    }
  }

  /**
   * One process, from its preparation to its end. Gives what kept it from running; nothing after an orderly stop.
   *
   * @throws {PluginRefusal} If another try cannot help.
   * @throws {GivenUp} If it was tried often enough.
   */
  async #oneProcess(): Promise<Setback | undefined> {
    const { name, intake, bounds, leftovers, temporary, watch, log, become } = this.#options;
    if (this.#stopping.signal.aborted) return;
    become("starting");
    const nonce = crypto.randomUUID();
    const launched = await this.#launch(nonce);
    if (launched === undefined) return;
    if ("verdict" in launched) return launched;
    const { process, config, folder, limits } = launched;
    log.begin();
    const remembered = leftovers.remember(nonce, { name, pid: process.pid });
    if (++this.#launches > 1) this.#options.onRestart();
    this.#process = new SupervisedProcess(process, {
      name,
      config,
      intake,
      bounds,
      fileMb: limits.fileMb,
      watch: (exceed) => watch.watch({ pid: process.pid, temporary: folder, limits, exceed }),
      log,
      anew: this.#options.anew && !this.#wasReady,
      onReady: () => {
        this.#wasReady = true;
        this.#waits.notYet.reset();
        become("ready");
        intake.settle(name);
      },
    });
    const { cause, detail, verdict } = await this.#process.supervise();
    this.#process = undefined;
    await remembered;
    // What it was allowed to run would outlive it.
    if (this.#options.config.grants.run.length > 0) {
      await endGroup(process.pid).catch((error) => log.add("warn", `what it runs cannot be ended: ${wordsOf(error)}`));
    }
    leftovers.forget(nonce);
    await temporary.remove(folder);
    if (cause === "pluginStop") return;
    if (verdict === "never") throw new PluginRefusal(`Cannot use the plugin: ${detail}`);
    return verdict === "crash" ? this.#crash(detail) : { verdict, detail };
  }

  /**
   * A process, or none if the plugin is stopped meanwhile. What the system refuses just now, such as another process,
   * is a crash: it may not the next time.
   */
  async #launch(nonce: string): Promise<Launched | Setback | undefined> {
    const { config, bounds, temporary, onManifest } = this.#options;
    const { signal } = this.#stopping;
    try {
      const prepared = await prepare(config, { startMs: bounds.startMs, signal, onManifest });
      if (signal.aborted) return undefined;
      const { importsPackages, limits } = prepared.launch;
      const folder = await temporary.make(nonce, { importsPackages });
      if (signal.aborted) return void await temporary.remove(folder);
      try {
        const process = launch({ ...prepared.launch, nonce, temporary: folder });
        return { process, folder, limits, config: prepared.config };
      } catch (error) {
        await temporary.remove(folder);
        throw error;
      }
    } catch (error) {
      if (error instanceof PluginRefusal || signal.aborted) throw error;
      return this.#crash(`it could not be launched: ${wordsOf(error)}`);
    }
  }

  #crash(detail: string): Setback {
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (this.#crashes.length < MOST_CRASHES) return { verdict: "crash", detail };
    throw new GivenUp(`it ended ${MOST_CRASHES} times within five minutes, the last time because ${detail}`);
  }

  /** Waits until it is tried again. Gives false if it is stopped meanwhile. */
  async #backOff({ verdict, detail }: Setback): Promise<boolean> {
    const { name, intake, log, become } = this.#options;
    const waitMs = this.#waits[verdict].next();
    log.add("warn", `${detail}; it is tried again in ${(waitMs / 1_000).toFixed(1)} s`);
    become("backingOff", { detail, nextTryAt: new Date(Date.now() + waitMs) });
    intake.settle(name);
    return await pause(waitMs, this.#stopping.signal);
  }

  #stopped(): void {
    const { name, intake, become } = this.#options;
    become("stopped", { detail: STOPPED_BECAUSE.commanded });
    intake.settle(name);
  }

  /** Becomes what it stays until somebody does something about it, so that somebody is told. */
  #settle(state: PluginState, detail: string): void {
    const { name, intake, log, become } = this.#options;
    log.add("error", detail);
    become(state, { detail });
    intake.settle(name, { state, detail });
  }
}
