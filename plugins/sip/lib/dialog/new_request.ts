/**
 * Requests of ours: what each has, inside of a dialog and outside.
 *
 * @module
 */
import { type Header, SipHeaders, type SipRequest } from "../message/mod.ts";

/** What a request is made of. */
export interface RequestParts {
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
export function newRequest(parts: RequestParts): SipRequest {
  const headers = new SipHeaders([
    ...(parts.routes ?? []).map((route): Header => ["Route", route]),
    ["Max-Forwards", MAX_FORWARDS],
    ["From", parts.from],
    ["To", parts.to],
    ["Call-ID", parts.callId],
    ["CSeq", `${parts.cseq} ${parts.method}`],
    ...(parts.headers ?? []),
  ]);
  return { method: parts.method, uri: parts.uri, headers, body: parts.body ?? new Uint8Array() };
}
