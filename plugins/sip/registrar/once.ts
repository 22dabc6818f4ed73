/**
 * Answers to strangers: nothing is remembered of them.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import { type Header, responseTo, type SipRequest, type SipResponse } from "../lib/message/mod.ts";

/** What an answer says. */
export interface Once {
  status: number;
  headers?: readonly Header[];
}

/** Makes what answers requests without a transaction. */
export function createOnce(): (request: SipRequest, once: Once) => SipResponse {
  const secret = randomBytes(32);
  return (request, { status, headers = [] }) => {
    // The same request has the same tag, although nothing is remembered of it (RFC 3261 8.2.7).
    const named = ["Via", "From", "Call-ID", "CSeq"].map((name) => request.headers.get(name)).join("\n");
    const toTag = createHmac("sha256", secret).update(named).digest("hex").slice(0, 16);
    return responseTo(request, status, { toTag, headers });
  };
}
