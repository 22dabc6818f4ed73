import { printable } from "./text.ts";

const LONGEST = 64;

/**
 * Quotes what a client sent in the words of a refusal: shortened, for these must not grow with what is hostile, and as
 * it can be printed.
 *
 * @example
 * ```ts
 * import { quoted } from "./quoted.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(quoted("steady"), '"steady"');
 * equal(quoted("a".repeat(1_000)).length, 67);
 * ```
 */
export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text));
}
