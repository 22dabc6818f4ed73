/**
 * What can be saved of a request that was refused, so that it can be answered.
 *
 * @module
 */
import { endOfHead, headText, nameAndValue, unfold } from "./head.ts";
import { headerKey } from "./header_names.ts";
import { SipHeaders } from "./headers.ts";
import type { MessageBounds, SipRequest } from "./message.ts";
import { isToken } from "./text.ts";
import { MOST_VIAS } from "./via.ts";

const NEEDED = ["via", "from", "to", "call-id", "cseq"];

/**
 * The request with no other headers than those that its answer repeats, From, To, Call-ID and CSeq once; `undefined`,
 * if it cannot be answered, or must not: a response, an ACK, a head without one of them, or one with so many Vias that
 * the answer would cost more than it tells.
 */
export function salvageRequest(bytes: Uint8Array, bounds: MessageBounds): SipRequest | undefined {
  const end = endOfHead(bytes);
  const head = bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, bounds.mostBytes));
  const [startLine = "", ...lines] = unfold(headText(head));
  const [method = "", uri = ""] = startLine.split(" ");
  if (!isToken(method) || method === "ACK") return undefined;
  const headers = new SipHeaders();
  for (const line of lines.slice(0, bounds.mostHeaders)) {
    const [name = "", value = ""] = nameAndValue(line) ?? [];
    if (!NEEDED.includes(headerKey(name)) || line.length > bounds.mostLine || /[\r\n\0]/.test(value)) continue;
    if (isToken(name) && (headerKey(name) === "via" || !headers.has(name))) headers.add(name, value);
  }
  if (!NEEDED.every((name) => headers.get(name)) || headers.all("Via").length > MOST_VIAS) return undefined;
  return { method, uri, headers, body: new Uint8Array() };
}
