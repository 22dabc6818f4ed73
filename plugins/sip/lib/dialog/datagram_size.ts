/**
 * Texts that are too long for a datagram.
 *
 * @module
 */
import { type SipRequest, writeMessage } from "../message/mod.ts";
import type { Peer } from "../transport/mod.ts";
import { CallRefused } from "./refusal.ts";

/** RFC 3428 8: a MESSAGE over UDP must not be longer, because nothing keeps many of them from filling a slow network. */
const MOST_BYTES = 1_300;

/** What the endpoint's Via takes at most. */
const VIA_BYTES = 120;

/** @throws {CallRefused} 513 if a MESSAGE would be too long for UDP. */
export function requireFits(request: SipRequest, to: Peer): void {
  if (request.method !== "MESSAGE" || to.transport !== "udp") return;
  const bytes = writeMessage(request).length + VIA_BYTES;
  if (bytes <= MOST_BYTES) return;
  const reason = `Message Too Large: ${bytes} bytes, of which UDP takes ${MOST_BYTES}; shorten the text or use TCP`;
  throw new CallRefused({ status: 513, reason });
}
