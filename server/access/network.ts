/**
 * Whose address an address is.
 *
 * @module
 */

/**
 * What a caller's addresses have in common: an IPv4 address itself, of IPv6 the /64, for whoever has one address of it has them all.
 *
 * @param address As the operating system writes it; what is no address is taken as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.replace(/%.*$/, "").replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split("::");
  const [before, after] = [head, tail].map((part) => part === "" ? [] : part.split(":")) as [string[], string[]];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
