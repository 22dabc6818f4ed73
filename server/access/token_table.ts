/**
 * Tokens held as hashes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { type Scope, SCOPES, type TokenView } from "../core/contract/token.ts";
import { timeText } from "../core/contract/time.ts";
import type { KeptToken } from "./contract/kept.ts";
import type { Token, TokenEnd, TokenEntry, TokenTable } from "./token.ts";

/** What is kept of a token's secret: SHA-256. Secrets are long and random, so a slow hash would only slow us. */
export function hashSecret(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** A scope that this build does not know allows nothing. */
function isScope(scope: string): scope is Scope {
  return SCOPES.some((known) => known === scope);
}

/** A token as the table takes it: its secret, and those before that are valid still. */
export function tableEntries({ hash, oldSecrets = [], ...kept }: KeptToken): TokenEntry[] {
  return [hash, ...oldSecrets.map(({ hash }) => hash)].map((hash) => tableEntry({ ...kept, hash }));
}

/** A token as the table takes it, by the secret that it has. */
export function tableEntry({ id, scopes, phones, hash }: KeptToken): TokenEntry {
  return { token: { id, scopes: scopes.filter(isScope), phones }, hash };
}

/** A token as an operator is shown it: nothing of its secret. */
export function tokenView(
  { id, name, scopes, phones, createdAt, usedAt, expiresAt, rotatedAt, oldSecrets }: KeptToken,
): TokenView {
  const lastOld = oldSecrets?.at(-1);
  return {
    id,
    name,
    scopes: scopes.filter(isScope),
    phones,
    createdAt: timeText(createdAt),
    ...(usedAt !== undefined && { lastUsedAt: timeText(usedAt) }),
    ...(expiresAt !== undefined && { expiresAt: timeText(expiresAt) }),
    ...(rotatedAt !== undefined && { rotatedAt: timeText(rotatedAt) }),
    ...(lastOld !== undefined && { oldSecretUntil: timeText(lastOld.until) }),
  };
}

/**
 * Tokens that are found by their secrets. Every hash is compared, whole, so that time tells nothing of any of them.
 *
 * A secret that was right once is remembered for as long as its token is valid: hashing and comparing would cost every
 * call 5 us, a fourth of what HTTP costs it altogether. A wrong one is never remembered, so whoever guesses goes the
 * whole way each time, and no more is remembered than there are tokens.
 */
export function tokenTable(entries: readonly TokenEntry[]): TokenTable {
  const hashes = new Map(entries.map(({ token, hash }) => [token, hash]));
  const known = new Map<string, Token>();
  const ends = new WeakMap<Token, TokenEnd>();
  const end = (why: TokenEnd, isOver: (token: Token, hash: Uint8Array) => boolean) => {
    const over = [...hashes].filter(([token, hash]) => isOver(token, hash)).map(([token]) => token);
    for (const token of over) {
      hashes.delete(token);
      ends.set(token, why);
    }
    for (const [secret, token] of known) if (over.includes(token)) known.delete(secret);
    return over;
  };
  return {
    find(secret) {
      const remembered = known.get(secret);
      if (remembered !== undefined) return remembered;
      const presented = hashSecret(secret);
      let found: Token | undefined;
      for (const [token, hash] of hashes) {
        // A hash of another length has been put there by somebody else, and the comparison would throw.
        if (hash.length === presented.length && timingSafeEqual(hash, presented)) found = token;
      }
      if (found !== undefined) known.set(secret, found);
      return found;
    },
    endOf: (token) => hashes.has(token) ? undefined : ends.get(token) ?? "revoked",
    has: (id) => hashes.keys().some((token) => token.id === id),
    add: ({ token, hash }) => void hashes.set(token, hash),
    remove: (id, why) => end(why, (token) => token.id === id),
    retire: (id, { but }) =>
      end("rotated", (token, hash) => token.id === id && !but.some((kept) => Buffer.compare(kept, hash) === 0)),
  };
}
