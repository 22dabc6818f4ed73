/**
 * The checks of the nine operations that depend on a phone's capabilities, made before its driver is called (contract
 * 2.1, 4.9).
 *
 * @module
 */
import type { ButtonCapability, PhoneCapabilities } from "../core/contract/capabilities.ts";
import { PhoneError } from "../core/contract/errors.ts";
import type { HookSwitchDevice, LampMode } from "../core/contract/names.ts";
import type { OperationName, OperationParameters } from "../core/contract/operations.ts";
import type { DriverParameters } from "./driver.ts";

/** Operations that can be used on a phone whose link is down: their lists have no INVALPHONESTATE (contract 2.0). */
export const WITHOUT_LINK: ReadonlySet<OperationName> = new Set(["devSpecific", "setButtonInfo"]);

/** For each operation: makes the driver's parameters of the asked ones, or throws the contract's `PhoneError`. */
export const PREPARE: {
  [Name in OperationName]: (
    params: OperationParameters[Name],
    capabilities: PhoneCapabilities,
  ) => DriverParameters[Name];
} = {
  devSpecific: ({ params }) => ({ params: Uint8Array.fromBase64(params) }),

  setButtonInfo({ devSpecific, ...info }, capabilities) {
    buttonOf(info.button, capabilities);
    return devSpecific === undefined ? info : { ...info, devSpecific: Uint8Array.fromBase64(devSpecific) };
  },

  setData({ dataId, data }, { setData }) {
    const size = setData[dataId];
    if (size === undefined) {
      throw new PhoneError("INVALDATAID", `Data area ${dataId} cannot be written: there are ${setData.length}`);
    }
    const bytes = Uint8Array.fromBase64(data);
    if (bytes.length > size) {
      throw new PhoneError("OPERATIONFAILED", `Data area ${dataId} holds ${size} bytes, not ${bytes.length}`);
    }
    return { dataId, data: bytes };
  },

  setDisplay({ row, column, text }, capabilities) {
    requireDisplay(capabilities);
    const { rows, columns } = capabilities.display;
    if (row >= rows || column >= columns) {
      throw new PhoneError("INVALPARAM", `The display has no cell ${row},${column}: it has ${rows} rows of ${columns}`);
    }
    const room = rows * columns - row * columns - column;
    return { row, column, text: [...text].slice(0, room).join("") };
  },

  setGain(params, { gainDevices }) {
    requireDevice(params.device, { there: gainDevices, what: "gain" });
    return params;
  },

  setHookSwitch(params, { hookSwitchDevices, hookSwitchModes }) {
    for (const device of params.devices) {
      requireDevice(device, { there: hookSwitchDevices, what: "hookswitch" });
      const settable = hookSwitchModes[device]?.settable ?? [];
      if (!settable.includes(params.mode)) {
        throw new PhoneError(
          "INVALHOOKSWITCHMODE",
          `The ${device} cannot be ${params.mode}: it can be ${words(settable)}`,
        );
      }
    }
    return params;
  },

  setLamp(params, capabilities) {
    const { lampModes } = buttonOf(params.lamp, capabilities);
    if (!hasLamp(lampModes)) throw new PhoneError("INVALBUTTONLAMPID", `Button ${params.lamp} has no lamp`);
    const settable: LampMode[] = lampModes.filter((mode) => mode !== "dummy" && mode !== "unknown");
    if (!settable.includes(params.mode)) {
      throw new PhoneError(
        "INVALLAMPMODE",
        `Lamp ${params.lamp} cannot be ${params.mode}: it can be ${words(settable)}`,
      );
    }
    return params;
  },

  setRing(params, { ringModes }) {
    if (ringModes === 0) throw new PhoneError("OPERATIONUNAVAIL", "The ring of this phone cannot be set");
    if (params.mode > ringModes) {
      throw new PhoneError(
        "INVALRINGMODE",
        `There is no ring mode ${params.mode}: 0 is silence, 1 to ${ringModes} ring`,
      );
    }
    return params;
  },

  setVolume(params, { volumeDevices }) {
    requireDevice(params.device, { there: volumeDevices, what: "volume" });
    return params;
  },
};

/** The button of that id. Throws INVALBUTTONLAMPID. */
export function buttonOf(id: number, { buttons }: PhoneCapabilities): ButtonCapability {
  const button = buttons.find((button) => button.id === id);
  if (!button) throw new PhoneError("INVALBUTTONLAMPID", `There is no button or lamp ${id}`);
  return button;
}

/** Whether there is a lamp at all: without one its only mode is `dummy`. */
export function hasLamp(lampModes: ButtonCapability["lampModes"]): boolean {
  return lampModes.some((mode) => mode !== "dummy");
}

/** Throws INVALHOOKSWITCHDEV unless the device is among those that are there for it. */
export function requireDevice(
  device: HookSwitchDevice,
  { there, what }: { there: HookSwitchDevice[]; what: string },
): void {
  if (!there.includes(device)) {
    throw new PhoneError("INVALHOOKSWITCHDEV", `The ${device} has no ${what} here: ${words(there)} has`);
  }
}

/** Throws OPERATIONUNAVAIL without a display. */
export function requireDisplay({ display }: PhoneCapabilities): void {
  if (display.rows * display.columns === 0) throw new PhoneError("OPERATIONUNAVAIL", "This phone has no display");
}

function words(names: readonly (string | number)[]): string {
  return names.length > 0 ? names.join(", ") : "none";
}
