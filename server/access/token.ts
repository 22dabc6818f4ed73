/**
 * Access tokens, and what they may be allowed.
 *
 * @module
 */
import type { Scope } from "../core/contract/token.ts";

/** A bearer token as a call is judged by it; never the secret itself. */
export interface Token {
  /** Names the token in records and facts. */
  readonly id: string;
  /** What it is allowed. */
  readonly scopes: readonly Scope[];
  /** The phones that it may see, as globs; null = every phone. */
  readonly phones: readonly string[] | null;
}

/** Why a token that was valid is void. */
export type TokenEnd = "revoked" | "expired";

/** The tokens that are valid now. */
export interface Tokens {
  /** The token with this secret, or undefined. Takes the same time whichever token it is. */
  find(secret: string): Token | undefined;
  /** Why a token that was found is void since; undefined while it is valid. */
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
  /** Makes a token valid, for as long as the table lives. */
  add(entry: TokenEntry): void;
  /** Makes the token of an id void, from the next call on, and gives what was found with it until then. */
  remove(id: string, why: TokenEnd): readonly Token[];
}
