/**
 * The sound of a call: opened before anything is said about it, then offered and answered (RFC 3264).
 *
 * @module
 */
import type { AgentContext } from "../dialog/mod.ts";
import { MediaSession, type RtpPorts, UnusableDescription } from "../media/mod.ts";
import type { Header, SipRequest } from "../message/mod.ts";
import type { Peer } from "../transport/mod.ts";
import type { Call } from "./call.ts";

/** What the calls of one user agent share. */
export interface CallContext extends AgentContext {
  readonly ports: RtpPorts;
  /** RTP packets a second that one call reads. */
  readonly mostPacketsPerSecond: number;
}

/**
 * Holds an RTP port on the address that the phone's signalling meets, until the call is to end: a phone that does not
 * confirm that holds a call for half a minute, and must not hold its port as long.
 *
 * @throws {NoRtpPort} (rejected) If none is free. {TransportError} (rejected) If no address of ours reaches the phone.
 */
export async function openMedia(
  { clock, ports, mostPacketsPerSecond, local }: CallContext,
  { peer, call }: { peer: Peer; call: Pick<Call, "onDigit"> & { readonly ending: AbortSignal } },
): Promise<MediaSession> {
  const onDigit = (digit: string) => call.onDigit?.(digit);
  const media = await MediaSession.open({
    clock,
    ports,
    host: local(peer).host,
    phone: peer.host,
    mostPacketsPerSecond,
    onDigit,
  });
  call.ending.addEventListener("abort", () => void media.close(), { once: true });
  return media;
}

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
    const warning = '304 - "One audio stream by RTP/AVP in PCMU or PCMA is wanted"';
    return { refuse: { status: 488, headers: [["Warning", warning]] } };
  }
}
