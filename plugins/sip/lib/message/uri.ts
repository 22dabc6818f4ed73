/**
 * SIP URIs (RFC 3261 19.1).
 *
 * @module
 */
import { canonicalHost, readHostPort, writeHostPort } from "./host.ts";
import type { Params } from "./params.ts";
import { Scanner } from "./scan.ts";

/** The port of a `sip:` URI or a Via that names none. */
export const SIP_PORT = 5_060;

/** A `sip:` or `sips:` URI, taken apart. */
export interface SipUri {
  scheme: "sip" | "sips";
  /** Without its escapes. */
  user?: string;
  /** Without its escapes. */
  password?: string;
  /** An IPv6 address is without its brackets. */
  host: string;
  /** 1 to 65,535. */
  port?: number;
  /** Names in lower case; names and values without their escapes. */
  params: Params;
  /** What is after the question mark, as it is written. */
  headers?: string;
}

/** RFC 3261's user, and the number sign that phones send bare when a person dials one. */
const USER = /^(?:[\w\-.!~*'()&=+$,;?/#]|%[\da-f]{2})+$/i;
const PASSWORD = /^(?:[\w\-.!~*'()&=+$,]|%[\da-f]{2})*$/i;
const PARAM = /^(?:[\w\-.!~*'()[\]/:&+$]|%[\da-f]{2})+$/i;
const HEADERS = /^(?:[\w\-.!~*'()[\]/?:+$&=]|%[\da-f]{2})+$/i;

const NOT_OF_A_USER = /[^\w\-.!~*'()&=+$,;?/]/gu;
const NOT_OF_A_PASSWORD = /[^\w\-.!~*'()&=+$,]/gu;
const NOT_OF_A_PARAM = /[^\w\-.!~*'()[\]/:&+$]/gu;

/**
 * Parameters that make two URIs differ where only one has them; the examples of RFC 3261 19.1.4 add transport to its
 * rules.
 */
const NEVER_IGNORED = ["user", "ttl", "method", "maddr", "transport"];

/**
 * Reads a URI.
 *
 * @throws {MalformedMessage} If it is not a `sip:` or `sips:` URI.
 */
export function parseUri(text: string): SipUri {
  const scanner = new Scanner(text, "a SIP URI");
  if (text.includes(" ") || text.includes("\t")) throw scanner.refuse("has blanks");
  const scheme = scanner.until(":").toLowerCase();
  if (scheme !== "sip" && scheme !== "sips") throw scanner.refuse("must begin with sip: or sips:");
  scanner.expect(":");
  const uri: SipUri = { scheme, host: "", params: new Map() };
  if (text.includes("@")) {
    readUserInfo(scanner, uri);
    scanner.expect("@");
  }
  Object.assign(uri, readHostPort(scanner));
  readUriParams(scanner, uri.params);
  if (scanner.take("?")) {
    const headers = scanner.until("");
    if (!HEADERS.test(headers)) throw scanner.refuse("has headers with characters that must be escaped");
    uri.headers = headers;
  }
  if (!scanner.done) throw scanner.refuse("has something after its end");
  return uri;
}

function readUserInfo(scanner: Scanner, uri: SipUri): void {
  const user = scanner.until(":@");
  if (!USER.test(user)) throw scanner.refuse("has a user with characters that must be escaped");
  uri.user = unescape(user, scanner);
  if (!scanner.take(":")) return;
  const password = scanner.until("@");
  if (!PASSWORD.test(password)) throw scanner.refuse("has a password with characters that must be escaped");
  uri.password = unescape(password, scanner);
}

function readUriParams(scanner: Scanner, params: Params): void {
  while (scanner.take(";")) {
    const name = readParamPart(scanner).toLowerCase();
    if (params.has(name)) throw scanner.refuse("has a parameter twice");
    params.set(name, scanner.take("=") ? readParamPart(scanner) : undefined);
  }
}

function readParamPart(scanner: Scanner): string {
  const part = scanner.until(";?=");
  if (!PARAM.test(part)) throw scanner.refuse("has a parameter that is empty or has characters that must be escaped");
  return unescape(part, scanner);
}

function unescape(text: string, scanner: Scanner): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw scanner.refuse("has escapes that are not UTF-8");
  }
}

/**
 * Writes a URI; what may not stand bare is escaped.
 *
 * @throws {TypeError} If its host or headers cannot stand in a URI.
 */
export function writeUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += escape(uri.user, NOT_OF_A_USER);
    if (uri.password !== undefined) text += `:${escape(uri.password, NOT_OF_A_PASSWORD)}`;
    text += "@";
  }
  text += writeHostPort(uri);
  for (const [name, value] of uri.params) {
    text += `;${escape(name, NOT_OF_A_PARAM)}`;
    if (value !== undefined) text += `=${escape(value, NOT_OF_A_PARAM)}`;
  }
  if (uri.headers === undefined) return text;
  if (!HEADERS.test(uri.headers)) {
    throw new TypeError(`Cannot write the headers ${JSON.stringify(uri.headers)} of a URI`);
  }
  return `${text}?${uri.headers}`;
}

function escape(text: string, what: RegExp): string {
  return text.toWellFormed().replaceAll(what, encodeURIComponent);
}

/** Whether two URIs are equivalent as RFC 3261 19.1.4 and RFC 5954 say. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  return a.scheme === b.scheme && a.user === b.user && a.password === b.password && a.port === b.port &&
    canonicalHost(a.host) === canonicalHost(b.host) && sameParams(a.params, b.params) &&
    sameHeaders(a.headers, b.headers);
}

function sameParams(a: Params, b: Params): boolean {
  if (NEVER_IGNORED.some((name) => a.has(name) !== b.has(name))) return false;
  return [...a].every(([name, value]) => !b.has(name) || b.get(name)?.toLowerCase() === value?.toLowerCase());
}

function sameHeaders(a = "", b = ""): boolean {
  return sortedHeaders(a) === sortedHeaders(b);
}

function sortedHeaders(headers: string): string {
  return headers.split("&").sort().join("&");
}
