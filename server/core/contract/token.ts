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
  /** The minute of its last use, in the same form; left out if it was never used. */
  lastUsedAt?: string;
  /** When it ends by itself, in the same form; left out if it does not. */
  expiresAt?: string;
  /** When it was given the secret that it has, in the same form; left out if that is its first. */
  rotatedAt?: string;
  /** Until when the last of its older secrets is valid, in the same form; left out if none is. */
  oldSecretUntil?: string;
}

/** How a token is to be given another secret. */
export interface RotationSpec {
  /** For how long the secret before stays valid, seconds, at most 30 days; 0 makes it void at once, and all before it. */
  readonly overlapSeconds?: number;
  /** When the token ends by itself from now on, null for never; left out, that is as it was. */
  readonly expiresAt?: string | null;
}

/** The longest that an old secret may stay valid, seconds. */
export const LONGEST_OVERLAP = 30 * 86_400;

/** A token that has just been made. */
export interface MadeToken extends TokenView {
  /** The secret: it is shown this once. */
  token: string;
}

/** What a token's secret is made of, so that a header can carry it. */
export const SECRET = /^[\x21-\x7e]+$/;
