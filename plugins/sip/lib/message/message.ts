/**
 * What a SIP message is (RFC 3261 7).
 *
 * @module
 */
import type { SipHeaders } from "./headers.ts";

/** A question or a command. */
export interface SipRequest {
  readonly method: string;
  /** The Request-URI as it was written. */
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: Uint8Array;
}

/** The answer to a request; provisional below 200. */
export interface SipResponse {
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly body: Uint8Array;
}

/** Either kind. */
export type SipMessage = SipRequest | SipResponse;

/** Whether a message is a request. */
export function isRequest(message: SipMessage): message is SipRequest {
  return "method" in message;
}
