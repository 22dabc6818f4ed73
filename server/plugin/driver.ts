/**
 * What a plugin's author writes for one phone: the driver.
 *
 * @module
 */
import type { DriverValuesOf, OPERATION_TABLE } from "../core/contract/operation_table.ts";
import {
  type GetterName,
  type GetterParameters,
  type GetterResults,
  GETTERS,
  type OperationName,
  OPERATIONS,
  type PhoneStatus,
} from "../core/contract/operations.ts";

/** What an operation is given besides its parameters. */
export interface DriverContext {
  /** The request that the operation fulfils: positive and never reused. */
  readonly requestId: number;
  /**
   * Aborts when the phone closes and at the deadline: settle soon then, in either way, because a close waits for it.
   */
  readonly signal: AbortSignal;
  /** When the request is given up, wall milliseconds since 1970. */
  readonly deadline: number;
}

/**
 * What each operation is given: the parameters as they are requested, bytes as `Uint8Array`, no more text than fits the
 * display and no more data than the area holds.
 */
export type DriverParameters = {
  [Name in OperationName]: DriverValuesOf<typeof OPERATION_TABLE[Name]["parameters"]>;
};

/**
 * The status of a phone as its driver tells it; what is left out is filled in from `connected` and the capabilities.
 */
export interface DriverStatus
  extends Partial<Omit<PhoneStatus, "numOwners" | "numMonitors" | "ownerName" | "devSpecific">> {
  /** The vendor's part. */
  devSpecific?: Uint8Array;
}

/** What each getter gives, whole; bytes as `Uint8Array`. */
export interface DriverResults extends Omit<GetterResults, "getStatus" | "getButtonInfo" | "getData"> {
  /** See {@linkcode DriverStatus}. */
  getStatus: DriverStatus;
  /** The button's meaning, text and state. */
  getButtonInfo: Omit<GetterResults["getButtonInfo"], "devSpecific"> & { devSpecific?: Uint8Array };
  /** The bytes of an area; more than were asked for are cut. */
  getData: { dataId: number; data: Uint8Array };
}

/** What a getter may return: the whole result, or only what was not in its parameters. */
export type DriverAnswer<Name extends GetterName> =
  & Omit<DriverResults[Name], keyof GetterParameters[Name]>
  & Partial<DriverResults[Name]>;

/**
 * The operations that a driver may have: to fulfil is success; to reject with a `PhoneError` is that error, with
 * anything else `PHONEERR_OPERATIONFAILED`.
 *
 * To fulfil is to report, too: what lamps, ring, hookswitches, volumes, gains, display and buttons are afterwards is
 * told before the completion where it has changed (R102), `setData` and `devSpecific` excepted. A driver that reports
 * such a change itself during the operation has the last word. What was before is asked of its getter where it is not
 * known, once, with a second to answer; what it cannot say then it is not asked again for a minute.
 */
export type DriverOperations = {
  [Name in OperationName]?: (params: DriverParameters[Name], context: DriverContext) => Promise<void> | void;
};

/** An operation whose calls wait for each other where they set the same thing: what `devSpecific` sets, nobody knows. */
export type OrderedOperation = Exclude<OperationName, "devSpecific">;

/** The getters that a driver may have. */
export type DriverGetters = {
  [Name in GetterName]?: (params: GetterParameters[Name]) => Promise<DriverAnswer<Name>> | DriverAnswer<Name>;
};

/**
 * A plugin's object for one phone: it implements what the device can do and nothing else. A missing method is
 * `PHONEERR_OPERATIONUNAVAIL`; without `getStatus` the status is put together from the other getters.
 *
 * What depends on the capabilities has been checked before a method is called: the device, lamp, button or area exists,
 * the mode is one that it can take, the text fits the display, and the phone is connected.
 *
 * The methods of one phone overlap: a second operation may come while the first is under way. Only two operations that
 * set the same thing (the same lamp, the ring, the volume of the same device) never do: the second is called when the
 * first has settled, or when it has been aborted and has not settled then, and is not called at all if it is aborted
 * while it waits. So the last that was asked for is what the device is left with (R101). {@linkcode Driver.overlapping}
 * is for a driver that sees to that itself. `open` and `close` never overlap.
 *
 * @example A lamp
 * ```ts
 * import type { Driver } from "./mod.ts";
 *
 * let mode: number | string = "off";
 * const driver: Driver = {
 *   setLamp: (params) => void (mode = params.mode),
 *   getLamp: () => ({ mode: mode as "off" }),
 * };
 * ```
 */
export interface Driver extends DriverOperations, DriverGetters {
  /**
   * Operations that are called in the order in which they come, even while another one sets the same thing:
   * `["setDisplay"]` for a device that takes texts one after the other by itself. `devSpecific` always is. It is read when
   * the phone is added.
   */
  readonly overlapping?: readonly OrderedOperation[];
  /** The first handle is opened: claim the device. Rejecting refuses the open with that `PhoneError`. */
  open?(): Promise<void> | void;
  /**
   * The last handle is closed and every operation has ended: release the device. Whatever it throws is logged and the
   * phone is closed.
   *
   * It is not called after `phone.forceClose()`: there the driver has let go of the device by itself.
   */
  close?(): Promise<void> | void;
}

/** The operations and getters that a driver has. */
export function methodsOf(driver: Driver): string[] {
  return [...OPERATIONS, ...GETTERS].filter((method) => driver[method] !== undefined);
}
