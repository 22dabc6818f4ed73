/**
 * The sound of a call, opened before anything is said about it.
 *
 * @module
 */
import type { AgentParts } from "../dialog/mod.ts";
import { MediaSession, type RtpPorts } from "../media/mod.ts";
import type { Peer } from "../transport/mod.ts";
import type { PhoneCall } from "./phone_call.ts";

/** What the calls of one user agent share. */
export interface CallContext extends AgentParts {
  readonly ports: RtpPorts;
  /** RTP packets a second that one call reads. */
  readonly mostPacketsPerSecond: number;
}

/**
 * Holds an RTP port on the address that the phone's signalling meets, until the call is to end: a phone that does not confirm that holds a
 * call for half a minute, and must not hold its port as long.
 *
 * @throws {NoRtpPort} (rejected) If none is free. {TransportError} (rejected) If no address of ours reaches the phone.
 */
export async function openMedia(
  { clock, ports, mostPacketsPerSecond, local }: CallContext,
  { peer, call }: { peer: Peer; call: PhoneCall },
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
  call.unwanted.addEventListener("abort", () => void media.close(), { once: true });
  return media;
}
