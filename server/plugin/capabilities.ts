/**
 * Capabilities as a plugin's author writes them: parts that are left out are not there.
 *
 * @module
 */
import type { ButtonCapability, HookSwitchCapability, PhoneCapabilities } from "../core/contract/capabilities.ts";
import {
  BUTTON_FUNCTIONS,
  BUTTON_MODES,
  HOOKSWITCH_DEVICES,
  HOOKSWITCH_MODES,
  type HookSwitchDevice,
  isVendorButtonFunction,
  isVendorLampMode,
  LAMP_MODES,
  PHONE_STATES,
} from "../core/contract/names.ts";
import { FEATURES, featuresOf } from "../core/contract/features.ts";
import { OFFER_BOUNDS } from "../core/contract/offered_phone.ts";
import { type Driver, methodsOf } from "./driver.ts";
import { TEXT_LIMIT } from "../wire/mod.ts";
import { statesOf } from "./settings.ts";

/** One button with its lamp; what is left out is `dummy`, `unknown` and `["dummy"]`. */
export type PartialButton = Pick<ButtonCapability, "id"> & Partial<ButtonCapability>;

/**
 * {@linkcode PhoneCapabilities} of which any part may be left out: it is not there then. `features` follow from the
 * driver's methods, and so do `states`: those that tell of what its operations set, and of a volume or gain that can
 * only be read. The states that the SDK tells itself (`connected`, `disconnected`, `suspend`, `resume`, `capsChange`)
 * are there whatever is named.
 */
export interface PartialCapabilities extends Partial<Omit<PhoneCapabilities, "buttons" | "hookSwitchModes">> {
  /** The button/lamp pairs. */
  buttons?: PartialButton[];
  /** The modes of each device that is there. */
  hookSwitchModes?: Partial<Record<HookSwitchDevice, Partial<HookSwitchCapability>>>;
}

/** What follows from the driver's methods and the other parts, unless it is named. */
export const FOLLOWING_PARTS = ["features", "states"] as const;

/**
 * What a phone can do now, as its author reads it and says it anew: whole, but for what may be left out of a button.
 * `features` and `states` are there only if the author has named them; otherwise they follow from the driver's methods,
 * and would be old as soon as another part is changed.
 */
export interface CurrentCapabilities
  extends
    Required<Omit<PartialCapabilities, "features" | "states">>,
    Pick<PartialCapabilities, "features" | "states"> {}

/** What a part may name: the contract's names, and numbers of vendors where those may be told. */
interface Names {
  readonly known: readonly unknown[];
  also?(value: unknown): boolean;
}

const STATES: Names = { known: PHONE_STATES };
const DEVICES: Names = { known: HOOKSWITCH_DEVICES };
const HOOK_MODES: Names = { known: HOOKSWITCH_MODES };
const LAMPS: Names = { known: LAMP_MODES, also: isVendorLampMode };
const FUNCTIONS: Names = { known: BUTTON_FUNCTIONS, also: isVendorButtonFunction };

/** What of a phone its capabilities follow from, and what is attempted with them, for the words of a refusal. */
export interface CompleteOptions {
  id: string;
  driver: Driver;
  attempt: string;
}

/**
 * Fills in what was left out.
 *
 * @throws {TypeError} If a part is not valid; the message names it and says what would be right.
 */
export function completeCapabilities(
  part: PartialCapabilities,
  { id, driver, attempt }: CompleteOptions,
): PhoneCapabilities {
  try {
    return complete(part, { id, driver });
  } catch (error) {
    if (error instanceof Slip) throw new TypeError(`Cannot ${attempt}: ${error.message}`);
    throw error;
  }
}

function complete(parts: PartialCapabilities, { id, driver }: Omit<CompleteOptions, "attempt">): PhoneCapabilities {
  if (!isObject(parts)) throw new Slip(`its capabilities are ${shown(parts)}, but must be an object`);
  const { display, hookSwitchModes, ...part } = parts;
  const devices = list("hookSwitchDevices", part.hookSwitchDevices, DEVICES);
  const modes = object("hookSwitchModes", hookSwitchModes);
  const volumeDevices = list("volumeDevices", part.volumeDevices, DEVICES);
  const gainDevices = list("gainDevices", part.gainDevices, DEVICES);
  const readable = {
    volume: list("readableVolumeDevices", part.readableVolumeDevices, DEVICES),
    gain: list("readableGainDevices", part.readableGainDevices, DEVICES),
  };
  const { rows, columns } = object("display", display);
  const capabilities: PhoneCapabilities = {
    states: [],
    hookSwitchDevices: devices,
    hookSwitchModes: Object.fromEntries(devices.map((device) => {
      const { settable, monitored } = object(`hookSwitchModes.${device}`, modes[device]);
      return [device, {
        settable: list("settable", settable, HOOK_MODES),
        monitored: list("monitored", monitored, HOOK_MODES),
      }];
    })),
    volumeDevices,
    gainDevices,
    readableVolumeDevices: [...new Set([...volumeDevices, ...readable.volume])],
    readableGainDevices: [...new Set([...gainDevices, ...readable.gain])],
    display: { rows: count("display.rows", rows), columns: count("display.columns", columns) },
    ringModes: count("ringModes", part.ringModes),
    buttons: buttons(part.buttons),
    setData: areas("setData", part.setData),
    getData: areas("getData", part.getData),
    features: [],
    deviceClasses: few("deviceClasses", part.deviceClasses, { most: OFFER_BOUNDS.deviceClasses }).map((name) =>
      text("deviceClasses", name, { longest: OFFER_BOUNDS.name })
    ),
    provider: text("provider", part.provider, { longest: TEXT_LIMIT }),
    phoneInfo: text("phoneInfo", part.phoneInfo, { longest: TEXT_LIMIT }),
    extension: text("extension", part.extension, { longest: OFFER_BOUNDS.name }),
    permanentId: text("permanentId", part.permanentId, { longest: OFFER_BOUNDS.name, unnamed: id }),
  };
  const methods = methodsOf(driver);
  const named = part.states === undefined ? undefined : list("states", part.states, STATES);
  capabilities.states = statesOf(named, { capabilities, methods });
  capabilities.features = part.features === undefined
    ? featuresOf(capabilities, methods)
    : list("features", part.features, { known: FEATURES });
  return capabilities;
}

function buttons(parts: PartialButton[] | undefined): ButtonCapability[] {
  const ids = new Set<number>();
  return few("buttons", parts, { most: OFFER_BOUNDS.buttons }).map((part) => {
    if (!isObject(part) || part.id === undefined) {
      throw invalid("buttons", { found: shown(part), right: "objects with an id" });
    }
    const id = count("buttons.id", part.id);
    if (ids.has(id)) throw invalid("buttons", { found: `button ${id} twice`, right: "each id once" });
    ids.add(id);
    const mode = one("mode", part.mode === undefined ? "dummy" : part.mode, { known: BUTTON_MODES });
    const task = one("function", part.function === undefined ? "unknown" : part.function, FUNCTIONS);
    const lampModes = list("lampModes", part.lampModes, LAMPS);
    const { pressable = false } = part;
    if (typeof pressable !== "boolean") throw invalid("pressable", { found: shown(pressable), right: "true or false" });
    if (pressable && mode === "dummy") {
      throw invalid("buttons", { found: `no button at ${id} to be pressed`, right: "pressable only where one is" });
    }
    return {
      id,
      mode,
      function: task,
      lampModes: lampModes.length > 0 ? lampModes : ["dummy"],
      ...pressable && { pressable },
    };
  });
}

function areas(part: string, sizes: number[] | undefined): number[] {
  return few(part, sizes, { most: OFFER_BOUNDS.dataAreas }).map((size) => count(part, size));
}

function few<Item>(part: string, items: Item[] = [], { most }: { most: number }): Item[] {
  requireList(part, items);
  if (items.length <= most) return items;
  throw invalid(part, { found: `${items.length} entries`, right: `at most ${most}` });
}

function list<Name extends string | number>(part: string, values: readonly Name[] = [], options: Names): Name[] {
  requireList(part, values);
  return [...new Set(values)].map((value) => one(part, value, options));
}

function requireList(part: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalid(part, { found: shown(value), right: "a list" });
}

function one<Name>(part: string, value: Name, { known, also }: Names): Name {
  if (known.includes(value) || also?.(value)) return value;
  const right = `one of ${known.join(" ")}${also ? " or a vendor's number" : ""}`;
  throw invalid(part, { found: shown(value), right });
}

function count(part: string, value = 0): number {
  if (Number.isInteger(value) && value >= 0 && value <= OFFER_BOUNDS.number) return value;
  throw invalid(part, { found: shown(value), right: `an integer from 0 to ${OFFER_BOUNDS.number}` });
}

function text(
  part: string,
  value: string | undefined,
  { longest, unnamed = "" }: { longest: number; unnamed?: string },
): string {
  if (value === undefined) return unnamed;
  if (typeof value === "string" && value.length <= longest) return value;
  throw invalid(part, { found: shown(value), right: `text of at most ${longest} characters` });
}

/** A part with parts of its own; what is left out has none of them. */
function object<Part extends object>(part: string, value: Part | undefined): Partial<Part> {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  throw invalid(part, { found: shown(value), right: "an object" });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What was found, as JSON has it where it can. */
function shown(value: unknown): string {
  if (typeof value !== "string" && !Array.isArray(value) && !isObject(value)) return String(value);
  return `${JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}n` : part)}`.slice(0, 100);
}

/** What is not valid of capabilities, whatever they are for. */
class Slip extends Error {
  override readonly name = "Slip";
}

function invalid(part: string, { found, right }: { found: string; right: string }): Slip {
  return new Slip(`its capabilities' ${part} has ${found}, but must be ${right}`);
}
