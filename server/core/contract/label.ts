import { isHarmless } from "./text.ts";

const LONGEST = 128;

/** What {@linkcode isLabel} asks of a text, in words. */
export const LABEL_RULE = `1 to ${LONGEST} characters, none of which controls or turns text`;

/**
 * Whether a text can be shown as the name of an application or a token: 1 to 128 characters, none of which controls
 * text or turns its direction.
 *
 * @example
 * ```ts
 * import { isLabel } from "./label.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(isLabel("Réception 2"), true);
 * equal(isLabel("two\nlines"), false);
 * ```
 */
export function isLabel(text: string): boolean {
  const length = [...text].length;
  return length > 0 && length <= LONGEST && isHarmless(text);
}
