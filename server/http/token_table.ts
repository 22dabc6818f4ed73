/**
 * Tokens held as hashes.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Token, Tokens } from "./ports.ts";

/** A token and what is kept of its secret. */
export interface StoredToken {
  /** The token, as it is found. */
  readonly token: Token;
  /** From {@linkcode hashSecret}. */
  readonly hash: Uint8Array;
}

/** What is kept of a token's secret: SHA-256. Secrets are long and random, so a slow hash would only slow us. */
export function hashSecret(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/**
 * Tokens that are found by their secrets. Every hash is compared, whole, so that time tells nothing of any of them.
 *
 * A secret that was right once is remembered for as long as the table lives: hashing and comparing would cost every call 5 us, a fourth of what HTTP
 * costs it altogether. A wrong one is never remembered, so whoever guesses goes the whole way each time.
 */
export function tokenTable(stored: readonly StoredToken[]): Tokens {
  const known = new Map<string, Token>();
  return {
    find(secret) {
      const remembered = known.get(secret);
      if (remembered !== undefined) return remembered;
      const hash = hashSecret(secret);
      let found: Token | undefined;
      for (const entry of stored) {
        if (timingSafeEqual(entry.hash, hash)) found = entry.token;
      }
      if (found !== undefined) known.set(secret, found);
      return found;
    },
  };
}
