/**
 * SIP URIs (RFC 3261 19.1).
 *
 * @module
 */
import { canonicalHost, readHostPort, writeHostPort } from "./host.ts";
import type { Param, Params } from "./params.ts";
import { Scanner } from "./scan.ts";

/** The port of a `sip:` URI or a Via that names none. */
export const SIP_PORT = 5_060;

/**
 * A `sip:` or `sips:` URI, taken apart. Its pieces are as they are written: escapes stay, since a reserved character and
 * its escape are not the same (19.1.4), and whoever has written a URI wants it back so.
 */
export interface SipUri {
  scheme: "sip" | "sips";
  /** For what it says see {@linkcode plainUser}. */
  user?: string;
  password?: string;
  /** An IPv6 address is without its brackets. */
  host: string;
  /** 1 to 65,535. */
  port?: number;
  /** For what they say see {@linkcode uriParamOf}. */
  params: Params;
  /** What is after the question mark. */
  headers?: string;
}

/** RFC 3261's user, and the number sign that phones send bare when a person dials one. */
const USER = /^(?:[\w\-.!~*'()&=+$,;?/#]|%[\da-f]{2})+$/i;
const PASSWORD = /^(?:[\w\-.!~*'()&=+$,]|%[\da-f]{2})*$/i;
const PARAM = /^(?:[\w\-.!~*'()[\]/:&+$]|%[\da-f]{2})+$/i;
/** The escapes of what RFC 2396 reserves, and of the percent sign: they mean something else than the character. */
const MEANS_ITSELF = /(%(?:3b|2f|3f|3a|40|26|3d|2b|24|2c|25))/i;
const HEADERS = /^(?:[\w\-.!~*'()[\]/?:+$&=]|%[\da-f]{2})+$/i;

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
  const uri: SipUri = { scheme, host: "", params: [] };
  if (text.includes("@")) {
    readUserInfo(scanner, uri);
    scanner.expect("@");
  }
  Object.assign(uri, readHostPort(scanner));
  uri.params = readUriParams(scanner);
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
  requireReadable(user, scanner);
  uri.user = user;
  if (!scanner.take(":")) return;
  const password = scanner.until("@");
  if (!PASSWORD.test(password)) throw scanner.refuse("has a password with characters that must be escaped");
  requireReadable(password, scanner);
  uri.password = password;
}

function readUriParams(scanner: Scanner): Params {
  const params: Param[] = [];
  const names = new Set<string>();
  while (scanner.take(";")) {
    if (scanner.done || ";?".includes(scanner.next)) continue;
    const name = readParamPart(scanner);
    if (names.has(nameKey(name))) throw scanner.refuse("has a parameter twice");
    names.add(nameKey(name));
    params.push(scanner.take("=") ? { name, value: readParamPart(scanner) } : { name });
  }
  return params;
}

function readParamPart(scanner: Scanner): string {
  const part = scanner.until(";?=");
  if (!PARAM.test(part)) throw scanner.refuse("has a parameter that is empty or has characters that must be escaped");
  requireReadable(part, scanner);
  return part;
}

function requireReadable(text: string, scanner: Scanner): void {
  try {
    decodeURIComponent(text);
  } catch {
    throw scanner.refuse("has escapes that are not UTF-8");
  }
}

/**
 * Writes a URI.
 *
 * @throws {TypeError} If a piece of it could be read as something else: escape it.
 */
export function writeUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += required(uri.user, USER);
    if (uri.password !== undefined) text += `:${required(uri.password, PASSWORD)}`;
    text += "@";
  }
  text += writeHostPort(uri);
  for (const { name, value } of uri.params) {
    text += `;${required(name, PARAM)}`;
    if (value !== undefined) text += `=${required(value, PARAM)}`;
  }
  return uri.headers === undefined ? text : `${text}?${required(uri.headers, HEADERS)}`;
}

/**
 * Writes the Request-URI of a request to a URI: without what must not be there, a method and headers (RFC 3261 19.1.1,
 * 19.1.5). Those of a contact are not heeded: who registers it could have us say what he likes.
 *
 * @throws {TypeError} As {@linkcode writeUri}.
 */
export function writeRequestUri({ headers: _, params, ...uri }: SipUri): string {
  return writeUri({ ...uri, params: params.filter(({ name }) => nameKey(name) !== "method") });
}

function required(text: string, what: RegExp): string {
  if (what.test(text)) return text;
  throw new TypeError(`Cannot write ${JSON.stringify(text)} in a URI: it has characters that must be escaped`);
}

/** The user without its escapes: a number, the name of an account. */
export function plainUser({ user }: SipUri): string | undefined {
  return user === undefined ? undefined : decodeURIComponent(user);
}

/** What a parameter says, without its escapes; `undefined`, if it is not there, or without a value. */
export function uriParamOf({ params }: SipUri, name: string): string | undefined {
  const value = params.find((param) => nameKey(param.name) === name)?.value;
  return value === undefined ? undefined : decodeURIComponent(value);
}

/** Whether a parameter is there. */
export function hasUriParam({ params }: SipUri, name: string): boolean {
  return params.some((param) => nameKey(param.name) === name);
}

/** Whether two URIs are equivalent as RFC 3261 19.1.4 and RFC 5954 say. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  return a.scheme === b.scheme && canonical(a.user) === canonical(b.user) &&
    canonical(a.password) === canonical(b.password) && a.port === b.port &&
    canonicalHost(a.host) === canonicalHost(b.host) && sameParams(a, b) && sameHeaders(a.headers, b.headers);
}

/** The one spelling of what is the same (19.1.4): an escape is only kept where the character itself means another thing. */
function canonical(text: string | undefined): string | undefined {
  return text?.split(MEANS_ITSELF)
    .map((piece, nth) => nth % 2 === 1 ? piece.toUpperCase() : decodeURIComponent(piece))
    .join("");
}

function nameKey(name: string): string {
  return (canonical(name) ?? "").toLowerCase();
}

function sameParams(a: SipUri, b: SipUri): boolean {
  if (NEVER_IGNORED.some((name) => hasUriParam(a, name) !== hasUriParam(b, name))) return false;
  const others = new Map(b.params.map(({ name, value }) => [nameKey(name), valueKey(value)]));
  return a.params.every(({ name, value }) =>
    !others.has(nameKey(name)) || others.get(nameKey(name)) === valueKey(value)
  );
}

function valueKey(value: string | undefined): string | undefined {
  return canonical(value)?.toLowerCase();
}

function sameHeaders(a = "", b = ""): boolean {
  return headersKey(a) === headersKey(b);
}

/** Names are compared in any case, values as the header of that name would be: here to the letter. */
function headersKey(headers: string): string {
  return headers.split("&").map((header) => {
    const [name = "", ...value] = header.split("=");
    return [nameKey(name), ...value.map(canonical)].join("=");
  }).sort().join("&");
}
