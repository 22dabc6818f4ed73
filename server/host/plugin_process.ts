/**
 * One process of a plugin, watched from its start to its end.
 *
 * Started, it has the start deadline to say hello and then ready. While it runs it answers heartbeats; three missed
 * are a hang. It ends by an orderly stop, by itself (a crash), or because the host kills it: it hung, broke the wire or did
 * not keep a deadline. Whatever the way, its messages that arrived before are heard first, then the core is told
 * `gone`.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { spaced } from "../core/contract/text.ts";
import { setImmediate } from "node:timers";
import type { GoneCause, PluginIntake, PluginReports } from "../core/mod.ts";
import {
  clip,
  FrameError,
  FrameReader,
  FrameWriter,
  type FromPlugin,
  type StartVerdict,
  type ToPlugin,
  WIRE_VERSION,
} from "../wire/mod.ts";
import { TokenBucket, within } from "../tools/mod.ts";
import { LOOP_SHARE, LoopShare } from "./loop_share.ts";
import { fromPlugin, WireFault } from "./messages.ts";
import { PluginLink } from "./plugin_link.ts";
import { type PluginLog, readLines } from "./plugin_log.ts";
import { exceeded, NOT_YET, STOPPED_BECAUSE } from "./refusal.ts";

/** How a process ended. */
export interface Ending {
  cause: GoneCause;
  /** In words. */
  detail: string;
  /** What a failed start means; `crash` of one that did not fail. */
  verdict: StartVerdict;
}

/** What the process last said of itself. */
export type Beat = Pick<Extract<FromPlugin, { type: "beat" }>, "rssBytes" | "cpu" | "lagMs">;

/** What the supervision of a process needs. */
export interface ProcessOptions {
  /** The name that the plugin runs under. */
  name: string;
  /** What the plugin is given, complete. */
  config: unknown;
  /** Takes up the process once it has said hello. */
  intake: PluginIntake;
  /** How long it may take to start and to stop, and how often it must beat. */
  bounds: { startMs: number; stopMs: number; heartbeatMs: number; missedHeartbeats: number };
  /** The longest file that it may write, megabytes: the system ends it then. */
  fileMb: number;
  /** Watches what it holds, and tells if that is too much, until what is returned is called. */
  watch(exceed: (why: string) => void): () => void;
  /** Takes what it logs and prints, and what is said of it. */
  log: PluginLog;
  /** Whether phones that it does not offer are taken away. */
  anew: boolean;
  /** Its start has ended well. */
  onReady(): void;
}

/** Bytes that may wait for a plugin which does not read. */
const MOST_WAITING_BYTES = 67_108_864;
/** How long the pipes of an ended process are still read: a grandchild may hold them open for ever. */
const DRAIN_MS = 500;

/** A process that has just been started: greeted, watched by its heartbeats, stopped in order or killed. */
export class SupervisedProcess {
  readonly #process: Deno.ChildProcess;
  readonly #options: ProcessOptions;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #writer = new FrameWriter((frame) => this.#write(frame), setImmediate);
  readonly #link: PluginLink;
  readonly #ended = Promise.withResolvers<void>();
  #events: PluginReports | undefined;
  #ending: Ending | undefined;
  #startTimer: ReturnType<typeof setTimeout> | undefined;
  #heart: ReturnType<typeof setInterval> | undefined;
  /** The numbers of heartbeats that it has not answered, oldest first. */
  #unanswered: number[] = [];
  readonly #work = new TokenBucket(LOOP_SHARE);
  #waitingBytes = 0;
  #beat: Beat | undefined;

  /**
   * @param process The process, just started.
   * @param options What it needs.
   */
  constructor(process: Deno.ChildProcess, options: ProcessOptions) {
    this.#process = process;
    this.#options = options;
    this.#stdin = process.stdin.getWriter();
    this.#link = new PluginLink({
      send: (message) => this.#send(message),
      kill: (why) => this.#kill("pluginHang", why),
      log: (level, text) => options.log.add(level, text),
    });
  }

  /** What the process last said of itself. */
  get beat(): Beat | undefined {
    return this.#beat;
  }

  /** Has the plugin start, and watches over it until its process has ended. */
  async supervise(): Promise<Ending> {
    const { name, config, bounds, log } = this.#options;
    this.#startTimer = setTimeout(() => {
      this.#kill("pluginHang", `it was not ready within ${bounds.startMs} ms of its start`);
    }, bounds.startMs);
    const unwatch = this.#options.watch((why) => this.#kill("pluginCrash", why));
    this.#send({ type: "hello", wire: WIRE_VERSION, name, config, beatMs: bounds.heartbeatMs });
    const stdout = this.#process.stdout.getReader();
    const stderr = this.#process.stderr.getReader();
    const reading = Promise.all([
      this.#listen(stdout),
      readLines(stderr, { take: (line) => log.printed(line), share: new LoopShare(this.#work) }),
    ]);
    // It is waited for below; until then its failure must not count as unhandled.
    reading.catch(() => {});
    const status = await this.#process.status;
    unwatch();
    await within(reading, DRAIN_MS);
    this.#clearTimers();
    await Promise.allSettled([stdout.cancel(), stderr.cancel(), this.#stdin.abort()]);
    const ending = this.#ending ?? { cause: "pluginCrash", detail: this.#lastWords(status), verdict: "crash" };
    this.#ending = ending;
    this.#link.end();
    this.#ended.resolve();
    await this.#events?.gone(ending.cause, ending.detail);
    return ending;
  }

  /**
   * Stops the plugin in order, until its process has ended; it is killed if that takes longer than it may. Its phones
   * have been closed before.
   */
  async stop(): Promise<void> {
    this.#ending ??= { cause: "pluginStop", detail: STOPPED_BECAUSE.commanded, verdict: "never" };
    this.#clearTimers();
    this.#send({ type: "stop" });
    const { stopMs } = this.#options.bounds;
    if (await within(this.#ended.promise, stopMs)) return;
    this.#options.log.add("warn", `it did not stop within ${stopMs} ms and was killed`);
    this.#end();
    await this.#ended.promise;
  }

  #lastWords({ signal, code }: Deno.CommandStatus): string {
    const { fileMb, log } = this.#options;
    if (signal === "SIGXFSZ") return exceeded("file size", fileMb);
    return `its process ended with ${signal ?? `exit code ${code}`}${log.lastWords && `: ${log.lastWords}`}`;
  }

  async #listen(stdout: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const frames = new FrameReader();
    const share = new LoopShare(this.#work);
    try {
      for (let read = await share.waitFor(stdout.read()); !read.done; read = await share.waitFor(stdout.read())) {
        for (const messages of frames.push(read.value)) {
          for (const message of messages) {
            this.#receive(message);
            if (share.isSpent) await share.yield();
          }
        }
      }
    } catch (error) {
      const words = wordsOf(error);
      // Whatever else was thrown is a fault of ours; it must cost this plugin only, and be seen.
      const ours = !(error instanceof FrameError || error instanceof WireFault);
      this.#kill("protocolError", `${ours ? "its message could not be handled" : "it broke the wire"}: ${words}`);
    }
  }

  #receive(unchecked: unknown): void {
    // Once killed it is not believed any more.
    if (this.#ending && this.#ending.cause !== "pluginStop") return;
    const parsed = fromPlugin.safeParse(unchecked);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0] ?? { path: [], message: "not valid" };
      throw new WireFault(clip(spaced(`it sent a message whose ${path.join(".") || "whole"} is wrong: ${message}`)));
    }
    const message = parsed.data;
    switch (message.type) {
      case "hello":
        return this.#greet(message);
      case "beat": {
        const { type: _, beat: number, ...beat } = message;
        // A thread of the plugin could send beats while another hangs, but knows no number unless it reads for it.
        const at = this.#unanswered.indexOf(number);
        if (at === -1) return;
        this.#unanswered = this.#unanswered.slice(at + 1);
        this.#beat = beat;
        return;
      }
      case "log":
        return this.#options.log.add(message.level, message.text);
      case "fault":
        this.#ending ??= { cause: "pluginCrash", detail: message.message, verdict: "crash" };
        return;
      case "startFailed":
        return this.#failStart(message);
      case "stopped":
        return;
      case "ready":
        return this.#ready();
      default:
        if (!this.#events) throw new WireFault(`it sent ${message.type} before its hello`);
        return this.#link.receive(message, this.#events);
    }
  }

  #greet({ wire, sdk }: Extract<FromPlugin, { type: "hello" }>): void {
    if (this.#events) throw new WireFault("it said hello twice");
    if (wire !== WIRE_VERSION) {
      throw new WireFault(`its SDK ${sdk} speaks wire version ${wire}, and this server ${WIRE_VERSION}`);
    }
    this.#events = this.#options.intake.admit(this.#options.name, this.#link);
    const { heartbeatMs, missedHeartbeats } = this.#options.bounds;
    // Ticks are counted, not time: a host that was busy itself finds one tick and then the answers that arrived
    // meanwhile.
    const beat = () => {
      const missed = this.#unanswered.length;
      if (missed >= missedHeartbeats) {
        return this.#kill("pluginHang", `it missed ${missed} heartbeats of ${heartbeatMs} ms`);
      }
      const number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
      this.#unanswered.push(number);
      this.#send({ type: "beat", beat: number });
    };
    beat();
    this.#heart = setInterval(beat, heartbeatMs);
  }

  #ready(): void {
    if (!this.#events) throw new WireFault("it said ready before its hello");
    if (this.#startTimer === undefined) return;
    clearTimeout(this.#startTimer);
    this.#startTimer = undefined;
    this.#events.ready({ anew: this.#options.anew });
    this.#options.onReady();
  }

  #failStart({ message, verdict }: Extract<FromPlugin, { type: "startFailed" }>): void {
    if (this.#startTimer === undefined) throw new WireFault("it said that its start failed after it was ready");
    const what = verdict === "notYet" ? NOT_YET : "it could not start";
    this.#kill("pluginCrash", `${what}: ${message}`, { verdict });
  }

  #send(message: ToPlugin): void {
    this.#writer.send(message);
  }

  #write(frame: Uint8Array<ArrayBuffer>): void {
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > MOST_WAITING_BYTES) {
      return this.#kill("pluginHang", `it left ${this.#waitingBytes} bytes of messages unread`);
    }
    // A write fails when the process has ended, and that is told by its status.
    this.#stdin.write(frame).then(() => this.#waitingBytes -= frame.length, () => {});
  }

  #kill(cause: GoneCause, detail: string, { verdict = "crash" }: { verdict?: StartVerdict } = {}): void {
    this.#ending ??= { cause, detail, verdict };
    this.#end();
  }

  #end(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #clearTimers(): void {
    clearTimeout(this.#startTimer);
    clearInterval(this.#heart);
  }
}
