/**
 * What a SIP message is (RFC 3261 7), how much it may be, and the refusal of what is none.
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

/** What is read at most; whatever is longer is refused with 513. */
export interface MessageBounds {
  /** Bytes of the whole message. */
  mostBytes: number;
  /** Header lines, after unfolding. */
  mostHeaders: number;
  /** Characters of the start line or of one header, after unfolding. */
  mostLine: number;
}

/** The bounds where none are given; a datagram cannot be longer anyway. */
export const MESSAGE_BOUNDS: Readonly<MessageBounds> = { mostBytes: 65_535, mostHeaders: 128, mostLine: 8_192 };

/** Says that a message, or a piece of one, cannot be understood. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
  /** The status to answer a request with: 400, 416, 505 or 513. */
  readonly status: number;
  /** What is wrong, as the reason phrase of the answer. */
  readonly reason: string;
  /**
   * The request as far as it could be read, with all that an answer needs; absent where none is possible or allowed.
   */
  readonly request?: SipRequest;

  /**
   * @param status The status of the answer.
   * @param reason What is wrong; never what came from outside, which could be anything.
   * @param options `request`: what can be answered.
   */
  constructor(status: number, reason: string, { request }: { request?: SipRequest | undefined } = {}) {
    super(`Cannot read a SIP message: ${reason}`);
    this.status = status;
    this.reason = reason;
    if (request) this.request = request;
  }
}
