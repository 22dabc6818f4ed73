/**
 * IP addresses as numbers: which is near to which, and which belong to one site.
 *
 * @module
 */
import { isIPv6 } from "node:net";

/** The bytes of an IP literal: 4 or 16. A zone (`%eth0`) is left out. */
export function addressBytes(host: string): number[] {
  if (!isIPv6(host)) return host.split(".").map(Number);
  // A URL writes an embedded IPv4 address as groups, too.
  const [head = "", tail] = new URL(`http://[${unzoned(host)}]`).hostname.slice(1, -1).split("::");
  const front = groups(head);
  const back = groups(tail ?? "");
  const zeros = Array<number>(8 - front.length - back.length).fill(0);
  return [...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff]);
}

/** How many leading bits two addresses share; none when they are of different families. */
export function sharedBits(a: string, b: string): number {
  const left = addressBytes(a);
  const right = addressBytes(b);
  if (left.length !== right.length) return 0;
  const differing = left.findIndex((byte, index) => byte !== right[index]);
  if (differing < 0) return left.length * 8;
  return differing * 8 + Math.clz32((left[differing] ?? 0) ^ (right[differing] ?? 0)) - 24;
}

/**
 * Who answers for an address: an IPv4 address itself, but the 64 bits of network of an IPv6 address, since its user has
 * all the others.
 */
export function sourceOf(host: string): string {
  if (!isIPv6(host)) return host;
  return addressBytes(host).slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An address without its zone (`fe80::1%eth0`), which means something on this machine only. */
export function unzoned(host: string): string {
  return host.split("%")[0] ?? host;
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
