/**
 * One running plugin as the core drives it: calls and operations go out, answers and reports come back.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import { PluginGone } from "../core/plugin_gone.ts";
import type { GetterName, GetterParameters, GetterResults } from "../core/contract/operations.ts";
import type { OutgoingOperation, PluginEvents, PluginProcess, Wanted } from "../core/ports.ts";
import { type CallEnd, clip, type FromPlugin, type LogLevel, type ToPlugin } from "../plugin/wire.ts";
import { TokenBucket } from "../tools/mod.ts";
import { getterResults } from "./messages.ts";

/** What a plugin says to the core, as against to its supervisor. */
export type PluginReport = Exclude<
  FromPlugin,
  { type: "hello" | "ready" | "startFailed" | "stopped" | "fault" | "beat" | "log" }
>;

/** What the link needs of the process. */
export interface LinkOptions {
  /** Takes a message for the plugin. */
  send(message: ToPlugin): void;
  /** Ends the process at once. */
  kill(why: string): void;
  /** Takes a line about the plugin. */
  log(level: LogLevel, text: string): void;
}

/** Says that a plugin broke the wire's rules. */
export class WireFault extends Error {
  override readonly name = "WireFault";
}

/**
 * Reports that cost the history a row or every application an event: how many may come at once, and how many a second over time. A phone is paid for, both
 * its adding and its removal, when it is removed: as many as a plugin may have may come at once, each when the one before is on disk.
 */
const DEAR_BURST = 2_048;
const DEAR_A_SECOND = 50;

/** How many phones a plugin may offer in one life, those that it removed again counted. */
const MOST_OFFERED = 16_384;

/** How many calls of a plugin may be unanswered. */
const MOST_CALLS = 64;

/** Handles that a plugin's events may reach at once, and in a second over time: every phone of a large office can ring, and a loop costs its own phones only. */
const TOLD_BURST = 20_000;
const TOLD_A_SECOND = 10_000;

/** Events past that, which are dropped: what a slip comes to; more is a flood. */
const DROPPED_BURST = 50_000;
const DROPPED_A_SECOND = 100;

/** See the module. */
export class PluginLink implements PluginProcess {
  readonly #options: LinkOptions;
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  /** Requests that are out: what else the plugin completes is late or a lie. */
  readonly #operating = new Set<number>();
  readonly #dear = new TokenBucket({ burst: DEAR_BURST, perSecond: DEAR_A_SECOND });
  readonly #told = new TokenBucket({ burst: TOLD_BURST, perSecond: TOLD_A_SECOND });
  readonly #droppable = new TokenBucket({ burst: DROPPED_BURST, perSecond: DROPPED_A_SECOND });
  #dropped = 0;
  #offered = 0;
  #calling = 0;
  #answering = 0;
  #over = false;

  /** @param options What it needs of the process. */
  constructor(options: LinkOptions) {
    this.#options = options;
  }

  async open(phone: string, wanted: Wanted): Promise<void> {
    await this.#call((call) => ({ type: "open", call, phone, wanted }));
  }

  async close(phone: string): Promise<void> {
    await this.#call((call) => ({ type: "close", call, phone }));
  }

  async want(phone: string, wanted: Wanted): Promise<void> {
    await this.#call((call) => ({ type: "want", call, phone, wanted }));
  }

  operate(operation: OutgoingOperation): void {
    if (this.#over) return;
    this.#operating.add(operation.requestId);
    this.#options.send({ type: "operate", ...operation } as ToPlugin);
  }

  abort(requestId: number): void {
    if (!this.#over) this.#options.send({ type: "abort", requestId });
  }

  async get<Name extends GetterName>(
    phone: string,
    getter: Name,
    params: GetterParameters[Name],
  ): Promise<GetterResults[Name]> {
    const value = await this.#call((call) => ({ type: "get", call, phone, getter, params }) as ToPlugin);
    const checked = getterResults[getter].safeParse(value);
    if (checked.success) return checked.data;
    // A driver's slip, not a broken wire: it costs this answer and not every phone of the plugin.
    const place = checked.error.issues[0];
    const why = `${getter} of phone ${phone} gave no valid result: ${place?.path.join(".")} ${place?.message}`;
    this.#options.log("error", why);
    throw new PhoneError("OPERATIONFAILED", clip(why));
  }

  kill(why: string): void {
    this.#options.kill(why);
  }

  /**
   * Takes a report of the plugin.
   *
   * @throws {WireFault} If it answers what was not asked, or floods the server with what is dear.
   */
  receive(report: PluginReport, events: PluginEvents): void {
    const price = this.#priceOf(report);
    if (price > 0 && !this.#dear.take(price)) {
      throw new WireFault(
        `it sent too many messages of the kind ${report.type}: at most ${DEAR_A_SECOND} a second over time`,
      );
    }
    switch (report.type) {
      case "done":
        this.#operating.delete(report.requestId);
        return events.completed(report.requestId, report.result, report.message);
      case "answer":
      case "refuse":
        return this.#end(report);
      case "state":
        return this.#tell(events, () => events.state(report.phone, report.states, report.detail));
      case "button":
        return this.#tell(events, () => events.button(report.phone, report.button, report.mode, report.state));
      case "devSpecific":
        return this.#tell(events, () => events.devSpecific(report.phone, report.params));
      case "connected":
        return events.connected(report.phone, report.connected);
      case "forceClosing":
        return events.forceClosing(report.phone);
      case "forceClosed":
        return events.forceClosed(report.phone);
      case "addPhone":
        return void this.#answer(report.call, async () => {
          if (++this.#offered > MOST_OFFERED) {
            throw new PhoneError(
              "NOMEM",
              `A plugin can offer at most ${MOST_OFFERED} phones, with those that it removed, until it is started anew`,
            );
          }
          await events.addPhone(report.phone);
        });
      case "removePhone":
        return void this.#answer(report.call, () => events.removePhone(report.phone));
    }
  }

  /** The process is no more: whoever waits for it is told. */
  end(): void {
    this.#over = true;
    for (const { reject } of this.#calls.values()) reject(new PluginGone());
    this.#calls.clear();
    if (this.#dropped > 0) this.#options.log("warn", `${this.#dropped} of its events were dropped: they were too many`);
  }

  /** What a report takes of what is dear. */
  #priceOf(report: PluginReport): number {
    switch (report.type) {
      case "connected":
        return 1;
      case "removePhone":
        return 2;
      case "state":
        return report.states.includes("reinit") ? 1 : 0;
      case "done":
        return this.#operating.has(report.requestId) ? 0 : 1;
      default:
        return 0;
    }
  }

  /** Lets an event reach its handles, whose number is known afterwards; one too many is dropped. */
  #tell(events: PluginEvents, event: () => number): void {
    if (this.#told.hasToken) {
      this.#told.take(Math.max(1, event()));
      return;
    }
    if (this.#dropped++ === 0) {
      events.fault(
        `It sent too many events: those that would reach more than ${TOLD_A_SECOND} handles a second over time are dropped`,
      );
    }
    if (!this.#droppable.take()) {
      throw new WireFault(`it went on sending too many events: ${this.#dropped} were dropped`);
    }
  }

  #call(message: (call: number) => ToPlugin): Promise<unknown> {
    if (this.#over) return Promise.reject(new PluginGone());
    const call = ++this.#calling;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#calls.set(call, { resolve, reject });
    this.#options.send(message(call));
    return promise;
  }

  #end(end: CallEnd): void {
    const call = this.#calls.get(end.call);
    if (!call) throw new WireFault(`it answered call ${end.call}, which is not waiting for an answer`);
    this.#calls.delete(end.call);
    if (end.type === "answer") call.resolve(end.value);
    else call.reject(new PhoneError(end.result, end.message));
  }

  /** Does what the plugin calls for and answers it. Only so many at a time: the rest is refused, because reading cannot stop for them (a close may be waiting behind). */
  async #answer(call: number, work: () => Promise<void>): Promise<void> {
    let end: CallEnd = { type: "answer", call };
    this.#answering++;
    try {
      if (this.#answering > MOST_CALLS) {
        throw new PhoneError("REQUESTOVERRUN", `A plugin can wait for at most ${MOST_CALLS} calls at a time`);
      }
      await work();
    } catch (error) {
      const { value, message } = error instanceof PhoneError
        ? error
        : new PhoneError("OPERATIONFAILED", wordsOf(error));
      end = { type: "refuse", call, result: value, message: clip(message) };
    } finally {
      this.#answering--;
    }
    if (!this.#over) this.#options.send(end);
  }
}
