/**
 * Addresses as in From, To, Contact and Route: a name, a URI and parameters (RFC 3261 20.10).
 *
 * @module
 */
import { paramOf, type Params, readParams, writeParams } from "./params.ts";
import { Scanner } from "./scan.ts";
import { quote, trimBlanks } from "./text.ts";
import { parseUri, type SipUri, writeUri } from "./uri.ts";

/** A party: who, where, and what the header says of it. */
export interface Address {
  /** The name to show; without quotes and escapes. */
  name?: string;
  uri: SipUri;
  /** The header's parameters (tag, expires, q …), not the URI's. */
  params: Params;
}

/** An address whose URI may be of any scheme. */
export interface AnyAddress {
  name?: string;
  uri: string;
  params: Params;
}

const BARE = /^[a-z][a-z\d+.-]*:/i;
const URI = /^[a-z][a-z\d+.-]*:[^\s<>"]+$/i;

/** Reads an address. @throws {MalformedMessage} If it is not one, or its URI is not a SIP URI. */
export function parseAddress(text: string): Address {
  const { uri, ...rest } = parseAnyAddress(text);
  return { ...rest, uri: parseUri(uri) };
}

/**
 * Reads an address whose URI may be of any scheme, as From and To may have.
 *
 * @throws {MalformedMessage} If it is not one.
 */
export function parseAnyAddress(text: string): AnyAddress {
  const value = trimBlanks(text);
  const scanner = new Scanner(value, "an address");
  const address = BARE.test(value) ? { uri: readBareUri(scanner) } : readNameAddress(scanner);
  if (!URI.test(address.uri)) throw scanner.refuse("has no URI");
  return { ...address, params: readParams(scanner) };
}

function readNameAddress(scanner: Scanner): { name?: string; uri: string } {
  const name = scanner.next === '"' ? scanner.quoted() : readBareName(scanner);
  scanner.expect("<");
  const uri = scanner.until(">");
  scanner.expect(">");
  return name === "" ? { uri } : { name, uri };
}

/**
 * Names without quotes should be tokens; phones write letters of any alphabet, which are let through where they cannot
 * be misread.
 */
function readBareName(scanner: Scanner): string {
  const name = trimBlanks(scanner.until('<",;:\\@'));
  if (scanner.next !== "<") throw scanner.refuse("has a name that must stand in quotes");
  return name;
}

/**
 * Without brackets a semicolon ends the URI, so that one with a question mark or comma is not to be told from its
 * header (RFC 3261 20).
 */
function readBareUri(scanner: Scanner): string {
  const uri = scanner.until(" \t;?,");
  scanner.space();
  return uri;
}

/**
 * Writes an address, always with brackets.
 *
 * @throws {TypeError} If a piece of it cannot stand in one.
 */
export function writeAddress({ name, uri, params }: Address): string {
  const shown = name === undefined ? "" : `${quote(name)} `;
  return `${shown}<${writeUri(uri)}>${writeParams(params)}`;
}

/** The tag of a From or To, if it has one. @throws {MalformedMessage} If the header is not an address. */
export function tagOf(text: string): string | undefined {
  return paramOf(parseAnyAddress(text).params, "tag");
}
