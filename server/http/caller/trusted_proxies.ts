/**
 * Proxies whose word about the caller counts.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";

/** Tells whether an address is one of the trusted proxies. */
export type IsTrusted = (address: string) => boolean;

/** Whether a text is an IPv4 or IPv6 address, or a network such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  try {
    addTo(new BlockList(), text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the question whether an address belongs to one of these addresses and networks.
 *
 * @throws {TypeError} If one is neither; see {@linkcode isAddressRange}.
 */
export function trustedProxies(ranges: readonly string[]): IsTrusted {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) addTo(list, range);
  return (address) => isIP(address) !== 0 && list.check(address, family(address));
}

function addTo(list: BlockList, range: string): void {
  const [, address = range, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  if (isIP(address) === 0 || address.includes("%")) throw new TypeError(`${range} is neither an address nor a network`);
  if (prefix === undefined) list.addAddress(address, family(address));
  else list.addSubnet(address, Number(prefix), family(address));
}

const family = (address: string) => address.includes(":") ? "ipv6" : "ipv4";
