/**
 * Parameters after a header's value: `;name=value`.
 *
 * @module
 */
import { isAddress6 } from "./host.ts";
import type { Scanner } from "./scan.ts";
import { isToken, quote } from "./text.ts";

/** Values by name in lower case; `undefined` where a parameter has no value. Quotes and escapes are taken off. */
export type Params = Map<string, string | undefined>;

/** What ends an unquoted value: brackets and colons are let through for IPv6 addresses in `received`. */
const NOT_OF_A_VALUE = ' \t;,"<>?@\\(){}/=';

/**
 * Reads the parameters of a header to the end of the text.
 *
 * @throws {MalformedMessage} If they are not, or a name comes twice.
 */
export function readParams(scanner: Scanner): Params {
  const params: Params = new Map();
  while (scanner.take(";")) {
    const name = scanner.token().toLowerCase();
    if (params.has(name)) throw scanner.refuse("has a parameter twice");
    params.set(name, scanner.take("=") ? readValue(scanner) : undefined);
  }
  if (!scanner.done) throw scanner.refuse("has something after its end");
  return params;
}

function readValue(scanner: Scanner): string {
  if (scanner.next === '"') return scanner.quoted();
  const value = scanner.until(NOT_OF_A_VALUE);
  if (value === "") throw scanner.refuse("has a parameter with nothing after its equals sign");
  return value;
}

/** Writes parameters after a header's value. @throws {TypeError} If a name is not a token. */
export function writeParams(params: Params): string {
  let text = "";
  for (const [name, value] of params) {
    if (!isToken(name)) throw new TypeError(`Cannot write the parameter ${JSON.stringify(name)}: it must be a token`);
    text += `;${name}`;
    if (value !== undefined) text += `=${isToken(value) || isAddress6(value) ? value : quote(value)}`;
  }
  return text;
}
