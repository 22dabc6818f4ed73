/**
 * Requests that speak of an INVITE on the same hop: its CANCEL, and the ACK of its refusal.
 *
 * @module
 */
import { parseCSeq, SipHeaders, type SipRequest } from "../message/mod.ts";

const COPIED = ["Max-Forwards", "From", "Call-ID", "Route"];

/**
 * Makes one as RFC 3261 9.1 and 17.1.1.3 say: with the top Via of the INVITE, so that its branch tells what it speaks of, its number and its route.
 *
 * @param invite With our Via.
 * @param options Its method, and its To where that is not the INVITE's own: an ACK has the To of the response.
 */
export function hopRequest(
  invite: SipRequest,
  { method, to }: { method: "ACK" | "CANCEL"; to?: string | undefined },
): SipRequest {
  const headers = new SipHeaders();
  headers.add("Via", invite.headers.all("Via")[0] ?? "");
  for (const [name, value] of invite.headers) if (COPIED.includes(name)) headers.add(name, value);
  headers.add("To", to ?? invite.headers.get("To") ?? "");
  headers.add("CSeq", `${parseCSeq(invite.headers.get("CSeq") ?? "").number} ${method}`);
  return { method, uri: invite.uri, headers, body: new Uint8Array() };
}
