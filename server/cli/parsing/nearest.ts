import { closest, distance } from "fastest-levenshtein";

/**
 * Letters that may be wrong, added or missing in a word of this length, so that it is still taken for a slip of the
 * hand.
 */
const slips = (word: string) => Math.max(1, Math.floor(word.length / 3));

/**
 * Asks back in words for the name that was probably meant; nothing if none is near.
 *
 * @example
 * ```ts
 * import { orNearest } from "./nearest.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(orNearest("phnoe", { among: ["phone", "token"] }), ": did you mean phone?");
 * equal(orNearest("zebra", { among: ["phone", "token"] }), "");
 * ```
 */
export function orNearest(word: string, { among, before = "" }: { among: readonly string[]; before?: string }): string {
  if (among.length === 0) return "";
  const name = closest(word, among);
  return distance(word, name) <= slips(word) + 1 ? `: did you mean ${before}${name}?` : "";
}
