/**
 * Via: the way that a request came and its response goes back (RFC 3261 20.42).
 *
 * @module
 */
import { readHostPort, writeHostPort } from "./host.ts";
import { type Params, readParams, writeParams } from "./params.ts";
import { Scanner } from "./scan.ts";
import { isToken } from "./text.ts";

/**
 * The ways of a message are bounded as its hops are: Max-Forwards begins with 70 (RFC 3261 8.1.1.6), and each hop adds
 * one Via.
 */
export const MOST_VIAS = 70;

/** One hop. */
export interface Via {
  /** In capitals: "UDP", "TCP" … */
  transport: string;
  /** Who sent it; an IPv6 address is without its brackets. */
  host: string;
  /** 1 to 65,535. */
  port?: number;
  params: Params;
}

/** Reads one value of a Via. @throws {MalformedMessage} If it is not one. */
export function parseVia(text: string): Via {
  const scanner = new Scanner(text, "Via");
  scanner.space();
  if (scanner.token().toUpperCase() !== "SIP") throw scanner.refuse("is not of SIP");
  scanner.expect("/");
  if (scanner.token() !== "2.0") throw scanner.refuse("is not of SIP 2.0");
  scanner.expect("/");
  const transport = scanner.token().toUpperCase();
  scanner.space();
  const sentBy = readHostPort(scanner);
  scanner.space();
  return { transport, ...sentBy, params: readParams(scanner) };
}

/**
 * Writes one value of a Via.
 *
 * @throws {TypeError} If a piece of it cannot stand in one.
 */
export function writeVia({ transport, host, port, params }: Via): string {
  if (!isToken(transport)) throw new TypeError(`Cannot write the transport ${JSON.stringify(transport)}`);
  const sentBy = writeHostPort(port === undefined ? { host } : { host, port });
  return `SIP/2.0/${transport} ${sentBy}${writeParams(params)}`;
}
