/**
 * One call with one phone, as its holder sees it.
 *
 * @module
 */
import type { Refusal } from "../dialog/mod.ts";
import type { Header, SipResponse } from "../message/mod.ts";

/** What can be asked of us inside of a call. */
export const CALL_METHODS: readonly string[] = ["ACK", "BYE", "CANCEL", "INFO", "INVITE", "OPTIONS", "UPDATE"];

/** The same, as the Allow header of a call says it. */
export const ALLOW = CALL_METHODS.join(", ");

/** How far a call is. It only goes forward. */
export type CallState = "calling" | "ringing" | "answered" | "ended";

/** Why a call is over. */
export interface CallEnd {
  /** Who ended it; "network" when nobody did: no answer, no way to send, no ACK, no refresh. */
  by: "us" | "phone" | "network";
  /** The SIP status that ended it, where one did: 408 and 503 also stand for silence and a broken transport. */
  status?: number;
  /** What came with the status. */
  reason?: string;
  /**
   * There only if the phone was asked to end the call and has not said that it did: what it said against that, or what
   * stands for its silence (408, 503). To us the call is over all the same (RFC 3261 15.1.1); to the phone perhaps not.
   *
   * A CANCEL is confirmed by any final answer to the INVITE. A BYE is confirmed by 2xx, by 481 (the phone has no such
   * call, which is on hook), and by a BYE of the phone's own that crosses it; a phone that answers anything else has
   * refused to hang up.
   */
  unconfirmed?: Refusal;
}

/** A request inside a call. */
export interface CallRequest {
  /** Beside those that a dialog gives. */
  headers?: Iterable<Header>;
  /** With a Content-Type among the headers. */
  body?: Uint8Array;
}

/**
 * One call with one phone.
 *
 * Its promises may be left unwatched: none of them is ever an unhandled rejection. Whatever order things end in, once
 * `ended` is fulfilled the call holds no socket and no timer.
 */
export interface Call {
  /** How far it is. */
  readonly state: CallState;
  /** Call-ID of its dialog. */
  readonly id: string;
  /** Fulfilled with the first 180, 183 or 2xx; at once for a call of the phone's. @throws RequestRefused (rejected) */
  readonly ringing: Promise<void>;
  /** Fulfilled with the 2xx; for a call of the phone's when its ACK has come. @throws RequestRefused (rejected) */
  readonly answered: Promise<void>;
  /** Fulfilled, never rejected, when it is over. */
  readonly ended: Promise<CallEnd>;
  /** Told each digit that the phone's person presses, once: 0-9, *, #, A-D. */
  onDigit: ((digit: string) => void) | undefined;
  /**
   * Ends it by CANCEL or BYE, whichever its state asks for; what crosses that on the wire is ended too. Bounded by the
   * transaction's timers (32 s each). The same promise however often it is called.
   */
  hangUp(): Promise<CallEnd>;
  /**
   * Asks the phone once more to end a call that is over for us, but of whose end it has not said a word: by CANCEL or
   * BYE. Never rejects.
   *
   * @returns What it says against that, or what stands for its silence; nothing if it has confirmed the end.
   */
  endAgain(): Promise<Refusal | undefined>;
  /**
   * Sends a request inside the dialog and gives the final answer, whatever its status; a challenge is answered first.
   *
   * @throws RequestRefused (rejected) when there is no dialog (yet, or any more), and 408 or 503 when no answer came.
   * @throws TypeError (rejected) for a method that makes, changes or ends a call (INVITE, UPDATE, ACK, BYE, CANCEL,
   * PRACK).
   */
  request(method: string, options?: CallRequest): Promise<SipResponse>;
  /**
   * Sends digits (0-9, *, #, A-D; at most 32) one after another: RFC 4733 where negotiated, else INFO.
   *
   * @throws RequestRefused (rejected) when it is not answered, or when the phone refuses the INFO.
   * @throws TypeError (rejected) for what is not digits.
   */
  sendDigits(digits: string, signal: AbortSignal): Promise<void>;
  /**
   * Holds or resumes it by a re-INVITE; glare (491) is tried again.
   *
   * @throws RequestRefused (rejected) when the phone refuses, or when it is not answered.
   */
  hold(on: boolean): Promise<void>;
}
