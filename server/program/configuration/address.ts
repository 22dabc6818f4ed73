/**
 * Where the server listens, and why it cannot.
 *
 * @module
 */
import { wordsOf } from "../../core/contract/errors.ts";
import { Misuse } from "../exit.ts";

/** A host and a port. */
export interface Address {
  readonly hostname: string;
  /** 0 = any that is free. */
  readonly port: number;
}

/** By which a machine reaches itself alone. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/**
 * Reads `HOST:PORT`, or `[HOST]:PORT` for IPv6.
 *
 * @throws {Misuse} If it is none.
 */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, digits] = /^(?:\[([\dA-Fa-f:.]+(?:%[\w.-]+)?)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  const port = Number(digits);
  if (hostname === undefined || port > 65_535) {
    throw new Misuse(`Cannot listen on ${JSON.stringify(text)}: it must be HOST:PORT, such as 127.0.0.1:8274`);
  }
  return { hostname, port };
}

/**
 * Refuses an address at which strangers could read tokens on the wire.
 *
 * @throws {Misuse} If it is not loopback, and neither do we speak TLS nor has the operator said that a proxy does.
 */
export function requireEncryption(
  { hostname }: Address,
  { tls, trustedProxies }: { tls?: unknown; trustedProxies: readonly string[] },
): void {
  if (tls !== undefined || trustedProxies.length > 0) return;
  if (LOOPBACK.includes(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname)) return;
  throw new Misuse(
    `Cannot listen on ${hostname}: without TLS only ${
      LOOPBACK.join(", ")
    } are safe, because tokens would travel in the clear. ` +
      `Let the configuration set tls.cert and tls.key, or name in trustedProxies the proxy that speaks TLS in front`,
  );
}

/**
 * What an error means that Deno threw when the server was to listen; itself if it is none of the operator's matters.
 */
export function cannotListen(error: unknown, { hostname, port }: Address): unknown {
  const misuse = (why: string) => new Misuse(`Cannot listen on ${hostname}:${port}: ${why}`);
  if (error instanceof Deno.errors.AddrInUse) return misuse("another process does. Name another with --listen");
  if (error instanceof Deno.errors.AddrNotAvailable) return misuse("no network interface of this machine has it");
  if (error instanceof Deno.errors.NotCapable) {
    return misuse("Deno was not allowed to. Start it with switchroom serve, which allows what is configured");
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return misuse("the operating system refuses it to this user. Ports below 1024 are its own");
  }
  const words = wordsOf(error);
  if (error instanceof URIError || words.includes("lookup")) return misuse(`its name leads to no address (${words})`);
  return error;
}
