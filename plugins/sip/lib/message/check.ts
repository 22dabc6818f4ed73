/**
 * The headers that every message must have, and have right (RFC 3261 8.1.1).
 *
 * @module
 */
import { tagOf } from "./address.ts";
import { isRequest, MalformedMessage, type SipMessage } from "./message.ts";
import { parseCSeq, parseNumber } from "./numbers.ts";
import { MOST_VIAS, parseVia } from "./via.ts";

const NEEDED = ["Via", "From", "To", "Call-ID", "CSeq"];
const ONCE = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type"];

/**
 * Checks them. Max-Forwards may be missing, as older elements send no such header (RFC 4475 3.4.1).
 *
 * @throws {MalformedMessage} If one is missing, comes too often or cannot be understood.
 */
export function checkHeaders(message: SipMessage): void {
  const { headers } = message;
  for (const name of NEEDED) if (!headers.get(name)) throw new MalformedMessage(400, `${name} is missing`);
  for (const name of ONCE) {
    if (headers.all(name).length > 1) throw new MalformedMessage(400, `${name} must not come twice`);
  }
  const vias = headers.all("Via");
  if (vias.length > MOST_VIAS) throw new MalformedMessage(400, `Via must not name more than ${MOST_VIAS} hops`);
  for (const via of vias) parseVia(via);
  tagOf(headers.get("From") ?? "");
  tagOf(headers.get("To") ?? "");
  if (/\s/.test(headers.get("Call-ID") ?? "")) throw new MalformedMessage(400, "Call-ID must be one word");
  const { method } = parseCSeq(headers.get("CSeq") ?? "");
  if (isRequest(message) && message.method !== method) throw new MalformedMessage(400, "CSeq must name the method");
  const hops = headers.get("Max-Forwards");
  if (hops !== undefined) parseNumber(hops, { of: "Max-Forwards", least: 0, most: 255 });
}
