/**
 * Access tokens, and what they may be allowed.
 *
 * @module
 */
import type { Scope } from "../core/contract/token.ts";

/**
 * A bearer token as a call is judged by it; never the secret itself. Each secret of a token finds an object of its own.
 */
export interface Token {
  /** Names the token in records and facts. */
  readonly id: string;
  /** What it is allowed. */
  readonly scopes: readonly Scope[];
  /** The phones that it may see, as globs; null = every phone. */
  readonly phones: readonly string[] | null;
}

/**
 * Why a token that was found counts no more: it is void, or (`rotated`) the secret that it was found by is, and the
 * token lives on under another.
 */
export type TokenEnd = "revoked" | "expired" | "rotated";

/** The tokens that are valid now. */
export interface Tokens {
  /** The token with this secret, or undefined. Takes the same time whichever token it is. */
  find(secret: string): Token | undefined;
  /** Why a token that was found counts no more; undefined while it does. */
  endOf(token: Token): TokenEnd | undefined;
}

/** A token and what is known of its secret. */
export interface TokenEntry {
  /** The token, as it is found. */
  readonly token: Token;
  /** SHA-256 of the secret. */
  readonly hash: Uint8Array;
}

/** The tokens that are valid now, as they come and go. */
export interface TokenTable extends Tokens {
  /** Whether the token of an id is valid. */
  has(id: string): boolean;
  /** Makes a token valid, or another secret of one that is. */
  add(entry: TokenEntry): void;
  /** Makes the token of an id void, from the next call on, and gives what was found by its secrets until then. */
  remove(id: string, why: Exclude<TokenEnd, "rotated">): readonly Token[];
  /** Makes all secrets of a token void but those with these hashes, and gives what was found by them until then. */
  retire(id: string, options: { but: readonly Uint8Array[] }): readonly Token[];
}
