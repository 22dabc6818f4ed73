/**
 * The status of a phone (PHONESTATUS, contract 6.2): what its driver says of it, or what its other getters say.
 *
 * @module
 */
import { isUsableWithoutLink } from "../core/contract/features.ts";
import { hasLamp } from "../core/contract/operation_table.ts";
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { HookSwitchDevice, StatusFlag } from "../core/contract/names.ts";
import type { GetterParameters, GetterResults, PhoneStatus } from "../core/contract/operations.ts";
import { given } from "../tools/mod.ts";
import type { DriverStatus } from "./driver.ts";
import { displayRows, type PlainGetter } from "./getters.ts";

/** Queries another getter of the same phone; rejects where that cannot be answered. */
export type Query = <Name extends PlainGetter>(
  getter: Name,
  params: GetterParameters[Name],
) => Promise<GetterResults[Name]>;

/** Makes a status whole but for the owner's part, which the core fills (R100). */
export function completeStatus(
  { devSpecific, display, ...told }: DriverStatus,
  { capabilities, connected, suspended }: { capabilities: PhoneCapabilities; connected: boolean; suspended: boolean },
): PhoneStatus {
  const { features } = capabilities;
  const statusFlags = new Set<StatusFlag>(told.statusFlags ?? (connected ? ["connected"] : []));
  if (suspended) statusFlags.add("suspended");
  return {
    phoneFeatures: connected && !suspended ? features : features.filter(isUsableWithoutLink),
    ...told,
    statusFlags: [...statusFlags],
    ...display && { display: { rows: displayRows(display.rows, capabilities) } },
    ...given({ devSpecific: devSpecific?.toBase64() }),
    numOwners: 0,
    numMonitors: 0,
    ownerName: "",
  };
}

/**
 * Puts a status together from what the other getters say; a part whose getter rejects is left out, because the others
 * are still true.
 */
export async function statusFromGetters(query: Query, capabilities: PhoneCapabilities): Promise<DriverStatus> {
  const parts: Promise<DriverStatus>[] = [
    query("getRing", {}).then(({ mode, volume }) => ({ ringMode: mode, ringVolume: volume })),
    query("getDisplay", {}).then((display) => ({ display })),
    query("getHookSwitch", {}).then((answer) =>
      Object.fromEntries(capabilities.hookSwitchDevices.map((device) => [
        `${device}HookSwitchMode`,
        hookSwitchMode(device, answer),
      ]))
    ),
    ...capabilities.readableVolumeDevices.map((device) =>
      query("getVolume", { device }).then(({ volume }) => ({ [`${device}Volume`]: volume }))
    ),
    ...capabilities.readableGainDevices.map((device) =>
      query("getGain", { device }).then(({ gain }) => ({ [`${device}Gain`]: gain }))
    ),
  ];
  const lamps = capabilities.buttons.filter(({ lampModes }) => hasLamp(lampModes));
  if (lamps.length > 0) {
    parts.push(Promise.all(lamps.map(({ id }) => query("getLamp", { lamp: id }))).then((lampModes) => ({ lampModes })));
  }
  const settled = await Promise.allSettled(parts);
  return Object.assign({}, ...settled.map((part) => part.status === "fulfilled" ? part.value : {}));
}

/** Off hook does not tell whether the microphone, the speaker or both are on. */
export function hookSwitchMode(
  device: HookSwitchDevice,
  { offHook }: GetterResults["getHookSwitch"],
): "unknown" | "onHook" {
  return offHook.includes(device) ? "unknown" : "onHook";
}
