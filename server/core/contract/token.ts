/**
 * Access tokens, as their operator makes and sees them.
 *
 * @module
 */

/** What a token can be allowed; `admin` implies every other. */
export const SCOPES = ["phones:monitor", "phones:control", "history:read", "metrics", "admin"] as const;

/** One of {@linkcode SCOPES}. */
export type Scope = typeof SCOPES[number];

/** What a token is to be. */
export interface TokenSpec {
  /** For people, 1 to 128 characters. */
  readonly name: string;
  /** What it allows. */
  readonly scopes: readonly Scope[];
  /** Globs of the phones that it may see; every phone if null or left out. */
  readonly phones?: readonly string[] | null;
  /** When it ends by itself, a time of RFC 3339 within ten years; never if null or left out. */
  readonly expiresAt?: string | null;
}

/** A token as its operator is shown it: nothing of its secret. */
export interface TokenView {
  /** Names the token in records and facts. */
  id: string;
  /** What its maker called it. */
  name: string;
  /** What it allows. */
  scopes: Scope[];
  /** Globs of the phones that it may see; null for every phone. */
  phones: string[] | null;
  /** RFC 3339 in UTC with milliseconds. */
  createdAt: string;
  /** When it ends by itself, in the same form; left out if it does not. */
  expiresAt?: string;
}

/** A token that has just been made. */
export interface MadeToken extends TokenView {
  /** The secret: it is shown this once. */
  token: string;
}

/** What a token's secret is made of, so that a header can carry it. */
export const SECRET = /^[\x21-\x7e]+$/;
