/**
 * What a message may be answered with (RFC 3261 20.1).
 *
 * @module
 */
import type { SipHeaders } from "./headers.ts";
import { MalformedMessage } from "./message.ts";
import { parseValue } from "./value.ts";

/**
 * Whether a body of a type, in small letters, is accepted. Without Accept the usual one is meant, whichever that is; an
 * empty one accepts nothing.
 */
export function accepts(headers: SipHeaders, type: string): boolean {
  if (!headers.has("Accept")) return true;
  const ranges = headers.all("Accept").map(rangeOf);
  return [type, `${type.split("/")[0]}/*`, "*/*"].some((range) => ranges.includes(range));
}

/** One that cannot be read accepts nothing. */
function rangeOf(text: string): string | undefined {
  try {
    return parseValue(text, "Accept").word.toLowerCase();
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
