/**
 * A plugin's process as the core drives it: calls and operations go out, answers and reports come back.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import { spaced } from "../core/contract/text.ts";
import type { LogLevel } from "../core/contract/managed_plugin.ts";
import { type OutgoingOperation, PluginGone, type PluginProcess, type PluginReports } from "../core/mod.ts";
import type { GetterName, GetterParameters, GetterResults } from "../core/contract/operations.ts";
import type { Wanted } from "../core/contract/events.ts";
import { type CallEnd, clip, PendingCalls, refusalOf, type ToPlugin } from "../wire/mod.ts";
import { given } from "../tools/mod.ts";
import { FloodGuard } from "./flood_guard.ts";
import { getterResults, type PluginReport, WireFault } from "./messages.ts";

/** What a link needs of the process. */
export interface LinkOptions {
  /** Takes a message for the plugin. */
  send(message: ToPlugin): void;
  /** Ends the process at once. */
  kill(why: string): void;
  /** Takes a line about the plugin. */
  log(level: LogLevel, text: string): void;
}

/** How many calls of a plugin may be unanswered. */
const MOST_UNANSWERED = 64;

/**
 * The core's port to a plugin, over the wire to one process. What the plugin is asked and never answers ends with it.
 */
export class PluginLink implements PluginProcess {
  readonly #options: LinkOptions;
  readonly #calls = new PendingCalls();
  /** Requests that are out. */
  readonly #operating = new Set<number>();
  readonly #guard = new FloodGuard((requestId) => this.#operating.has(requestId));
  #answering = 0;
  #ended = false;

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
    if (this.#ended) return;
    this.#operating.add(operation.requestId);
    this.#options.send({ type: "operate", ...operation } as ToPlugin);
  }

  abort(requestId: number): void {
    if (!this.#ended) this.#options.send({ type: "abort", requestId });
  }

  async get<Name extends GetterName>(
    phone: string,
    { getter, params }: { getter: Name; params: GetterParameters[Name] },
  ): Promise<GetterResults[Name]> {
    const value = await this.#call((call) => ({ type: "get", call, phone, getter, params }) as ToPlugin);
    const checked = getterResults[getter].safeParse(value);
    if (checked.success) return checked.data;
    // A driver's slip, not a broken wire: it costs this answer and not every phone of the plugin.
    const place = checked.error.issues[0];
    const why = spaced(`${getter} of phone ${phone} gave no valid result: ${place?.path.join(".")} ${place?.message}`);
    this.#options.log("error", why);
    throw new PhoneError("OPERATIONFAILED", clip(why));
  }

  kill(why: string): void {
    this.#options.kill(why);
  }

  /**
   * Takes a report of the plugin.
   *
   * @throws {WireFault} If it answers what was not asked, or floods the server with what costs rows or attention.
   */
  receive(report: PluginReport, events: PluginReports): void {
    this.#guard.pay(report);
    switch (report.type) {
      case "done": {
        const { requestId, result, message } = report;
        this.#operating.delete(requestId);
        return events.completed(requestId, message === undefined ? { result } : { result, message });
      }
      case "answer":
      case "refuse":
        if (this.#calls.end(report)) return;
        throw new WireFault(`it answered call ${report.call}, which is not waiting for an answer`);
      case "state": {
        const { phone, states, detail, values } = report;
        return this.#tell(events, () => events.state(phone, { states, ...given({ detail, values }) }));
      }
      case "button": {
        const { phone, button, mode, state, heldMs } = report;
        return this.#tell(events, () => events.button(phone, { button, mode, state, ...given({ heldMs }) }));
      }
      case "devSpecific":
        return this.#tell(events, () => events.devSpecific(report.phone, report.params));
      case "connected":
        return events.connected(report.phone, report.connected);
      case "suspended":
        return events.suspended(report.phone, report.suspended);
      case "forceClosing":
        return events.forceClosing(report.phone);
      case "forceClosed":
        return events.forceClosed(report.phone);
      case "addPhone":
        return void this.#answer(report.call, async () => {
          this.#guard.offer();
          await events.addPhone(report.phone);
        });
      case "capabilities":
        return this.#answerNow(report.call, () => events.capabilities(report.phone, report.capabilities));
      case "buttonMeant": {
        const { phone, button, mode, function: task } = report;
        return events.buttonMeant(phone, { button, mode, function: task });
      }
      case "removePhone":
        return void this.#answer(report.call, () => events.removePhone(report.phone));
    }
  }

  /** The process is no more: whoever waits for it is told. */
  end(): void {
    this.#ended = true;
    this.#calls.abandon(new PluginGone());
    const { dropped } = this.#guard;
    if (dropped > 0) this.#options.log("warn", `${dropped} of its events were dropped: they were too many`);
  }

  /** Lets an event reach its handles, unless there were too many. */
  #tell(events: PluginReports, event: () => number): void {
    this.#guard.tell(event, (words) => events.fault(words));
  }

  #call(message: (call: number) => ToPlugin): Promise<unknown> {
    if (this.#ended) return Promise.reject(new PluginGone());
    return this.#calls.make((call) => this.#options.send(message(call)));
  }

  /** Does at once what the plugin calls for, and answers it: what it says next comes after that. */
  #answerNow(call: number, work: () => void): void {
    let end: CallEnd = { type: "answer", call };
    try {
      work();
    } catch (error) {
      end = refusalOf(call, error);
    }
    if (!this.#ended) this.#options.send(end);
  }

  /**
   * Does what the plugin calls for and answers it. Only so many at a time: the rest is refused, because reading cannot
   * stop for them (a close may be waiting behind).
   */
  async #answer(call: number, work: () => Promise<void>): Promise<void> {
    let end: CallEnd = { type: "answer", call };
    this.#answering++;
    try {
      if (this.#answering > MOST_UNANSWERED) {
        throw new PhoneError("REQUESTOVERRUN", `A plugin can wait for at most ${MOST_UNANSWERED} calls at a time`);
      }
      await work();
    } catch (error) {
      end = refusalOf(call, error);
    } finally {
      this.#answering--;
    }
    if (!this.#ended) this.#options.send(end);
  }
}
