/**
 * Answers to strangers: nothing is remembered of them, and nobody can be flooded by them.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import { type Peer, responseTo, type SipRequest, type SipResponse, writeMessage } from "../sip/mod.ts";

/** What an answer says. */
export interface Once {
  status: number;
  headers?: readonly (readonly [name: string, value: string])[];
}

/** A datagram's sender can be forged: what it makes us send to another is at most this many times as long, as in RFC 9000 8.1. */
const MOST_TIMES = 3;

/** Makes what answers requests without a transaction; an answer that would be too long is none. */
export function createOnce(): (request: SipRequest, from: Peer, once: Once) => SipResponse | "drop" {
  const secret = randomBytes(32);
  return (request, from, { status, headers = [] }) => {
    // The same request has the same tag, although nothing is remembered of it (RFC 3261 8.2.7).
    const named = ["Via", "From", "Call-ID", "CSeq"].map((name) => request.headers.get(name)).join("\n");
    const toTag = createHmac("sha256", secret).update(named).digest("hex").slice(0, 16);
    const response = responseTo(request, status, { toTag, headers });
    const tooLong = from.transport === "udp" && lengthOf(response) > MOST_TIMES * lengthOf(request);
    return tooLong ? "drop" : response;
  };
}

function lengthOf(message: SipRequest | SipResponse): number {
  return writeMessage(message).length;
}
