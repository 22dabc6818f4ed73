import type { PhoneCapabilities } from "../server/core/contract/capabilities.ts";

/** What a phone can do that can do nothing. */
export const NO_CAPABILITIES: PhoneCapabilities = {
  states: [],
  hookSwitchDevices: [],
  hookSwitchModes: {},
  volumeDevices: [],
  gainDevices: [],
  readableVolumeDevices: [],
  readableGainDevices: [],
  display: { rows: 0, columns: 0 },
  ringModes: 0,
  buttons: [],
  setData: [],
  getData: [],
  features: [],
  deviceClasses: [],
  provider: "",
  phoneInfo: "",
  permanentId: "",
  extension: "",
};
