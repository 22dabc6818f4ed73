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
import type { Call } from "../lib/call/mod.ts";
import { buttonInfo, KEYPAD } from "./capabilities.ts";
import { checkSyncHeaders } from "./check_sync.ts";
import { readCommand, tellDialled } from "./command.ts";
import type { Contacts } from "./contacts.ts";
import { describe, execute } from "./execute_command.ts";
import type { Lamps } from "./lamps.ts";
import type { Line, LineEvents } from "./line.ts";
import type { Presence } from "./presence.ts";
import { isRefusedForSound, meaningOf } from "./refusal.ts";
import { Screen } from "./screen.ts";

/** SIP carries no volume of a ring: a phone rings as loud as its person has set it. */
const RING_VOLUME = 65_535;

/** What a driver is made of. */
export interface DriverOptions {
  account: Pick<AccountConfiguration, "user" | "display" | "lamps" | "allow">;
  contacts: Contacts;
  presence: Presence;
  /** Makes its lamps, which say when one shows something else. */
  lamps(changed: (lamp: number) => void): Lamps;
  /** Makes its line, which says what happens at the phone. */
  line(events: LineEvents): Line;
  /** Whether the phone may send another digit now: a flood of them must not drown the events of other phones. */
  mayPress(): boolean;
  /** Whether it may begin another call now. */
  mayDial(): boolean;
  /** Takes what is told once a minute. */
  log(text: string): void;
}

/** A call that the phone makes. */
export interface DialledCall {
  /** What its person has dialled. */
  number: string;
  /** The contact that it comes from, by the id of its binding; nothing if it comes from elsewhere. */
  contact: string | undefined;
  /** Answers it. */
  take(): Call;
}

export class SipPhone implements Driver {
  /** The phone that it reports with; there once the phone has been added. */
  phone: Phone | undefined;
  /**
   * What was asked for last cuts short what still waits: silence a ring that the phone has not answered to, on-hook an
   * off-hook that waits for a person. The line sees to the order.
   */
  readonly overlapping = ["setRing", "setHookSwitch"] as const;
  readonly lamps: Lamps;
  readonly contacts: Contacts;
  readonly #line: Line;
  readonly #screen: Screen;
  readonly #options: DriverOptions;
  #isOpen = false;
  /** The call whose number was told last: a phone that is refused may make it again. */
  #told = "";

  constructor(options: DriverOptions) {
    this.#options = options;
    this.contacts = options.contacts;
    this.#screen = new Screen({
      size: options.account.display,
      ...options.account.display.bytes !== undefined && { mostBytes: options.account.display.bytes },
      contacts: options.contacts,
    });
    this.lamps = options.lamps((lamp) => this.phone?.changed({ lamp: { lamp, mode: this.lamps.mode(lamp) } }));
    this.#line = options.line({
      ringMode: (mode) => this.phone?.changed({ ringMode: mode }),
      hook: (mode) => this.phone?.changed({ handsetHookSwitch: mode }),
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
  contactsChanged(): void {
    const { link } = this.contacts;
    void this.lamps.contactsChanged();
    if (this.phone) this.#options.presence.tell(this.phone, !link.aborted);
    this.#line.drop((contact) => this.contacts.has(contact), link.reason);
  }

  /**
   * Takes a call that the phone makes.
   *
   * @returns The SIP status that refuses it, if it cannot be taken.
   */
  dialled({ number, contact, take }: DialledCall): number | undefined {
    if (!this.#isOpen) return 480;
    if (this.#line.isBusy) return 486;
    if (!this.#options.mayDial()) {
      this.#options.log(`${this.#options.account.user} dials too often: further calls are refused (503)`);
      return 503;
    }
    const call = take();
    this.#line.dialled(call, contact);
    const tell = () => {
      if (this.#told !== call.id) this.phone?.devSpecific(tellDialled(number));
      this.#told = call.id;
    };
    call.answered.then(tell, () => {});
    // What its person wants is not said by sound.
    void call.ended.then((end) => {
      if (isRefusedForSound(end)) tell();
    });
  }

  async setLamp({ lamp, mode }: DriverParameters["setLamp"], context: DriverContext): Promise<void> {
    await this.#request(`set lamp ${lamp} of`, (signal) => this.lamps.set({ lamp, mode }, signal), context);
  }

  async setDisplay(params: DriverParameters["setDisplay"], context: DriverContext): Promise<void> {
    await this.#request("show a text on", (signal) => this.#screen.write(params, signal), context);
  }

  async setRing({ mode }: DriverParameters["setRing"], context: DriverContext): Promise<void> {
    await this.#request(
      mode === 0 ? "confirm the silence of" : "ring",
      (signal) => this.#line.ring(mode, signal),
      context,
    );
    // It may have been answered already, and no volume was set.
    this.phone?.changed({ ringMode: this.#line.ringMode, ringVolume: RING_VOLUME });
  }

  async setHookSwitch({ mode }: DriverParameters["setHookSwitch"], context: DriverContext): Promise<void> {
    if (mode === "onHook") await this.#request("hang up", (signal) => this.#line.putDown(signal), context);
    else await this.#request("lift the handset of", (signal) => this.#line.lift(signal), context);
  }

  async setData({ data }: DriverParameters["setData"], context: DriverContext): Promise<void> {
    const headers = checkSyncHeaders(data);
    await this.#request(
      "synchronise",
      (signal) => this.contacts.request({ method: "NOTIFY", headers, signal }),
      context,
    );
  }

  async devSpecific({ params }: DriverParameters["devSpecific"], context: DriverContext): Promise<void> {
    const command = readCommand(params);
    const options = {
      allow: this.#options.account.allow,
      contacts: this.contacts,
      call: this.#line.call,
      requestId: context.requestId,
      tell: (params: Uint8Array) => this.phone?.devSpecific(params),
    };
    try {
      await this.#request(describe(command), (signal) => execute(command, { ...options, signal }), context);
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
    return { rows: this.#screen.rows };
  }

  getRing(): DriverAnswer<"getRing"> {
    return { mode: this.#line.ringMode, volume: RING_VOLUME };
  }

  getHookSwitch(): DriverAnswer<"getHookSwitch"> {
    return { offHook: this.#line.isUp ? ["handset"] : [] };
  }

  getButtonInfo({ button }: { button: number }): DriverAnswer<"getButtonInfo"> {
    return buttonInfo(button, this.#options.account.lamps);
  }

  getStatus(): DriverStatus {
    return {
      ringMode: this.#line.ringMode,
      ringVolume: RING_VOLUME,
      handsetHookSwitchMode: this.#line.isUp ? "micSpeaker" : "onHook",
      display: { rows: this.#screen.rows },
      lampModes: this.lamps.all,
    };
  }

  #press(digit: string): void {
    const { account: { user }, mayPress, log } = this.#options;
    if (!mayPress()) return log(`${user} sends too many digits: further ones are dropped`);
    const button = KEYPAD.indexOf(digit);
    if (button < 0) return log(`${user} sent the digit ${digit}, which no key of the contract has`);
    this.phone?.button(button, "keypad", "down");
    this.phone?.button(button, "keypad", "up");
  }

  /** Requests something of the phone, until the operation is given up or the phone cannot be reached any more. */
  async #request(
    what: string,
    send: (signal: AbortSignal) => Promise<unknown>,
    { signal }: DriverContext,
  ): Promise<void> {
    try {
      await send(AbortSignal.any([signal, this.contacts.link]));
    } catch (error) {
      throw meaningOf(error, `${what} ${this.#options.account.user}`);
    }
  }
}
