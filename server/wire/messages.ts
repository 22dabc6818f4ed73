/**
 * What the host and a plugin's process say to each other: one discriminated union for each direction.
 *
 * Both sides begin with `hello`. A `call` is answered by exactly one `answer` or `refuse` with the same number; each
 * side counts its own. Messages travel in frames (`frames.ts`); the host checks every one that comes from a plugin, the
 * SDK trusts the host.
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { StateChange, Wanted } from "../core/contract/events.ts";
import type { LogLevel } from "../core/contract/managed_plugin.ts";
import type { ButtonFunction, ButtonMode, ButtonState } from "../core/contract/names.ts";
import type { OfferedPhone } from "../core/contract/offered_phone.ts";
import type { GetterName, GetterParameters, OperationName, OperationParameters } from "../core/contract/operations.ts";

/** The version of this wire; both sides must speak the same. */
export const WIRE_VERSION = 2;

/** The version of the SDK; a manifest's `switchroom` names the range it needs. */
export const SDK_VERSION = "1.1.0";

/**
 * The longest text of a log line, of an error's words: UTF-16 units. What is longer is cut, and a display that holds
 * more is told without its value.
 */
export const TEXT_LIMIT = 2_000;

/** One operation for a driver. */
export type OperateMessage = {
  [Name in OperationName]: {
    type: "operate";
    requestId: number;
    phone: string;
    operation: Name;
    params: OperationParameters[Name];
    /** Milliseconds left until its deadline. */
    remainingMs: number;
  };
}[OperationName];

/** One getter for a driver. */
export type GetMessage = {
  [Name in GetterName]: { type: "get"; call: number; phone: string; getter: Name; params: GetterParameters[Name] };
}[GetterName];

/** The end of a call. */
export type CallEnd =
  | { type: "answer"; call: number; value?: unknown }
  | { type: "refuse"; call: number; result: number; message: string };

/**
 * What a failed start means: what it needs is not there yet, another try cannot help until somebody changes something,
 * or it broke.
 */
export type StartVerdict = "notYet" | "never" | "crash";

/** From the host to the plugin. */
export type ToPlugin =
  | { type: "hello"; wire: number; name: string; config: unknown; beatMs: number }
  /** Asks for a sign of life, which bears its number. */
  | { type: "beat"; beat: number }
  | { type: "open"; call: number; phone: string; wanted: Wanted }
  | { type: "close"; call: number; phone: string }
  | { type: "want"; call: number; phone: string; wanted: Wanted }
  | GetMessage
  | OperateMessage
  | { type: "abort"; requestId: number }
  | CallEnd
  | { type: "stop" };

/** From the plugin to the host. */
export type FromPlugin =
  | { type: "hello"; wire: number; sdk: string }
  | { type: "ready" }
  | { type: "startFailed"; message: string; verdict: StartVerdict }
  | { type: "stopped" }
  /** It ends by an error that nobody caught. */
  | { type: "fault"; message: string }
  | { type: "done"; requestId: number; result: number; message?: string }
  | CallEnd
  | { type: "addPhone"; call: number; phone: OfferedPhone }
  | { type: "removePhone"; call: number; phone: string }
  /** What a phone can do now, whole. */
  | { type: "capabilities"; call: number; phone: string; capabilities: PhoneCapabilities }
  /** What `setButtonInfo` has made of a button: its capabilities follow. */
  | { type: "buttonMeant"; phone: string; button: number; mode: ButtonMode; function: ButtonFunction }
  | { type: "state"; phone: string } & StateChange
  | { type: "button"; phone: string; button: number; mode: ButtonMode; state: ButtonState; heldMs?: number }
  | { type: "devSpecific"; phone: string; params: string }
  | { type: "connected"; phone: string; connected: boolean }
  | { type: "suspended"; phone: string; suspended: boolean }
  | { type: "forceClosing"; phone: string }
  | { type: "forceClosed"; phone: string }
  /** The number of the host's beat, resident bytes, processor time used as a part of one processor, and how late a timer was. */
  | { type: "beat"; beat: number; rssBytes: number; cpu: number; lagMs: number }
  | { type: "log"; level: LogLevel; text: string };

/** Cuts words to what the wire carries. */
export function clip(text: string): string {
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT - 1)}…`;
}

/** How long a display is as the value of a state: its text, and a unit for each row. */
export function displayLength(rows: readonly string[]): number {
  return rows.reduce((length, row) => length + row.length + 1, 0);
}
