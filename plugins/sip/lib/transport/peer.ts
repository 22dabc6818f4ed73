/**
 * Who is at the other end of a message.
 *
 * @module
 */

/** How messages travel. */
export type TransportName = "udp" | "tcp";

/** An address of ours. */
export interface LocalAddress {
  /** An IP literal, without brackets. */
  readonly host: string;
  /** 1…65535. */
  readonly port: number;
}

/** The other end of a message: where it came from, or where it goes. */
export interface Peer {
  /** How it is reached. */
  readonly transport: TransportName;
  /** An IP literal, without brackets. */
  readonly host: string;
  /** 1…65535. */
  readonly port: number;
  /**
   * The address of ours that heard it. What goes to it leaves from there (RFC 3581 section 4); without, from the
   * address of ours that is nearest to it.
   */
  readonly local?: LocalAddress;
}

/** Tells whether two are one, whichever address of ours heard them. */
export function samePeer(a: Peer, b: Peer): boolean {
  return a.transport === b.transport && a.port === b.port && a.host === b.host;
}

/** Writes a peer for people: `udp 192.168.4.20:5060`, `tcp [fe80::1]:5060`. */
export function peerText({ transport, host, port }: Peer): string {
  return `${transport} ${hostText(host)}:${port}`;
}

/** Writes an IP literal as a SIP message wants it: IPv6 in brackets. */
export function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
