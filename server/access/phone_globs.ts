/**
 * Globs of phones: what a token is limited to.
 *
 * @module
 */
import type { Sees } from "../core/mod.ts";
import { Denial } from "./denial.ts";
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

/**
 * Which plugins a token may see, by their names: those of which a glob can name a phone, be it there or not.
 */
export function seesPluginOf({ phones }: Token): (plugin: string) => boolean {
  if (phones === null) return () => true;
  return (plugin) => phones.some((glob) => [...glob].some((_, last) => matches(`${plugin}:`, glob.slice(0, last + 1))));
}

/** Whether a token may see every phone of a plugin, whatever it is called. */
export function seesAllOf({ phones }: Token, plugin: string): boolean {
  return phones === null || phones.some((glob) => glob.endsWith("*") && matches(`${plugin}:`, glob));
}

/**
 * Denies what tells of every phone to a token that is limited to some.
 *
 * @param what What that is, as a sentence begins: "The metrics are".
 * @throws {Denial} `missing-scope`.
 */
export function requireUnlimited({ id, phones }: Token, what: string): void {
  if (phones !== null) throw limited(id, what);
}

/** As {@linkcode requireUnlimited}, of what tells of every phone of a plugin. */
export function requireAllOf(token: Token, { plugin, what }: { plugin: string; what: string }): void {
  if (!seesAllOf(token, plugin)) throw limited(token.id, what);
}

function limited(id: string, what: string): Denial {
  return new Denial(
    "missing-scope",
    `The token ${id} is for some phones only. ${what} of all: use a token that sees them`,
  );
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
