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
import { FEATURES } from "../core/contract/features.ts";
import type { Driver } from "./driver.ts";
import { featuresOf } from "./features.ts";
import { TEXT_LIMIT } from "./wire.ts";

/** One button with its lamp; what is left out is `dummy`, `unknown` and `["dummy"]`. */
export type PartialButton = Pick<ButtonCapability, "id"> & Partial<ButtonCapability>;

/** {@linkcode PhoneCapabilities} of which any part may be left out: it is not there then. `features` follow from the driver's methods. */
export interface PartialCapabilities extends Partial<Omit<PhoneCapabilities, "buttons" | "hookSwitchModes">> {
  /** The button/lamp pairs. */
  buttons?: PartialButton[];
  /** The modes of each device that is there. */
  hookSwitchModes?: Partial<Record<HookSwitchDevice, Partial<HookSwitchCapability>>>;
}

const MOST_BUTTONS = 1_024;
const MOST_AREAS = 256;
const LONGEST_NAME = 256;
const LARGEST = 65_535;

/**
 * Fills in what was left out.
 *
 * @throws {TypeError} If a part is not valid; the message names it and says what would be right.
 */
export function completeCapabilities(
  part: PartialCapabilities,
  options: { id: string; driver: Driver },
): PhoneCapabilities {
  const devices = list("hookSwitchDevices", part.hookSwitchDevices, HOOKSWITCH_DEVICES);
  const capabilities: PhoneCapabilities = {
    states: list("states", part.states, PHONE_STATES),
    hookSwitchDevices: devices,
    hookSwitchModes: Object.fromEntries(devices.map((device) => [device, {
      settable: list("settable", part.hookSwitchModes?.[device]?.settable, HOOKSWITCH_MODES),
      monitored: list("monitored", part.hookSwitchModes?.[device]?.monitored, HOOKSWITCH_MODES),
    }])),
    volumeDevices: list("volumeDevices", part.volumeDevices, HOOKSWITCH_DEVICES),
    gainDevices: list("gainDevices", part.gainDevices, HOOKSWITCH_DEVICES),
    display: {
      rows: count("display.rows", part.display?.rows, LARGEST),
      columns: count("display.columns", part.display?.columns, LARGEST),
    },
    ringModes: count("ringModes", part.ringModes, LARGEST),
    buttons: buttons(part.buttons),
    setData: areas("setData", part.setData),
    getData: areas("getData", part.getData),
    features: [],
    deviceClasses: (part.deviceClasses ?? []).map((name) => text("deviceClasses", name, LONGEST_NAME)),
    provider: text("provider", part.provider ?? "", TEXT_LIMIT),
    phoneInfo: text("phoneInfo", part.phoneInfo ?? "", TEXT_LIMIT),
    permanentId: text("permanentId", part.permanentId ?? options.id, LONGEST_NAME),
  };
  capabilities.features = part.features
    ? list("features", part.features, FEATURES)
    : featuresOf(capabilities, options.driver);
  return capabilities;
}

function buttons(parts: PartialButton[] = []): ButtonCapability[] {
  if (parts.length > MOST_BUTTONS) throw invalid("buttons", `${parts.length} buttons`, `at most ${MOST_BUTTONS}`);
  const ids = new Set<number>();
  return parts.map((part) => {
    const id = count("buttons.id", part.id, LARGEST);
    if (ids.has(id)) throw invalid("buttons", `button ${id} twice`, "each id once");
    ids.add(id);
    const lampModes = list("lampModes", part.lampModes, LAMP_MODES, isVendorLampMode);
    return {
      id,
      mode: one("mode", part.mode ?? "dummy", BUTTON_MODES),
      function: one("function", part.function ?? "unknown", BUTTON_FUNCTIONS, isVendorButtonFunction),
      lampModes: lampModes.length > 0 ? lampModes : ["dummy"],
    };
  });
}

function areas(part: string, sizes: number[] = []): number[] {
  if (sizes.length > MOST_AREAS) throw invalid(part, `${sizes.length} areas`, `at most ${MOST_AREAS}`);
  return sizes.map((size) => count(part, size, LARGEST));
}

function list<Name extends string | number>(
  part: string,
  given: readonly Name[] | undefined,
  known: readonly unknown[],
  also?: (value: unknown) => boolean,
): Name[] {
  return [...new Set(given ?? [])].map((value) => one(part, value, known, also));
}

function one<Name>(part: string, value: Name, known: readonly unknown[], also?: (value: unknown) => boolean): Name {
  if (known.includes(value) || also?.(value)) return value;
  throw invalid(part, JSON.stringify(value), `one of ${known.join(" ")}${also ? " or a vendor's number" : ""}`);
}

function count(part: string, value: number | undefined, most: number): number {
  const number = value ?? 0;
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw invalid(part, String(value), `an integer from 0 to ${most}`);
}

function text(part: string, value: string, longest: number): string {
  if (typeof value === "string" && value.length <= longest) return value;
  throw invalid(part, JSON.stringify(value).slice(0, 100), `text of at most ${longest} characters`);
}

function invalid(part: string, found: string, right: string): TypeError {
  return new TypeError(`Cannot add a phone: its capabilities' ${part} has ${found}, but must be ${right}`);
}
