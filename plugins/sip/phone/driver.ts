/**
 * The driver of a SIP phone: each operation is done when the phone itself has said so.
 *
 * @module
 */
import {
  type Driver,
  type DriverAnswer,
  type DriverContext,
  type DriverParameters,
  type DriverStatus,
  type Phone,
  PhoneError,
} from "switchroom/plugin";
import type { AccountConfiguration } from "../configuration.ts";
import { type Call, CallRefused } from "../sip/mod.ts";
import { FIRST_LINE_LAMP, KEYPAD, MESSAGE_LAMP } from "./capabilities.ts";
import { checkSyncHeaders } from "./check_sync.ts";
import { Display } from "./display.ts";
import type { Lamps } from "./lamps.ts";
import type { Line, LineEvents } from "./line.ts";
import { type Order, type RawRequest, readOrder, tellAnswer, tellDialled } from "./order.ts";
import { noCall, sendRaw } from "./raw_request.ts";
import type { Reach } from "./reach.ts";
import { meaningOf } from "./refusal.ts";
import { Turns } from "./turns.ts";
import { unlessAborted } from "./waiting.ts";

/** SIP carries no volume of a ring: a phone rings as loud as its person has set it. */
const RING_VOLUME = 65_535;

/** What a driver is made of. */
export interface DriverParts {
  account: Pick<AccountConfiguration, "user" | "display" | "lamps" | "allow">;
  reach: Reach;
  /** Makes its lamps, which say when one shows something else. */
  lamps(changed: (lamp: number) => void): Lamps;
  /** Makes its line, which says what happens at the phone. */
  line(events: LineEvents): Line;
  /** Takes what only its author needs. */
  debug(text: string): void;
}

/** A call that the phone makes. */
export interface DialledCall {
  /** What its person has dialled. */
  number: string;
  /** The contact that it comes from, if it is one. */
  contact: string | undefined;
  /** Answers it. */
  take(): Call;
}

/** See the module. */
export class SipPhone implements Driver {
  /** The phone that it reports with; there once the phone has been added. */
  phone: Phone | undefined;
  readonly lamps: Lamps;
  readonly reach: Reach;
  readonly #line: Line;
  readonly #parts: DriverParts;
  readonly #displaying = new Turns();
  #display: Display;
  #isOpen = false;

  /** @param parts What it is made of. */
  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.reach = parts.reach;
    this.#display = new Display(parts.account.display);
    this.lamps = parts.lamps((lamp) => this.phone?.state("lamp", lamp));
    this.#line = parts.line({
      ringMode: (mode) => this.phone?.state("ringMode", mode),
      hook: (mode) => this.phone?.state("handsetHookSwitch", mode),
      digit: (digit) => this.#press(digit),
    });
  }

  open(): void {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#line.end(new PhoneError("OPERATIONFAILED", "The phone is closing"));
  }

  /** Takes up that contacts have come or gone. */
  reachChanged(): void {
    const { link } = this.reach;
    if (this.phone) this.phone.connected = !link.aborted;
    this.#line.drop((contact) => contact === undefined ? !link.aborted : this.reach.has(contact), link.reason);
  }

  /**
   * Takes a call that the phone makes.
   *
   * @returns The SIP status that refuses it, if it cannot be taken.
   */
  dialled({ number, contact, take }: DialledCall): number | undefined {
    if (!this.#isOpen) return 480;
    if (this.#line.isBusy) return 486;
    const call = take();
    this.#line.dialled(call, contact);
    call.answered.then(() => this.phone?.devSpecific(tellDialled(number)), () => {});
  }

  async setLamp({ lamp, mode }: DriverParameters["setLamp"], context: DriverContext): Promise<void> {
    await this.#ask(`set lamp ${lamp} of`, context, (signal) => this.lamps.set({ lamp, mode }, signal));
  }

  async setDisplay(params: DriverParameters["setDisplay"], context: DriverContext): Promise<void> {
    await this.#ask(
      "show a text on",
      context,
      (signal) => this.#displaying.run(() => this.#show(params, signal), signal),
    );
  }

  async setRing({ mode }: DriverParameters["setRing"], context: DriverContext): Promise<void> {
    await this.#ask(mode === 0 ? "silence" : "ring", context, (signal) => this.#line.ring(mode, signal));
  }

  async setHookSwitch({ mode }: DriverParameters["setHookSwitch"], context: DriverContext): Promise<void> {
    if (mode === "onHook") await this.#ask("hang up", context, (signal) => this.#line.putDown(signal));
    else await this.#ask("lift the handset of", context, (signal) => this.#line.lift(signal));
  }

  async setData({ data }: DriverParameters["setData"], context: DriverContext): Promise<void> {
    const headers = checkSyncHeaders(data);
    await this.#ask("synchronise", context, (signal) => this.reach.ask({ method: "NOTIFY", headers, signal }));
  }

  async devSpecific({ params }: DriverParameters["devSpecific"], context: DriverContext): Promise<void> {
    const order = readOrder(params);
    const what = order.do === "request" ? `send ${order.request.method} to` : `send ${order.do} to`;
    try {
      await this.#ask(what, context, (signal) => this.#obey(order, { signal, requestId: context.requestId }));
    } catch (error) {
      // The only operation whose list has no INVALPHONESTATE (contract 2.1, R31).
      if (!(error instanceof PhoneError && error.code === "PHONEERR_INVALPHONESTATE")) throw error;
      throw new PhoneError("OPERATIONFAILED", error.message);
    }
  }

  getLamp({ lamp }: { lamp: number }): DriverAnswer<"getLamp"> {
    return { mode: this.lamps.mode(lamp) };
  }

  getDisplay(): DriverAnswer<"getDisplay"> {
    return { rows: this.#display.rows };
  }

  getRing(): DriverAnswer<"getRing"> {
    return { mode: this.#line.ringMode, volume: RING_VOLUME };
  }

  getHookSwitch(): DriverAnswer<"getHookSwitch"> {
    return { offHook: this.#line.isUp ? ["handset"] : [] };
  }

  getButtonInfo({ button }: { button: number }): DriverAnswer<"getButtonInfo"> {
    const key = KEYPAD[button];
    // A digit arrives as a whole: nobody can see a key that is held down.
    if (key !== undefined) return { mode: "keypad", function: "none", text: key, state: "up" };
    if (button === MESSAGE_LAMP) return { mode: "dummy", function: "msgIndicator", text: "", state: "unavailable" };
    const watched = this.#parts.account.lamps[button - FIRST_LINE_LAMP] ?? "";
    return { mode: "dummy", function: "unknown", text: watched, state: "unavailable" };
  }

  getStatus(): DriverStatus {
    return {
      ringMode: this.#line.ringMode,
      ringVolume: RING_VOLUME,
      handsetHookSwitchMode: this.#line.isUp ? "micSpeaker" : "onHook",
      display: { rows: this.#display.rows },
      lampModes: this.lamps.all,
    };
  }

  async #show(params: DriverParameters["setDisplay"], signal: AbortSignal): Promise<void> {
    const display = this.#display.write(params);
    await this.reach.ask({
      method: "MESSAGE",
      headers: [["Content-Type", "text/plain;charset=UTF-8"]],
      body: new TextEncoder().encode(display.message),
      signal,
    });
    if (display.equals(this.#display)) return;
    this.#display = display;
    this.phone?.state("display");
  }

  async #obey(order: Order, { signal, requestId }: { signal: AbortSignal; requestId: number }): Promise<void> {
    if (order.do === "request") return await this.#send(order.request, { signal, requestId });
    const { call } = this.#line;
    if (!call) throw noCall(order.do === "hold" ? "hold" : "send digits");
    await unlessAborted(order.do === "hold" ? call.hold(order.on) : call.sendDigits(order.digits, signal), signal);
  }

  /** Sends a request, and tells whatever it is answered: an application that words its own requests wants to read the phone's words. */
  async #send(request: RawRequest, { signal, requestId }: { signal: AbortSignal; requestId: number }): Promise<void> {
    const { reach } = this;
    const parts = { allow: this.#parts.account.allow, reach, call: this.#line.call, signal };
    try {
      this.phone?.devSpecific(tellAnswer(await sendRaw(request, parts), requestId));
    } catch (error) {
      if (error instanceof CallRefused) this.phone?.devSpecific(tellAnswer(error, requestId));
      throw error;
    }
  }

  #press(digit: string): void {
    const button = KEYPAD.indexOf(digit);
    if (button < 0) {
      return this.#parts.debug(`${this.#parts.account.user} sent the digit ${digit}, which no key of the contract has`);
    }
    this.phone?.button(button, "keypad", "down");
    this.phone?.button(button, "keypad", "up");
  }

  /** Asks the phone for something, until the operation is given up or the phone cannot be reached any more. */
  async #ask(what: string, { signal }: DriverContext, ask: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      await ask(AbortSignal.any([signal, this.reach.link]));
    } catch (error) {
      throw meaningOf(error, `${what} ${this.#parts.account.user}`);
    }
  }
}
