/**
 * Features that follow from what a driver can do (PHONEFEATURE_, contract 7.5).
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import { type Feature, FEATURES } from "../core/contract/features.ts";
import type { HookSwitchDevice } from "../core/contract/names.ts";
import type { Driver } from "./driver.ts";

/** Names what can be used at all: a method that the driver has, on something that the phone has. */
export function featuresOf(capabilities: PhoneCapabilities, driver: Driver): Feature[] {
  const hasLamp = capabilities.buttons.some(({ lampModes }) => lampModes.some((mode) => mode !== "dummy"));
  const hasButton = capabilities.buttons.length > 0;
  const hasDisplay = capabilities.display.rows * capabilities.display.columns > 0;
  const { hookSwitchDevices, volumeDevices, gainDevices } = capabilities;
  const usable = new Set<string>([
    ...driver.getButtonInfo && hasButton ? ["getButtonInfo"] : [],
    ...driver.setButtonInfo && hasButton ? ["setButtonInfo"] : [],
    ...driver.getData && capabilities.getData.length > 0 ? ["getData"] : [],
    ...driver.setData && capabilities.setData.length > 0 ? ["setData"] : [],
    ...driver.getDisplay && hasDisplay ? ["getDisplay"] : [],
    ...driver.setDisplay && hasDisplay ? ["setDisplay"] : [],
    ...driver.getLamp && hasLamp ? ["getLamp"] : [],
    ...driver.setLamp && hasLamp ? ["setLamp"] : [],
    ...driver.getRing ? ["getRing"] : [],
    ...driver.setRing && capabilities.ringModes > 0 ? ["setRing"] : [],
    ...driver.getHookSwitch ? perDevice("getHookSwitch", hookSwitchDevices) : [],
    ...driver.setHookSwitch ? perDevice("setHookSwitch", hookSwitchDevices) : [],
    ...driver.getVolume ? perDevice("getVolume", volumeDevices) : [],
    ...driver.setVolume ? perDevice("setVolume", volumeDevices) : [],
    ...driver.getGain ? perDevice("getGain", gainDevices) : [],
    ...driver.setGain ? perDevice("setGain", gainDevices) : [],
  ]);
  return FEATURES.filter((feature) => usable.has(feature));
}

function perDevice(method: string, devices: HookSwitchDevice[]): string[] {
  return devices.map((device) => method + device[0]?.toUpperCase() + device.slice(1));
}
