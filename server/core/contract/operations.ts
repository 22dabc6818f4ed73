/**
 * The nine operations and the getters: names, parameters and results, as they travel (contract 2.1 and 2.2).
 *
 * Bytes are base64 here; the SDK turns them into `Uint8Array` for drivers.
 *
 * @module
 */
import type {
  ButtonFunction,
  ButtonMode,
  ButtonState,
  Feature,
  HookSwitchDevice,
  HookSwitchMode,
  LampMode,
  StatusFlag,
} from "./names.ts";

/** The nine asynchronous operations (contract 2.1). */
export const OPERATIONS = [
  "devSpecific",
  "setButtonInfo",
  "setData",
  "setDisplay",
  "setGain",
  "setHookSwitch",
  "setLamp",
  "setRing",
  "setVolume",
] as const;

/** One of the nine {@linkcode OPERATIONS}. */
export type OperationName = typeof OPERATIONS[number];

/** What each operation is given. */
export interface OperationParameters {
  /** An opaque block for the driver, base64. */
  devSpecific: { params: string };
  /** The meaning and text of a button; `devSpecific` is base64. */
  setButtonInfo: {
    button: number;
    mode: ButtonMode;
    function: ButtonFunction;
    text: string;
    devSpecific?: string;
  };
  /** Bytes for a data area, base64. */
  setData: { dataId: number; data: string };
  /** Text from a zero-based position on; a cell is one code point. */
  setDisplay: { row: number; column: number; text: string };
  /** Microphone gain of one device, 0…65535; more is clamped (R94). */
  setGain: { device: HookSwitchDevice; gain: number };
  /** One mode for all the listed devices. */
  setHookSwitch: { devices: HookSwitchDevice[]; mode: HookSwitchMode };
  /** The mode of one lamp. */
  setLamp: { lamp: number; mode: LampMode };
  /** Ring pattern, 0 = silence, and ring volume 0…65535; more is clamped (R94). */
  setRing: { mode: number; volume: number };
  /** Speaker volume of one device, 0…65535; more is clamped (R94). */
  setVolume: { device: HookSwitchDevice; volume: number };
}

/** The synchronous getters that ask the plugin (contract 2.2). */
export const GETTERS = [
  "getStatus",
  "getHookSwitch",
  "getRing",
  "getDisplay",
  "getVolume",
  "getGain",
  "getLamp",
  "getButtonInfo",
  "getData",
] as const;

/** One of the {@linkcode GETTERS}. */
export type GetterName = typeof GETTERS[number];

/** What each getter is given. */
export interface GetterParameters {
  /** Nothing. */
  getStatus: Record<never, never>;
  /** Nothing. */
  getHookSwitch: Record<never, never>;
  /** Nothing. */
  getRing: Record<never, never>;
  /** Nothing. */
  getDisplay: Record<never, never>;
  /** Whose speaker. */
  getVolume: { device: HookSwitchDevice };
  /** Whose microphone. */
  getGain: { device: HookSwitchDevice };
  /** Which lamp. */
  getLamp: { lamp: number };
  /** Which button. */
  getButtonInfo: { button: number };
  /** Which area, and how many bytes at most. */
  getData: { dataId: number; size: number };
}

/** What each getter gives. */
export interface GetterResults {
  /** See {@linkcode PhoneStatus}; the core fills the owner's part. */
  getStatus: PhoneStatus;
  /** The devices that are off hook. */
  getHookSwitch: { offHook: HookSwitchDevice[] };
  /** Mode 0 = not ringing; volume 0…65535. */
  getRing: { mode: number; volume: number };
  /** A string a row, each of as many code points as the display has columns. */
  getDisplay: { rows: string[] };
  /** 0…65535. */
  getVolume: { device: HookSwitchDevice; volume: number };
  /** 0…65535. */
  getGain: { device: HookSwitchDevice; gain: number };
  /** The lamp's mode. */
  getLamp: { lamp: number; mode: LampMode };
  /** The button's meaning, text and state; `devSpecific` is base64. */
  getButtonInfo: {
    button: number;
    mode: ButtonMode;
    function: ButtonFunction;
    text: string;
    state: ButtonState;
    devSpecific?: string;
  };
  /** Base64 of at most `size` bytes. */
  getData: { dataId: number; data: string };
}

/** The status of an open phone (PHONESTATUS, contract 6.2). A part that the phone does not have is left out. */
export interface PhoneStatus {
  /** Whether the link to the device stands, and whether it is suspended. */
  statusFlags: StatusFlag[];
  /** Owner handles: 0 or 1. Filled by the core (R100). */
  numOwners: number;
  /** Monitor handles; an owner is not counted (Q36). Filled by the core (R100). */
  numMonitors: number;
  /** The owner's application name, empty without an owner. Filled by the core (R100). */
  ownerName: string;
  /** 0 = not ringing. */
  ringMode?: number;
  /** 0…65535. */
  ringVolume?: number;
  /** Mode of the handset. */
  handsetHookSwitchMode?: HookSwitchMode;
  /** 0…65535. */
  handsetVolume?: number;
  /** 0…65535. */
  handsetGain?: number;
  /** Mode of the speakerphone. */
  speakerHookSwitchMode?: HookSwitchMode;
  /** 0…65535. */
  speakerVolume?: number;
  /** 0…65535. */
  speakerGain?: number;
  /** Mode of the headset. */
  headsetHookSwitchMode?: HookSwitchMode;
  /** 0…65535. */
  headsetVolume?: number;
  /** 0…65535. */
  headsetGain?: number;
  /** What the display shows. */
  display?: { rows: string[] };
  /** Every lamp's mode. */
  lampModes?: { lamp: number; mode: LampMode }[];
  /** Vendor's part, base64. */
  devSpecific?: string;
  /** What the asking handle can use now: without ownership the core leaves the `set…` words out. */
  phoneFeatures: Feature[];
}
