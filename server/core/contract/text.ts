/**
 * Texts from outside, as they can be shown: names, what clients send, what plugins print.
 *
 * @module
 */

/**
 * What a terminal takes for an order, what parts lines, and what turns the direction of writing so that a text seems
 * another.
 */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const EACH = new RegExp(DANGEROUS, "gu");
const EACH_RUN = new RegExp(`${DANGEROUS.source}+`, "gu");

/** Whether a text can be shown as it is, in one line: nothing in it controls text or turns its direction. */
export function isHarmless(text: string): boolean {
  return !DANGEROUS.test(text);
}

/**
 * A text as it can be printed in one line: whatever is dangerous is shown as its code, which JSON reads as the same.
 *
 * @example
 * ```ts
 * import { printable } from "./text.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(printable("red \u001b[31m\n"), "red \\u001b[31m\\u000a");
 * ```
 */
export function printable(text: string): string {
  return text.replace(EACH, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * A text as one line for reading: a space stands for whatever is dangerous.
 *
 * @example
 * ```ts
 * import { spaced } from "./text.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(spaced("two\r\nlines"), "two lines");
 * ```
 */
export function spaced(text: string): string {
  return text.replace(EACH_RUN, " ");
}
