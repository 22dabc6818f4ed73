/**
 * Requests, ours and a phone's.
 *
 * @module
 */
import { SipHeaders, type SipRequest } from "../../../../../plugins/sip/lib/message/mod.ts";

/** What a request is made of; what is left out is in order. */
export interface RequestOptions {
  uri?: string;
  via?: string[];
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  headers?: [name: string, value: string][];
}

/** A request; without Via, as ours are handed to an endpoint. */
export function newRequest(method: string, options: RequestOptions = {}): SipRequest {
  const { via = [], from = "<sip:a@test>;tag=a", to = "<sip:b@test>", callId = "call", cseq = 1, headers = [] } =
    options;
  return {
    method,
    uri: options.uri ?? "sip:b@192.0.2.7:5062",
    headers: new SipHeaders([
      ...via.map((value) => ["Via", value] as const),
      ["Max-Forwards", "70"],
      ["From", from],
      ["To", to],
      ["Call-ID", callId],
      ["CSeq", `${cseq} ${method}`],
      ...headers,
    ]),
    body: new Uint8Array(),
  };
}

/** A request of the phone, with its Via. */
export function phoneRequest(method: string, options: RequestOptions & { branch?: string } = {}): SipRequest {
  const { branch = `z9hG4bK-${method === "ACK" || method === "CANCEL" ? "INVITE" : method}` } = options;
  return newRequest(method, { via: [`SIP/2.0/UDP 192.0.2.7:5062;branch=${branch}`], ...options });
}

/** The ACK of a 2xx that had the To tag `us`: a request of its own. */
export function phoneAck(options: RequestOptions = {}): SipRequest {
  return phoneRequest("ACK", { branch: "z9hG4bK-ack", to: "<sip:b@test>;tag=us", ...options });
}
