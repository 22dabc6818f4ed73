/**
 * The response to a request.
 *
 * @module
 */
import { parseAnyAddress } from "./address.ts";
import { type Header, SipHeaders } from "./headers.ts";
import { MalformedMessage, type SipRequest, type SipResponse } from "./message.ts";
import { hasParam } from "./params.ts";
import { reasonOf } from "./reasons.ts";

/** What a response says beyond its status. */
export interface ResponseOptions {
  /** The reason phrase; the usual one, if left out. */
  reason?: string;
  /** Our tag, put into To where it has none. */
  toTag?: string;
  /** Headers after those that the request gives. */
  headers?: Iterable<Header>;
  /** Empty, if left out. */
  body?: Uint8Array;
}

/**
 * Makes the response to a request as RFC 3261 8.2.6 says: Via, From, To, Call-ID and CSeq are the request's, Timestamp
 * too in a 100, and Record-Route in what can make a dialog (12.1.1).
 *
 * @throws {TypeError} If a header of the options cannot stand in a message.
 */
export function responseTo(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const headers = new SipHeaders();
  for (const [name, value] of request.headers) {
    if (name === "To" && options.toTag !== undefined) headers.add(name, withTag(value, options.toTag));
    else if (isCopied(name, status)) headers.add(name, value);
  }
  for (const [name, value] of options.headers ?? []) headers.add(name, value);
  return { status, reason: options.reason ?? reasonOf(status), headers, body: options.body ?? new Uint8Array() };
}

function isCopied(name: string, status: number): boolean {
  switch (name) {
    case "Via":
    case "From":
    case "To":
    case "Call-ID":
    case "CSeq":
      return true;
    case "Timestamp":
      return status === 100;
    case "Record-Route":
      return status > 100 && status < 300;
    default:
      return false;
  }
}

/** A To that cannot be read is given back untouched: the answer then says that the request was malformed. */
function withTag(to: string, tag: string): string {
  try {
    return hasParam(parseAnyAddress(to).params, "tag") ? to : `${to};tag=${tag}`;
  } catch (error) {
    if (error instanceof MalformedMessage) return to;
    throw error;
  }
}
