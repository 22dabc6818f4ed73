/**
 * The messages that an application is sent (contract 5.1): the same objects on every transport.
 *
 * @module
 */
import type { PhoneErrorCode } from "./errors.ts";
import type { ButtonMode, ButtonState, HookSwitchMode, LampMode, PhoneState } from "./names.ts";
import type { Cause, Outcome } from "./record.ts";

/** The three masks of a handle: what it asked to hear (phoneSetStatusMessages). */
export interface Masks {
  /** States for PHONE_STATE. */
  states: PhoneState[];
  /** Modes of buttons for PHONE_BUTTON; a button is told if both its mode and its state are named. */
  buttonModes: ButtonMode[];
  /** States of buttons for PHONE_BUTTON. */
  buttonStates: ButtonState[];
}

/** The union of the masks of a phone's handles, as its plugin is told it (R83). */
export type Wanted = { readonly [Part in keyof Masks]: readonly Masks[Part][number][] };

/** New values of a phone, each by the state that tells of it; in the words of the getters. */
export interface StateValues {
  /** What the display shows. */
  display?: { rows: string[] };
  /** Which lamp shows what. */
  lamp?: { lamp: number; mode: LampMode };
  /** 0 = not ringing. */
  ringMode?: number;
  /** 0…65535. */
  ringVolume?: number;
  /** Mode of the handset. */
  handsetHookSwitch?: HookSwitchMode;
  /** 0…65535. */
  handsetVolume?: number;
  /** 0…65535. */
  handsetGain?: number;
  /** Mode of the speakerphone. */
  speakerHookSwitch?: HookSwitchMode;
  /** 0…65535. */
  speakerVolume?: number;
  /** 0…65535. */
  speakerGain?: number;
  /** Mode of the headset. */
  headsetHookSwitch?: HookSwitchMode;
  /** 0…65535. */
  headsetVolume?: number;
  /** 0…65535. */
  headsetGain?: number;
}

/** What has changed about a phone. */
export interface StateChange {
  /** What can be asked for again. */
  states: PhoneState[];
  /** As contract 5.3 says for a single state: a count, a lamp, a mode. */
  detail?: number | string;
  /** What the states are now, where that is known. */
  values?: StateValues;
}

/** What a button did. */
export interface ButtonChange {
  /** Which. */
  button: number;
  /** What kind of button it is. */
  mode: ButtonMode;
  /** `down` or `up`. */
  state: ButtonState;
  /** Of an `up` whose `down` was seen: for how many milliseconds it was held. */
  heldMs?: number;
}

/** What happened, before it has its place in an application's order. */
export type EventBody =
  | {
    type: "PHONE_REPLY";
    requestId: number;
    handle: string;
    /** 0 or the signed number of an error. */
    result: number;
    code?: PhoneErrorCode;
    outcome: Outcome;
    cause?: Cause;
    /** The driver's own words for its error. */
    message?: string;
    reference?: string;
  }
  | {
    type: "PHONE_STATE";
    /** null for what concerns every application. */
    handle: string | null;
    phone: string;
  } & StateChange
  | { type: "PHONE_BUTTON"; handle: string; phone: string } & ButtonChange
  | { type: "PHONE_CLOSE"; handle: string; phone: string; cause: Cause }
  | { type: "PHONE_DEVSPECIFIC"; handle: string; phone: string; params: string }
  | { type: "PHONE_CREATE"; phone: string; deviceId: number }
  | { type: "PHONE_REMOVE"; phone: string; deviceId: number }
  | { type: "GAP"; from: number; to: number };

/** An event of one type, or of any, as it is sent: `seq` rises strictly within an application. */
export type PhoneEvent<Type extends EventBody["type"] = EventBody["type"]> =
  & Extract<EventBody, { type: Type }>
  & { seq: number; at: string };
