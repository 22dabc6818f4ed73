/**
 * Whether the telephone contract knows the values of an operation or getter. What depends on the phone is not asked here: the SDK knows it.
 *
 * @module
 */
import { PhoneError, type PhoneErrorName } from "./contract/errors.ts";
import {
  BUTTON_FUNCTIONS,
  BUTTON_MODES,
  HOOKSWITCH_DEVICES,
  isVendorButtonFunction,
  isVendorLampMode,
  SETTABLE_HOOKSWITCH_MODES,
  SETTABLE_LAMP_MODES,
} from "./contract/names.ts";
import type { GetterName, GetterParameters, OperationName, OperationParameters } from "./contract/operations.ts";
import { quoted } from "./contract/quoted.ts";

const MAX_DWORD = 0xFFFF_FFFF;
const MAX_LEVEL = 0xFFFF;
/** Where a data area's size ends: no area is larger than a message may be. */
const MAX_DATA = 0x1_0000;

type Parameters = OperationParameters;
type Check<Name extends OperationName> = (params: Parameters[Name]) => Parameters[Name];

const CHECKS: { [Name in OperationName]: Check<Name> } = {
  devSpecific: (params) => params,
  setButtonInfo(params) {
    requireDword("INVALBUTTONLAMPID", "button", params.button);
    requireName("INVALBUTTONMODE", "mode", params.mode, BUTTON_MODES);
    const { function: purpose } = params;
    if (typeof purpose === "number") {
      requireThat(
        isVendorButtonFunction(purpose),
        "INVALPARAM",
        `function ${purpose} is not a vendor's own: those go from ${0x8000_0000} to ${MAX_DWORD}`,
      );
    } else requireName("INVALPARAM", "function", purpose, BUTTON_FUNCTIONS);
    return params;
  },
  setData(params) {
    requireDword("INVALDATAID", "dataId", params.dataId);
    return params;
  },
  setDisplay(params) {
    requireDword("INVALPARAM", "row", params.row);
    requireDword("INVALPARAM", "column", params.column);
    return params;
  },
  setGain(params) {
    requireName("INVALHOOKSWITCHDEV", "device", params.device, HOOKSWITCH_DEVICES);
    return { ...params, gain: level("gain", params.gain) };
  },
  setHookSwitch(params) {
    requireThat(params.devices.length > 0, "INVALHOOKSWITCHDEV", "devices is empty: name at least one");
    for (const device of params.devices) requireName("INVALHOOKSWITCHDEV", "devices", device, HOOKSWITCH_DEVICES);
    requireThat(
      params.mode !== "unknown",
      "INVALHOOKSWITCHMODE",
      "mode unknown describes a hookswitch, it cannot be set",
    );
    requireName("INVALHOOKSWITCHMODE", "mode", params.mode, SETTABLE_HOOKSWITCH_MODES);
    return { ...params, devices: [...new Set(params.devices)] };
  },
  setLamp(params) {
    requireDword("INVALBUTTONLAMPID", "lamp", params.lamp);
    const { mode } = params;
    if (typeof mode === "number") {
      requireThat(
        isVendorLampMode(mode),
        "INVALLAMPMODE",
        `mode ${mode} is not a vendor's own: those are one bit of the high 16`,
      );
    } else {
      requireThat(
        mode !== "dummy" && mode !== "unknown",
        "INVALLAMPMODE",
        `mode ${mode} describes a lamp, it cannot be set`,
      );
      requireName("INVALLAMPMODE", "mode", mode, SETTABLE_LAMP_MODES);
    }
    return params;
  },
  setRing(params) {
    requireDword("INVALRINGMODE", "mode", params.mode);
    return { ...params, volume: level("volume", params.volume) };
  },
  setVolume(params) {
    requireName("INVALHOOKSWITCHDEV", "device", params.device, HOOKSWITCH_DEVICES);
    return { ...params, volume: level("volume", params.volume) };
  },
};

type GetterCheck<Name extends GetterName> = (params: GetterParameters[Name]) => void;

const GETTER_CHECKS: { [Name in GetterName]: GetterCheck<Name> } = {
  getStatus() {},
  getHookSwitch() {},
  getRing() {},
  getDisplay() {},
  getVolume: ({ device }) => requireName("INVALHOOKSWITCHDEV", "device", device, HOOKSWITCH_DEVICES),
  getGain: ({ device }) => requireName("INVALHOOKSWITCHDEV", "device", device, HOOKSWITCH_DEVICES),
  getLamp: ({ lamp }) => requireDword("INVALBUTTONLAMPID", "lamp", lamp),
  getButtonInfo: ({ button }) => requireDword("INVALBUTTONLAMPID", "button", button),
  getData({ dataId, size }) {
    requireDword("INVALDATAID", "dataId", dataId);
    requireThat(
      Number.isInteger(size) && size >= 0 && size <= MAX_DATA,
      "INVALPARAM",
      `size ${size} is not a whole number from 0 to ${MAX_DATA}`,
    );
  },
};

/**
 * Checks the values of an operation and clamps its levels (R94).
 *
 * @returns What the plugin is given.
 * @throws {PhoneError} The `INVAL…` that names the parameter.
 */
export function checkOperation<Name extends OperationName>(
  operation: Name,
  params: Parameters[Name],
): Parameters[Name] {
  return CHECKS[operation](params);
}

/**
 * Checks the values of a getter.
 *
 * @throws {PhoneError} The `INVAL…` that names the parameter.
 */
export function checkGetter<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): void {
  GETTER_CHECKS[getter](params);
}

/**
 * Checks a list of names against those of the contract.
 *
 * @returns The names, each once.
 * @throws {PhoneError} `error`, naming the first that is not one.
 */
export function checkNames<Name extends string>(
  names: readonly string[],
  options: { known: readonly Name[]; error: PhoneErrorName; place: string },
): Name[] {
  for (const name of names) requireName(options.error, options.place, name, options.known);
  return [...new Set(names)] as Name[];
}

function level(place: string, value: number): number {
  requireDword("INVALPARAM", place, value);
  return Math.min(value, MAX_LEVEL);
}

function requireDword(error: PhoneErrorName, place: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_DWORD) return;
  throw new PhoneError(error, `${place} ${value} is not a whole number from 0 to ${MAX_DWORD}`);
}

function requireName(error: PhoneErrorName, place: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) {
    throw new PhoneError(error, `${place} ${quoted(name)} is not one of ${known.join(", ")}`);
  }
}

function requireThat(holds: boolean, error: PhoneErrorName, message: string): void {
  if (!holds) throw new PhoneError(error, message);
}
