/**
 * The getters: what is checked before a driver is asked, and how its answer becomes whole (contract 2.2).
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { buttonOf, lampModesOf, requireDevice, requireDisplay } from "../core/contract/operation_table.ts";
import type { GetterName, GetterParameters, GetterResults } from "../core/contract/operations.ts";
import { given } from "../tools/mod.ts";
import type { DriverAnswer } from "./driver.ts";

/** The getters whose answers are made whole here; `getStatus` has a file of its own. */
export type PlainGetter = Exclude<GetterName, "getStatus">;

/** For each getter: throws the contract's `PhoneError`, or gives the result where the driver need not be asked. */
export const BEFORE: {
  [Name in PlainGetter]: (
    params: GetterParameters[Name],
    capabilities: PhoneCapabilities,
  ) => GetterResults[Name] | undefined;
} = {
  getHookSwitch: () => undefined,
  getRing: () => undefined,
  getDisplay: (_params, capabilities) => void requireDisplay(capabilities),
  getVolume: ({ device }, { readableVolumeDevices }) =>
    void requireDevice(device, { there: readableVolumeDevices, what: "volume" }),
  getGain: ({ device }, { readableGainDevices }) =>
    void requireDevice(device, { there: readableGainDevices, what: "gain" }),
  getLamp: ({ lamp }, capabilities) => void lampModesOf(lamp, capabilities),
  getButtonInfo: ({ button }, capabilities) => void buttonOf(button, capabilities),
  getData({ dataId, size }, { getData }) {
    if (getData[dataId] === undefined) {
      throw new PhoneError("INVALDATAID", `Data area ${dataId} cannot be read: there are ${getData.length}`);
    }
    return size === 0 ? { dataId, data: "" } : undefined;
  },
};

/** For each getter: makes the driver's answer whole. */
export const AFTER: {
  [Name in PlainGetter]: (
    answer: DriverAnswer<Name>,
    { params, capabilities }: { params: GetterParameters[Name]; capabilities: PhoneCapabilities },
  ) => GetterResults[Name];
} = {
  getHookSwitch: ({ offHook }) => ({ offHook }),
  getRing: ({ mode, volume }) => ({ mode, volume }),
  getDisplay: ({ rows }, { capabilities }) => ({ rows: displayRows(rows, capabilities) }),
  getVolume: ({ volume }, { params: { device } }) => ({ device, volume }),
  getGain: ({ gain }, { params: { device } }) => ({ device, gain }),
  getLamp: ({ mode }, { params: { lamp } }) => ({ lamp, mode }),
  getButtonInfo: ({ mode, function: task, text, state, devSpecific }, { params: { button } }) => ({
    button,
    mode,
    function: task,
    text,
    state,
    ...given({ devSpecific: devSpecific?.toBase64() }),
  }),
  getData: ({ data }, { params: { dataId, size }, capabilities: { getData } }) => ({
    dataId,
    data: data.subarray(0, Math.min(size, getData[dataId] ?? 0)).toBase64(),
  }),
};

/** Makes rows of exactly the display's size: a cell is one code point, what is missing is blank. */
export function displayRows(rows: readonly string[], { display }: PhoneCapabilities): string[] {
  return Array.from({ length: display.rows }, (_, row) => {
    const cells = [...rows[row] ?? ""].slice(0, display.columns);
    return cells.join("") + " ".repeat(display.columns - cells.length);
  });
}
