/**
 * Requests of ours: whom they go to, and what each has, inside of a dialog and outside.
 *
 * @module
 */
import type { Credentials } from "../digest/mod.ts";
import { type Address, type Header, SipHeaders, type SipRequest, type SipUri } from "../message/mod.ts";
import type { Peer } from "../transport/mod.ts";

/** Whom a request goes to, and in whose name. */
export interface Outgoing {
  /** Where it is sent. */
  to: Peer;
  /**
   * Where the phone is registered now: it may connect anew in the middle of a call. Left out, or nothing: where it was.
   */
  currentPeer?(): Peer | undefined;
  /** The request URI: the contact that the phone registered. */
  uri: SipUri;
  /** Who asks: From, without a tag. */
  from: Address;
  /** Who is asked: To, without a tag. */
  toAddress: Address;
  /** Beside those that every request has. */
  headers?: Iterable<Header>;
  /** Answers one 401 or 407; without them a challenge is the answer. */
  credentials?: Credentials;
}

/** What is known of a phone that makes a call, or subscribes. */
export type Caller = Pick<Outgoing, "credentials" | "currentPeer">;

/** What a request is made of. */
export interface RequestOptions {
  method: string;
  uri: string;
  /** With its tag. */
  from: string;
  /** With its tag, inside of a dialog. */
  to: string;
  callId: string;
  cseq: number;
  routes?: readonly string[];
  headers?: Iterable<Header>;
  body?: Uint8Array;
}

/** RFC 3261 8.1.1.6; linphone refuses requests without it. */
const MAX_FORWARDS = "70";

/** Makes a request; its Via is the endpoint's. */
export function newRequest(options: RequestOptions): SipRequest {
  const headers = new SipHeaders([
    ...(options.routes ?? []).map((route): Header => ["Route", route]),
    ["Max-Forwards", MAX_FORWARDS],
    ["From", options.from],
    ["To", options.to],
    ["Call-ID", options.callId],
    ["CSeq", `${options.cseq} ${options.method}`],
    ...(options.headers ?? []),
  ]);
  return { method: options.method, uri: options.uri, headers, body: options.body ?? new Uint8Array() };
}
