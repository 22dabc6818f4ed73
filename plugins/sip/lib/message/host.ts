/**
 * Hosts: names, IPv4 addresses, and IPv6 addresses, which are kept without their brackets.
 *
 * @module
 */
import { isIPv6 } from "node:net";
import { parsePort } from "./numbers.ts";
import type { Scanner } from "./scan.ts";

/** The longest name that the domain name system knows. */
const LONGEST_NAME = 255;
/** RFC 3261's hostname, and the underscore that names of real networks have. */
const NAME = /^[a-z\d](?:[a-z\d._-]*[a-z\d])?\.?$/i;
const NOT_OF_A_HOST = " \t:;?,/>";

/** A host, and a port if it was written. */
export interface HostPort {
  host: string;
  port?: number;
}

/** Whether this is an IPv6 address without brackets and without a zone, which means nothing to others. */
export function isAddress6(host: string): boolean {
  return !host.includes("%") && isIPv6(host);
}

/** Reads a host and its port. @throws {MalformedMessage} If they are not. */
export function readHostPort(scanner: Scanner): HostPort {
  const host = readHost(scanner);
  if (!scanner.take(":")) return { host };
  return { host, port: parsePort(scanner.until(NOT_OF_A_HOST), `the port of ${scanner.what}`) };
}

function readHost(scanner: Scanner): string {
  if (scanner.take("[")) {
    const address = scanner.until("]");
    scanner.expect("]");
    if (!isAddress6(address)) throw scanner.refuse("has brackets around what is no IPv6 address");
    return address;
  }
  const host = scanner.until(NOT_OF_A_HOST);
  if (host.length > LONGEST_NAME || !NAME.test(host)) throw scanner.refuse("has no host that can be understood");
  return host;
}

/** Writes a host and its port. @throws {TypeError} If the host could not be read again. */
export function writeHostPort({ host, port }: HostPort): string {
  const text = isAddress6(host) ? `[${host}]` : host;
  if (text === host && !NAME.test(host)) throw new TypeError(`Cannot write the host ${JSON.stringify(host)}`);
  return port === undefined ? text : `${text}:${port}`;
}

/** The one spelling of a host: small letters, and IPv6 addresses in their shortest form (RFC 5954 4.2). */
export function canonicalHost(host: string): string {
  return isAddress6(host) ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host.toLowerCase();
}
