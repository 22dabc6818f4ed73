/**
 * The nine operations and the getters: names, parameters and results, as they travel (contract 2.1 and 2.2).
 *
 * Bytes are base64 here; the SDK turns them into `Uint8Array` for drivers.
 *
 * @module
 */
import type { Feature } from "./features.ts";
import { keysOf } from "./keys.ts";
import {
  type ButtonFunction,
  type ButtonMode,
  type ButtonState,
  HOOKSWITCH_DEVICES,
  type HookSwitchDevice,
  type HookSwitchMode,
  type LampMode,
  type StatusFlag,
} from "./names.ts";
import { OPERATION_TABLE } from "./operation_table.ts";
import { count, dword, named, type Parameters, type ValuesOf } from "./parameter.ts";

/** One of the nine {@linkcode OPERATIONS}. */
export type OperationName = keyof typeof OPERATION_TABLE;

/** The nine asynchronous operations (contract 2.1). */
export const OPERATIONS: readonly OperationName[] = keysOf(OPERATION_TABLE);

/** What each operation is given, as it travels: bytes are base64. */
export type OperationParameters = {
  [Name in OperationName]: ValuesOf<typeof OPERATION_TABLE[Name]["parameters"]>;
};

const device = named({ names: HOOKSWITCH_DEVICES, error: "INVALHOOKSWITCHDEV", description: "Which device." });

/** What each getter is given (contract 2.2). No data area is larger than a message may be. */
export const GETTER_TABLE = {
  getStatus: {},
  getHookSwitch: {},
  getRing: {},
  getDisplay: {},
  getVolume: { device },
  getGain: { device },
  getLamp: { lamp: dword("INVALBUTTONLAMPID", "Which lamp: the number of its button.") },
  getButtonInfo: { button: dword("INVALBUTTONLAMPID", "Which button.") },
  getData: { dataId: dword("INVALDATAID", "Which data area."), size: count(65_536, "How many bytes at most.") },
} satisfies Record<string, Parameters>;

/** One of the {@linkcode GETTERS}. */
export type GetterName = keyof typeof GETTER_TABLE;

/** The synchronous getters: the plugin is queried (contract 2.2). */
export const GETTERS: readonly GetterName[] = keysOf(GETTER_TABLE);

/** What each getter is given, as it travels. */
export type GetterParameters = { [Name in GetterName]: ValuesOf<typeof GETTER_TABLE[Name]> };

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
