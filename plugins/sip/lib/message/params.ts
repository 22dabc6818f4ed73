/**
 * Parameters after a header's value: `;name=value`.
 *
 * @module
 */
import type { Scanner } from "./scan.ts";
import { isToken, unquote } from "./text.ts";

/** One parameter as it is written: quotes, escapes and capitals stay, so that it is written as it was read. */
export interface Param {
  readonly name: string;
  /** Absent without an equals sign. */
  readonly value?: string;
}

/** Parameters in their order. Ask for them by {@linkcode paramOf}: their names are compared in any case. */
export type Params = readonly Param[];

/** What ends an unquoted value: brackets and colons are let through for IPv6 addresses in `received`. */
const NOT_OF_A_VALUE = ' \t;,"<>?@\\(){}/=';
const VALUE = /^(?:[^ \t;,"<>?@\\(){}/=]*|"(?:[^"\\]|\\.)*")$/s;

/**
 * Reads the parameters of a header to the end of the text. Semicolons with nothing between them are passed over.
 *
 * @throws {MalformedMessage} If they are not, or a name comes twice.
 */
export function readParams(scanner: Scanner): Params {
  const params: Param[] = [];
  const names = new Set<string>();
  while (scanner.take(";")) {
    if (scanner.done || scanner.next === ";") continue;
    const name = scanner.token();
    if (names.has(name.toLowerCase())) throw scanner.refuse("has a parameter twice");
    names.add(name.toLowerCase());
    params.push(scanner.take("=") ? { name, value: readValue(scanner) } : { name });
  }
  if (!scanner.done) throw scanner.refuse("has something after its end");
  return params;
}

function readValue(scanner: Scanner): string {
  return scanner.next === '"' ? scanner.quotedAsWritten() : scanner.until(NOT_OF_A_VALUE);
}

/**
 * Writes parameters after a header's value.
 *
 * @throws {TypeError} If a name is not a token, or a value could be read as something else: quote it.
 */
export function writeParams(params: Params): string {
  return params.map(({ name, value }) => {
    if (!isToken(name)) throw new TypeError(`Cannot write the parameter ${JSON.stringify(name)}: it must be a token`);
    if (value === undefined) return `;${name}`;
    if (!VALUE.test(value)) {
      throw new TypeError(`Cannot write ${JSON.stringify(value)} as the parameter ${name}: it must be quoted`);
    }
    return `;${name}=${value}`;
  }).join("");
}

/** What a parameter says, without its quotes; `undefined`, if it is not there, or without a value. */
export function paramOf(params: Params, name: string): string | undefined {
  const value = params.find(isNamed(name))?.value;
  return value === undefined ? undefined : unquote(value);
}

/** Whether a parameter is there. */
export function hasParam(params: Params, name: string): boolean {
  return params.some(isNamed(name));
}

/** The parameters with one in the place of what has its name; at the end, if there was none. */
export function withParam(params: Params, param: Param): Params {
  const isIt = isNamed(param.name);
  return hasParam(params, param.name) ? params.map((each) => isIt(each) ? param : each) : [...params, param];
}

/** The parameters without one. */
export function withoutParam(params: Params, name: string): Params {
  const isIt = isNamed(name);
  return params.filter((each) => !isIt(each));
}

function isNamed(name: string): (param: Param) => boolean {
  const key = name.toLowerCase();
  return (param) => param.name.toLowerCase() === key;
}
