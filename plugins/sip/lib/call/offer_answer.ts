/**
 * The answer to what a request of a phone says about sound.
 *
 * @module
 */
import { type MediaSession, UnusableDescription } from "../media/mod.ts";
import type { Header, SipRequest } from "../message/mod.ts";

/** The Content-Type of descriptions. */
export const SDP = "application/sdp";

/** What is said of sound: in a 2xx, or in a refusal. */
export type OfferAnswer =
  | { body: Uint8Array; headers: Header[] }
  | { refuse: { status: 415 | 488; headers: Header[] } };

/** A body with what says that it is a description. */
export function described(body: Uint8Array): { body: Uint8Array; headers: Header[] } {
  return { body, headers: [["Content-Type", SDP]] };
}

/** Answers the offer of a request; one without asks for an offer of ours (RFC 3261 13.3.1). */
export function answerOffer({ headers, body }: SipRequest, media: MediaSession): OfferAnswer {
  if (body.length === 0) return described(media.offer());
  const type = (headers.get("Content-Type") ?? SDP).split(";", 1)[0]?.trim().toLowerCase();
  if (type !== SDP) return { refuse: { status: 415, headers: [["Accept", SDP]] } };
  try {
    return described(media.answer(body));
  } catch (error) {
    if (!(error instanceof UnusableDescription)) throw error;
    const warning = '304 switchroom "One audio stream by RTP/AVP in PCMU or PCMA is wanted"';
    return { refuse: { status: 488, headers: [["Warning", warning]] } };
  }
}
