/**
 * Who may get in, and who tried, as it is kept: the stores that the history hands out, and what is in them.
 *
 * @module
 */

/** A token as it is kept: never its secret. */
export interface KeptToken {
  /** Names the token in records and facts. */
  id: string;
  /** What its maker called it. */
  name: string;
  /** SHA-256 of the secret. */
  hash: Uint8Array;
  /** What it allows. */
  scopes: string[];
  /** Globs of the phones that it may see; null = every phone. */
  phones: string[] | null;
  /** Wall time, milliseconds. */
  createdAt: number;
  /** When it ends by itself: wall time, milliseconds; left out if it does not. */
  expiresAt?: number;
}

/** Where tokens are kept. What cannot be written is a `PhoneError` `RESOURCEUNAVAIL`. */
export interface TokenStore {
  /** Every token. */
  list(): KeptToken[];
  /** Adds one; it is on disk when this resolves. */
  add(token: KeptToken): Promise<void>;
  /** Removes the one with that id, if it is there; it is gone from the disk when this resolves. */
  remove(id: string): Promise<void>;
}

/** The failed attempts to get in that came from one address. */
export interface Attempts {
  /** The address or network that they are counted for. */
  address: string;
  /** When the first one came: wall time, milliseconds. */
  since: number;
  /** How many. */
  count: number;
}

/** Where failed attempts are kept. What cannot be written is a `PhoneError` `RESOURCEUNAVAIL`. */
export interface AttemptStore {
  /** What was kept when the server started. */
  list(): Attempts[];
  /** Keeps what has changed, and forgets what began before `forget` (wall time, milliseconds). */
  save(changed: readonly Attempts[], options: { forget: number }): Promise<void>;
}
