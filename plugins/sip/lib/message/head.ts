/**
 * The head of a message, from bytes to unfolded lines.
 *
 * @module
 */
import { headerKey } from "./header_names.ts";
import { type Header, SipHeaders } from "./headers.ts";
import { MalformedMessage } from "./message.ts";
import { parseNumber } from "./numbers.ts";
import { isToken, trimBlanks } from "./text.ts";

export const CR = 13;
export const LF = 10;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where the body begins: after the first empty line that ends at or after `from`; -1, if there is none yet. */
export function endOfHead(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(LF, from + 3); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
  }
  return -1;
}

/** The text of a head; what is not UTF-8 becomes U+FFFD. */
export function headText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** The text of a head. @throws {MalformedMessage} If it is not UTF-8. */
export function strictHeadText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new MalformedMessage(400, "Headers must be UTF-8");
  }
}

/** The start line and the headers, each in one line (RFC 3261 7.3.1); nothing is checked. */
export function unfold(head: string): string[] {
  const lines: string[] = [];
  for (const line of head.split("\r\n")) {
    const goesOn = lines.length > 1 && (line.startsWith(" ") || line.startsWith("\t"));
    if (goesOn) lines.push(`${lines.pop()} ${trimBlanks(line)}`);
    else if (line !== "") lines.push(line);
  }
  return lines;
}

/** The name and value of a header line; `undefined`, if it has no colon. */
export function nameAndValue(line: string): [name: string, value: string] | undefined {
  const colon = line.indexOf(":");
  if (colon < 0) return undefined;
  return [trimBlanks(line.slice(0, colon)), trimBlanks(line.slice(colon + 1))];
}

/** The headers of unfolded lines. @throws {MalformedMessage} If one of them is none. */
export function readHeaders(lines: string[]): SipHeaders {
  const headers = new SipHeaders();
  for (const line of lines) {
    const [name, value] = nameAndValue(line) ?? [];
    if (name === undefined || value === undefined || !isToken(name)) {
      throw new MalformedMessage(400, "Each header must be a name, a colon and a value");
    }
    addHeader(headers, { name, value });
  }
  return headers;
}

function addHeader(headers: SipHeaders, { name, value }: { name: string; value: string }): void {
  try {
    headers.add(name, value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new MalformedMessage(400, "Headers must not hold NUL, nor CR or LF alone");
  }
}

/**
 * The length of the body as the headers give it; `undefined`, if they do not.
 *
 * @throws {MalformedMessage} If it is not a number, or there are two: whoever is between us and the sender might take
 * the other one.
 */
export function contentLength(headers: Iterable<Header>): number | undefined {
  let length: number | undefined;
  for (const [name, value] of headers) {
    if (headerKey(name) !== "content-length") continue;
    if (length !== undefined) throw new MalformedMessage(400, "Content-Length must not come twice");
    length = parseNumber(value, { of: "Content-Length", least: 0, most: 0xffff_ffff });
  }
  return length;
}
