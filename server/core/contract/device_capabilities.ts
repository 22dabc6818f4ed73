/**
 * What a device has (PHONECAPS without its features, contract 6.1).
 *
 * @module
 */
import type { ButtonFunction, ButtonMode, HookSwitchDevice, HookSwitchMode, LampMode, PhoneState } from "./names.ts";

/** One button/lamp pair of a phone; a missing half has mode `dummy` (contract 5.4). */
export interface ButtonCapability {
  /** The number that names the button and its lamp. */
  id: number;
  /** What kind of button it is. */
  mode: ButtonMode;
  /** What the button is for. */
  function: ButtonFunction;
  /** What its lamp can show; `["dummy"]` without a lamp. */
  lampModes: LampMode[];
  /** Whether `devSpecific` with `{"press": ID}` presses it (contract 5.4). */
  pressable?: boolean;
}

/** The hookswitch modes of one device. */
export interface HookSwitchCapability {
  /** Modes that `setHookSwitch` can set. */
  settable: HookSwitchMode[];
  /** Modes that are detected and reported. */
  monitored: HookSwitchMode[];
}

/** What a device has and says of itself. */
export interface DeviceCapabilities {
  /** What PHONE_STATE events can say; the core adds `owner`, `monitors` and `reinit` (R93). */
  states: PhoneState[];
  /** The hookswitch devices that are there. */
  hookSwitchDevices: HookSwitchDevice[];
  /** The modes of each device that is there. */
  hookSwitchModes: Partial<Record<HookSwitchDevice, HookSwitchCapability>>;
  /** Devices whose speaker volume can be set. */
  volumeDevices: HookSwitchDevice[];
  /** Devices whose microphone gain can be set. */
  gainDevices: HookSwitchDevice[];
  /** Devices whose speaker volume can be read: those of `volumeDevices`, and those that show one and take none. */
  readableVolumeDevices: HookSwitchDevice[];
  /** Devices whose microphone gain can be read: those of `gainDevices`, and those that show one and take none. */
  readableGainDevices: HookSwitchDevice[];
  /** The size of the display; both 0 without one. */
  display: { rows: number; columns: number };
  /** Ring patterns besides silence; 0 = the ring cannot be controlled (Q13). */
  ringModes: number;
  /** The button/lamp pairs. */
  buttons: ButtonCapability[];
  /** Bytes of each area that can be written; the index is the data id. */
  setData: number[];
  /** Bytes of each area that can be read; the index is the data id. */
  getData: number[];
  /** Names of the device classes. */
  deviceClasses: string[];
  /** About the plugin's hardware or software: vendor, versions. */
  provider: string;
  /** About the phone: maker, model, versions. */
  phoneInfo: string;
  /** The plugin's stable name of the device, across runs. */
  permanentId: string;
  /** Which dialect `devSpecific` speaks; empty if nobody says. */
  extension: string;
}
