/**
 * The sound of a call: opened before anything is said about it, then offered and answered (RFC 3264).
 *
 * @module
 */
import type { AgentContext } from "../dialog/mod.ts";
import { MediaSession, type RtpPorts, UnusableDescription } from "../media/mod.ts";
import {
  acceptOf,
  accepts,
  contentOf,
  type ContentRefusal,
  type Header,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  tagOf,
  type Understood,
} from "../message/mod.ts";
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

const SDP = "application/sdp";

/** What is understood as a description of a session. */
const DESCRIPTIONS: Understood = { types: [SDP], disposition: "session" };

/** The Accept of a call. */
export const ACCEPT = acceptOf(DESCRIPTIONS);

/** What a message says of a session: its description, nothing (`undefined`), or what is to be refused. */
export type Description = { sdp: Uint8Array } | { refuse: ContentRefusal } | undefined;

/** The description of a message: every request, response and ACK is asked here whether it has one. */
export function descriptionOf(message: SipMessage): Description {
  const content = contentOf(message, DESCRIPTIONS);
  return content && "body" in content ? { sdp: content.body } : content;
}

/** A body with what says that it is a description. */
export function described(body: Uint8Array): { body: Uint8Array; headers: Header[] } {
  return { body, headers: [["Content-Type", SDP]] };
}

/**
 * Answers the offer of a request; where there is none, one of ours is asked for (RFC 3261 13.3.1). Whoever accepts no
 * description can be answered by none (RFC 4475 3.3.15).
 */
export function answerOffer(
  { headers }: SipRequest,
  { description, media }: { description: Description; media: MediaSession },
): { body: Uint8Array; headers: Header[] } | { refuse: ContentRefusal } {
  if (description && "refuse" in description) return description;
  if (!accepts(headers, SDP)) {
    return { refuse: { status: 406, headers: [["Warning", `399 - "A call needs ${SDP} to be accepted"`]] } };
  }
  if (!description) return described(media.offer());
  try {
    return described(media.answer(description.sdp));
  } catch (error) {
    if (!(error instanceof UnusableDescription)) throw error;
    const warning = '304 - "One audio stream by RTP/AVP in PCMU or PCMA is wanted"';
    return { refuse: { status: 488, headers: [["Warning", warning]] } };
  }
}

/**
 * Takes the answer to an offer of ours.
 *
 * @throws {UnusableDescription} If there is none that can be used; what was agreed before holds.
 */
export function takeAnswer(description: Description, media: MediaSession): void {
  if (!description) throw new UnusableDescription("Cannot agree on sound: the answer has no description of a session");
  if ("refuse" in description) {
    throw new UnusableDescription("Cannot agree on sound: the answer has a body that is not understood");
  }
  media.accept(description.sdp);
}

/** Of how many phones behind a proxy one offer may be answered before one of them takes the call. */
const MOST_EARLY = 16;

/**
 * The answer to an offer of ours, in whichever response of the dialog it comes: the first description is the answer
 * (RFC 3261 13.2.1). A 2xx that has one is believed all the same, since a phone may have said before that it has no
 * sound yet.
 */
export class AwaitedAnswer {
  readonly #early = new Map<string | undefined, Description>();

  /** Takes a provisional response. */
  hear(response: SipResponse): void {
    const description = descriptionOf(response);
    const tag = toTag(response);
    if (!isDescribed(description) || this.#early.has(tag) || this.#early.size === MOST_EARLY) return;
    this.#early.set(tag, description);
  }

  /** What a 2xx answers. */
  of(response: SipResponse): Description {
    const description = descriptionOf(response);
    return isDescribed(description) ? description : this.#early.get(toTag(response)) ?? description;
  }
}

function isDescribed(description: Description): boolean {
  return description !== undefined && "sdp" in description;
}

function toTag({ headers }: SipResponse): string | undefined {
  return tagOf(headers.get("To") ?? "");
}
