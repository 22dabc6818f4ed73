/**
 * The refusal of what is not SIP.
 *
 * @module
 */
import type { SipRequest } from "./message.ts";

/** Says that a message, or a piece of one, cannot be understood. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
  /** The status to answer a request with: 400, 416, 505 or 513. */
  readonly status: number;
  /** What is wrong, as the reason phrase of the answer. */
  readonly reason: string;
  /** The request as far as it could be read, with all that an answer needs; absent where none is possible or allowed. */
  readonly request?: SipRequest;

  /**
   * @param status The status of the answer.
   * @param reason What is wrong; never what came from outside, which could be anything.
   * @param request What can be answered.
   */
  constructor(status: number, reason: string, request?: SipRequest) {
    super(`Cannot read a SIP message: ${reason}`);
    this.status = status;
    this.reason = reason;
    if (request) this.request = request;
  }
}
