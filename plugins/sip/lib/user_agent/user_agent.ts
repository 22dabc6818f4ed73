/**
 * What a user agent offers, and what it is made of.
 *
 * @module
 */
import type { Call } from "../call/mod.ts";
import type { Caller, DialogMatch, Outgoing } from "../dialog/mod.ts";
import type { SipRequest, SipResponse } from "../message/mod.ts";
import type { SubscriptionBounds, Subscriptions } from "../subscription/mod.ts";
import type { Clock } from "../tools/mod.ts";
import type { Endpoint, ServerTransaction } from "../transaction/mod.ts";
import type { Peer } from "../transport/mod.ts";

/** A request outside of any dialog. */
export interface OutgoingRequest extends Outgoing {
  /** MESSAGE, NOTIFY, OPTIONS …; not INVITE, ACK or CANCEL. */
  method: string;
  /** With a Content-Type among the headers. */
  body?: Uint8Array;
  /** Abandons it. */
  signal?: AbortSignal;
}

/** What a user agent is made of. */
export interface UserAgentOptions {
  /** Carries its transactions. */
  endpoint: Endpoint;
  /** What Contact says to a peer: `transports.local`. */
  local(to: Peer): { host: string; port: number };
  /** Times its calls. */
  clock: Clock;
  /** RTP ports, the first and the last; even ones are used. Each call holds one. */
  rtpPorts: readonly [first: number, last: number];
  /** Bounds. */
  bounds: UserAgentBounds;
  /** Bounds of the subscriptions of phones. */
  subscriptions: SubscriptionBounds;
  /** User-Agent and Server headers: `Switchroom/0.1`. */
  product: string;
  /** Told what an operator may want to know. */
  log(text: string): void;
}

/** Bounds of a user agent. */
export interface UserAgentBounds {
  /** Calls at once, both ways. */
  mostCalls: number;
  /** RTP packets a second that one call reads; what is beyond them is dropped unread. */
  mostPacketsPerSecond: number;
}

/** Begins calls, takes calls, and receives what comes inside of dialogs. */
export interface UserAgent {
  /** The subscriptions of phones. */
  readonly subscriptions: Subscriptions;
  /**
   * Rings a phone. The INVITE is sent when an RTP port is held; where none is free the call is refused with 503 and a
   * reason that says so, like every other refusal: by its promises.
   */
  call(options: Outgoing): Call;
  /**
   * Answers an INVITE outside of any dialog: 180, then 200 with our SDP. What cannot be taken (an extension that is
   * required, an offer without audio that we speak, no RTP port) is refused as RFC 3261 says, and the call is ended.
   */
  takeCall(transaction: ServerTransaction, caller?: Caller): Call;
  /**
   * Receives what comes inside of dialogs: of calls and of subscriptions. A request with a To tag that belongs to none
   * is answered 481.
   *
   * @returns Whether it was for a dialog, and has been or will be answered.
   */
  receive(transaction: ServerTransaction): boolean;
  /** Which dialog a request is of, by its To tag: one that is of none need not be remembered to be refused. */
  knows(request: SipRequest, from: Peer): DialogMatch;
  /**
   * Whether an ACK may be believed: it is of no dialog, or comes from the address where the other side of its dialog
   * is. The `believesAck` of the endpoint.
   */
  believesAck(ack: SipRequest, from: Peer): boolean;
  /** Receives the ACK of a 2xx: the `onAck` of the endpoint. It may carry the answer to an offer of ours. */
  receiveAck(ack: SipRequest): void;
  /**
   * Sends a request outside of any dialog and gives the final answer, whatever its status.
   *
   * @throws RequestRefused (rejected) 408 or 503 when no answer came; the signal's reason when abandoned.
   */
  request(options: OutgoingRequest): Promise<SipResponse>;
  /** Hangs up every call and ends every subscription; fulfilled when they have ended. */
  close(): Promise<void>;
}
