/**
 * Globs of phones: what a token is limited to.
 *
 * @module
 */
import type { Sees } from "../core/mod.ts";
import type { Token } from "./token.ts";

/**
 * A glob of the names of phones: `*` is any number of characters, `?` is one. SQLite's GLOB means the same, because
 * nothing else is allowed that it would take for more.
 */
export const PHONE_GLOB = /^[A-Za-z0-9._~:*?-]{1,128}$/;

/** Which phones a token may see. */
export function seesOf({ phones }: Token): Sees {
  return phones === null ? () => true : (phone) => phones.some((glob) => matches(phone, glob));
}

/** What a question to the history is given besides, so that a token is answered of the phones that it may see. */
export function phonesOf({ phones }: Token): { phones?: readonly string[] } {
  return phones === null ? {} : { phones };
}

/**
 * Whether a glob fits a whole name. It goes back to the last star only, so that no glob takes longer than name times
 * glob.
 */
export function matches(name: string, glob: string): boolean {
  let at = 0;
  let next = 0;
  let star: { glob: number; at: number } | undefined;
  while (at < name.length) {
    if (glob[next] === "*") star = { glob: next++, at };
    else if (glob[next] === "?" || glob[next] === name[at]) {
      at++;
      next++;
    } else if (star) {
      at = ++star.at;
      next = star.glob + 1;
    } else return false;
  }
  while (glob[next] === "*") next++;
  return next === glob.length;
}
