/**
 * The phone of a station: the three things that it lets itself be told, and what the switch says of it.
 *
 * @module
 */
import {
  type Driver,
  type DriverAnswer,
  type DriverContext,
  type DriverParameters,
  type DriverStatus,
  type HookSwitchMode,
  type LampMode,
  type PartialButton,
  type PartialCapabilities,
  type Phone,
  PhoneError,
  type StateValues,
} from "switchroom/plugin";
import type { Link, LinkListener } from "./link.ts";

const KEYS = [..."0123456789*#"];
/** The switch counts its lamps by themselves; here they stand behind the keys. */
const LAMPS = ["Ready", "In Call Work"];
const COLUMNS = 40;
const MOST = 0xffff;
/** The switch's letters: on hook, muted, off hook. */
const HOOKS = new Map<string, HookSwitchMode>([["O", "onHook"], ["M", "speaker"], ["F", "micSpeaker"]]);

/** What a station can do. Display and lamps are the switch's own: they are shown, and cannot be set. */
export const STATION: PartialCapabilities = {
  states: ["display", "lamp", "speakerHookSwitch", "speakerVolume", "speakerGain"],
  hookSwitchDevices: ["speaker"],
  hookSwitchModes: { speaker: { settable: ["speaker", "micSpeaker"], monitored: [...HOOKS.values()] } },
  volumeDevices: ["speaker"],
  gainDevices: ["speaker"],
  display: { rows: 2, columns: COLUMNS },
  buttons: [
    ...KEYS.map((_, id): PartialButton => ({ id, mode: "keypad", function: "none" })),
    ...LAMPS.map((_, lamp): PartialButton => ({ id: KEYS.length + lamp, lampModes: ["off", "steady"] })),
  ],
  provider: "JPBX",
  phoneInfo: "Agent station",
};

/** What the switch has said: it cannot be asked, and nobody remembers it for the driver. */
type Known = Pick<StateValues, "display" | "speakerHookSwitch" | "speakerVolume" | "speakerGain">;

/** The driver: what it is asked for goes to the switch, and what it answers is what the switch has said. */
export class Station implements Driver, LinkListener {
  phone: Phone | undefined;
  readonly #extension: string;
  readonly #link: Link;
  #known: Known = {};
  /** Of what it has spoken since it was last asked to set it. */
  readonly #spoken = new Set<string>();
  readonly #lamps = new Map<number, LampMode>();

  constructor(extension: string, link: Link) {
    this.#extension = extension;
    this.#link = link;
  }

  async setVolume({ volume }: DriverParameters["setVolume"], { signal }: DriverContext): Promise<void> {
    await this.#set({ speakerVolume: volume }, { code: "SPV", value: volume, signal });
  }

  async setGain({ gain }: DriverParameters["setGain"], { signal }: DriverContext): Promise<void> {
    await this.#set({ speakerGain: gain }, { code: "SPG", value: gain, signal });
  }

  /** On and off the hook it goes by calls: what can be set is whether the microphone hears. */
  async setHookSwitch({ mode }: DriverParameters["setHookSwitch"], { signal }: DriverContext): Promise<void> {
    await this.#set({ speakerHookSwitch: mode }, { code: "SPH", value: mode === "micSpeaker" ? 1 : 0, signal });
  }

  getVolume(): DriverAnswer<"getVolume"> {
    return { volume: said("volume", this.#known.speakerVolume) };
  }

  getGain(): DriverAnswer<"getGain"> {
    return { gain: said("gain", this.#known.speakerGain) };
  }

  getHookSwitch(): DriverAnswer<"getHookSwitch"> {
    return { offHook: said("hookswitch", this.#known.speakerHookSwitch) === "onHook" ? [] : ["speaker"] };
  }

  getDisplay(): DriverAnswer<"getDisplay"> {
    return said("display", this.#known.display);
  }

  getLamp({ lamp }: { lamp: number }): DriverAnswer<"getLamp"> {
    return { mode: this.#lamps.get(lamp) ?? "unknown" };
  }

  getButtonInfo({ button }: { button: number }): DriverAnswer<"getButtonInfo"> {
    const text = [...KEYS, ...LAMPS][button] ?? "";
    return button < KEYS.length
      ? { mode: "keypad", function: "none", text, state: "unknown" }
      : { mode: "dummy", function: "unknown", text, state: "unavailable" };
  }

  /** The other getters would do, but for the hookswitch: they do not say whether the microphone hears. */
  getStatus(): DriverStatus {
    const { speakerHookSwitch = "unknown", ...same } = this.#known;
    const lampModes = LAMPS.map((_, lamp) => ({
      lamp: KEYS.length + lamp,
      ...this.getLamp({ lamp: KEYS.length + lamp }),
    }));
    return { ...same, speakerHookSwitchMode: speakerHookSwitch, lampModes };
  }

  linked(up: boolean): void {
    if (!up) {
      // What was so need not be so any more when the link is back, and the switch does not say it anew.
      this.#known = {};
      this.#lamps.clear();
    }
    if (this.phone) this.phone.connected = up;
  }

  heard(code: string, [of, value = "", ...more]: string[]): void {
    // A digit is one of a call, all else of a station.
    if (code !== "DD" && of !== this.#extension) return;
    const number = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
    const mode = HOOKS.get(value);
    const cells = [value, ...more].join(";");
    const key = KEYS.indexOf(value);
    if (code === "PVC" && number <= MOST) this.#is({ speakerVolume: number });
    if (code === "PGC" && number <= MOST) this.#is({ speakerGain: number });
    if (code === "PHC" && mode) this.#is({ speakerHookSwitch: mode });
    if (code === "PDC") this.#is({ display: { rows: [cells.slice(0, COLUMNS), cells.slice(COLUMNS)] } });
    if (code === "PLC" && number < LAMPS.length) this.#shows(KEYS.length + number, more[0] === "S" ? "steady" : "off");
    // A digit of a call, told when it is over.
    if (code === "DD" && key >= 0) this.#pressed(key);
  }

  /** Asks for it; then it is so, unless the switch has said meanwhile how it is: that has the last word. */
  async #set(
    known: Known,
    { code, ...command }: { code: string; value: number; signal: AbortSignal },
  ): Promise<void> {
    const states = Object.keys(known);
    for (const state of states) this.#spoken.delete(state);
    await this.#link.ask(code, command);
    if (!states.some((state) => this.#spoken.has(state))) Object.assign(this.#known, known);
  }

  #is(value: Known): void {
    for (const state of Object.keys(value)) this.#spoken.add(state);
    Object.assign(this.#known, value);
    this.phone?.changed(value);
  }

  #shows(lamp: number, mode: LampMode): void {
    this.#lamps.set(lamp, mode);
    this.phone?.changed({ lamp: { lamp, mode } });
  }

  #pressed(key: number): void {
    this.phone?.button(key, "keypad", "down");
    this.phone?.button(key, "keypad", "up");
  }
}

/** What the switch has said. */
function said<Value>(what: string, value: Value | undefined): Value {
  if (value === undefined) {
    throw new PhoneError("OPERATIONFAILED", `The switch has not said the ${what} of this station yet`);
  }
  return value;
}
