/**
 * How a call came in: from which address, and whether nobody could read it on its way.
 *
 * A proxy hides its callers behind its own address and tells theirs in headers. Anybody can send such headers, so they
 * count only when the peer of the connection is a proxy that the operator trusts.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Context } from "hono";
import type { IsTrusted } from "./trusted_proxies.ts";

/** What is known of a call beside its request. */
export interface CallSource extends Deno.ServeHandlerInfo {
  /** Whether the connection itself speaks TLS. */
  readonly overTls: boolean;
  /** Which peers may speak for their callers. */
  readonly isTrusted: IsTrusted;
}

/** The source of one call. A class, because an object literal with a getter takes half a microsecond to make. */
export class ServedCall implements CallSource {
  readonly overTls: boolean;
  readonly isTrusted: IsTrusted;
  readonly #info: Deno.ServeHandlerInfo;

  /**
   * Adds to what `Deno.serve` tells of a call what is known of its listener.
   *
   * @param info Is asked for the peer's address only if somebody wants to know it.
   */
  constructor(info: Deno.ServeHandlerInfo, listener: Pick<CallSource, "overTls" | "isTrusted">) {
    this.#info = info;
    this.overTls = listener.overTls;
    this.isTrusted = listener.isTrusted;
  }

  get completed(): Promise<void> {
    return this.#info.completed;
  }

  get remoteAddr(): Deno.Addr {
    return this.#info.remoteAddr;
  }
}

/** What Hono carries beside a call. */
export interface Env {
  /** The second argument of the application's `fetch`. */
  Bindings: CallSource;
}

/** The longest address with its interface; nobody's own words are kept as where a call came from. */
const LONGEST = 64;

/** The port that some proxies write behind an address. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/;

/**
 * The network address of the caller: the peer's own, or, if that is a trusted proxy, the rightmost address of
 * `X-Forwarded-For` that is none. What stands further left was written by nobody whom we trust. If the header is
 * missing or malformed up to there, it is the peer's.
 */
export function addressOf(context: Context<Env>): string {
  const { isTrusted } = context.env;
  const peer = peerOf(context);
  if (!isTrusted(peer)) return peer;
  let caller = peer;
  for (const entry of context.req.raw.headers.get("x-forwarded-for")?.split(",").reverse() ?? []) {
    const [, bracketed, plain] = WITH_PORT.exec(entry.trim()) ?? [];
    const address = canonical(bracketed ?? plain ?? entry.trim());
    if (isIP(address) === 0 || address.length > LONGEST) return peer;
    caller = address;
    if (!isTrusted(address)) break;
  }
  return caller;
}

/**
 * Whether the call travelled encrypted as far as we can know: over our own TLS, or as a trusted proxy says in
 * `X-Forwarded-Proto` or `Forwarded`. Of several proxies the one next to us is believed.
 */
export function isSecure(context: Context<Env>): boolean {
  const { overTls, isTrusted } = context.env;
  if (overTls) return true;
  if (!isTrusted(peerOf(context))) return false;
  const { headers } = context.req.raw;
  const last = (name: string) => headers.get(name)?.split(",").at(-1)?.trim();
  const proto = last("x-forwarded-proto") ?? /(?:^|;)\s*proto="?(\w+)/i.exec(last("forwarded") ?? "")?.[1];
  return proto?.toLowerCase() === "https";
}

function peerOf(context: Context<Env>): string {
  const address = context.env.remoteAddr;
  return "hostname" in address ? canonical(address.hostname) : address.transport;
}

/** An IPv4 caller of a socket that listens on every address looks like `::ffff:192.0.2.1`; it is the same caller. */
function canonical(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
