/**
 * What a plugin's author reports with: a phone that has been added.
 *
 * @module
 */
import type { ButtonMode, PhoneState } from "../core/contract/names.ts";
import type { CurrentCapabilities } from "./capabilities.ts";
import type { StateValues, Wanted } from "../core/contract/events.ts";

/**
 * A phone that the plugin has added: what its device does by itself is reported here.
 *
 * Reports are dropped while the phone is closed and when nobody wants them, so a driver can report whatever it sees.
 */
export interface Phone {
  /** The part of the phone's name after the colon. */
  readonly id: string;
  /** What the open handles want to hear, all together; empty while the phone is closed. */
  readonly wanted: Wanted;
  /**
   * Whether the link to the device stands; may be set at any time, and operations are refused with `INVALPHONESTATE`
   * while it is false.
   */
  connected: boolean;
  /**
   * Whether something else, such as the exchange of the device, has the phone to itself for a while; may be set at any
   * time. Each change is told as `suspend` or `resume`; while it is true the status and whoever asks for the phones is
   * told so, and what is refused without a link is refused with `INVALPHONESTATE` (R103). Operations that are under way
   * go on.
   */
  suspended: boolean;
  /**
   * What the phone can do now: a copy. To set it is to say it anew and whole, at any time, as with a new phone: what is
   * left out is not there any more. Applications are told `capsChange`, if anything is different.
   *
   * An operation or a getter ends by what it was checked by when it came to its turn: a driver's method that is under way
   * is finished as if nothing had changed.
   *
   * @throws {TypeError} When it is set, if a part is not valid; nothing has changed then.
   * @throws {RangeError} When it is set, if it fits no message to the host; the same.
   *
   * @example A display that is plugged in
   * ```ts
   * import type { Phone } from "./mod.ts";
   *
   * export function plugIn(phone: Phone) {
   *   phone.capabilities = { ...phone.capabilities, display: { rows: 2, columns: 24 } };
   * }
   * ```
   */
  capabilities: CurrentCapabilities;
  /**
   * Reports what something is now, after it has changed; what was known to be so already is told to nobody.
   *
   * What an operation has changed is reported by itself once it is fulfilled, unless the driver has reported that
   * during the operation: then what it said is so. This is for what a person does at the device, and for what came out
   * otherwise than it was asked for.
   *
   * @throws {TypeError} If a value is not such as the getters give.
   */
  changed(values: StateValues): void;
  /**
   * Reports that something has changed, after it has, without its value: where that is known,
   * {@linkcode Phone.changed} tells more.
   *
   * @param states One or several of the contract's states.
   * @param detail For a single `lamp` its number, for `ringMode` and the hook switches the new mode; ignored otherwise.
   * @throws {TypeError} If a state is not one of the contract, is one that the server reports itself (`owner`,
   * `monitors`, and by way of `connected` also `connected` and `disconnected`), or lacks its detail.
   */
  state(states: PhoneState | readonly PhoneState[], detail?: number | string): void;
  /**
   * Reports that a button went down or up. Applications always see pairs: a `down` that is not followed by an `up`, and
   * an `up` without a `down`, are completed, so a device that detects only one edge may report only that one.
   * An `up` says how long the button was held, if its `down` was reported.
   *
   * @param edge Three in a row, as version 1 of the SDK promises. The mode is the button's of now, which `setButtonInfo`
   * may have changed (it stands in {@linkcode Phone.capabilities}): who made a mask from the capabilities hears no other.
   * @throws {TypeError} If the state is neither `down` nor `up`, or the mode is not one of the contract.
   */
  button(...edge: [id: number, mode: ButtonMode, state: "down" | "up"]): void;
  /** Reports a vendor's message to every open handle. */
  devSpecific(params: Uint8Array): void;
  /**
   * Closes the phone by the device's own decision: signals abort, every operation ends, then every handle is told
   * `PHONE_CLOSE`. The driver's `close` is not called. It may be opened again at once.
   *
   * The promise waits for every operation of the phone: an operation must not wait for it.
   */
  forceClose(): Promise<void>;
}
