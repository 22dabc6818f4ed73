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
  /** The minute of its last use: wall time, milliseconds; left out if it was never used. */
  usedAt?: number;
  /** When its maker was warned of its end, in the same way; left out if that is to come. */
  warnedAt?: number;
  /** When it was given the secret that it has, in the same way; left out if it still has its first. */
  rotatedAt?: number;
  /** The secrets before that one which are still valid, the oldest first; left out if there are none. */
  oldSecrets?: readonly OldSecret[];
}

/** A secret that a token had before, and is valid until its time. */
export interface OldSecret {
  /** SHA-256 of it. */
  hash: Uint8Array;
  /** Wall time, milliseconds. */
  until: number;
}

/** How a token is given another secret. */
export interface Rotation {
  /** SHA-256 of the new one. */
  hash: Uint8Array;
  /** When: wall time, milliseconds. */
  at: number;
  /** Until when the one before is valid, in the same way; null makes it void at once, and all before it. */
  until: number | null;
  /** When the token ends by itself from now on, in the same way, null for never; left out, that is as it was. */
  expiresAt?: number | null;
}

/** Whose doing a change is, as its fact tells it; nothing, where it is nobody's. */
export interface Author {
  /** The id of their token. */
  readonly token?: string;
  /** Where the call came from. */
  readonly address?: string;
}

/**
 * Where tokens are kept. That one comes, goes or is given another secret is a fact of the history, and written with the
 * change: both are on disk, or neither. What cannot be written is a `PhoneError` `RESOURCEUNAVAIL`.
 */
export interface TokenStore {
  /** Every token. */
  list(): KeptToken[];
  /** What the one with that id is called, or was until it was removed by this process; undefined if none is known. */
  nameOf(id: string): string | undefined;
  /**
   * Adds one; it is on disk when this resolves.
   *
   * @param options.isChosen Whether its secret is not random, but somebody's choice.
   */
  add(token: KeptToken, options?: { by?: Author; isChosen?: boolean }): Promise<void>;
  /** Removes the one with that id, if it is there: it was revoked. It is gone from the disk when this resolves. */
  remove(id: string, by?: Author): Promise<void>;
  /** The same with one that has come to its end. */
  expire(id: string): Promise<void>;
  /** Gives the one with that id another secret; it is on disk when this resolves. */
  rotate(id: string, rotation: Rotation & { by?: Author }): Promise<void>;
  /** Resolves when what was changed cannot be lost with the write-ahead log any more. */
  settle(): Promise<void>;
  /** Notes the minutes of last uses, by ids; a token that is no more is left out. */
  used(minutes: ReadonlyMap<string, number>): Promise<void>;
  /** Notes that the end of the one with that id was warned of, wall milliseconds. */
  warned(id: string, at: number): Promise<void>;
  /** Forgets an old secret of the one with that id; it is gone from the disk when this resolves. */
  forget(id: string, hash: Uint8Array): Promise<void>;
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
