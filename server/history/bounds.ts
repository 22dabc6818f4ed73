/**
 * The bounds that the history keeps. The configuration can set how much may wait (api.md, section 1).
 *
 * @module
 */

/** Bounds, in rows, `seq` numbers and milliseconds. */
export interface HistoryBounds {
  /** Rows that wait for the disk before nothing more is accepted. */
  waitingRows: number;
  /** How long the oldest row may wait before nothing more is accepted. */
  waitingMs: number;
  /** Rows in one commit. */
  commitRows: number;
  /** The pause before a failed commit is tried again; it doubles each time. */
  retryFirstMs: number;
  /** The longest such pause. */
  retryMostMs: number;
  /** How long closing waits for the disk. */
  closeMs: number;
  /** How far back one question to the history looks. */
  sliceRows: number;
  /** How often the file is looked after, and its newest block noted beside it. */
  lookMs: number;
  noteMs: number;
  /** How long after the start the whole chain is checked first, and how long after the end of each check again. */
  checkFirstMs: number;
  checkEveryMs: number;
  /** What part of a processor such a check may take, up to 1. */
  checkShare: number;
  /** How much of the write-ahead log may be kept from being moved into the file by somebody who reads, in bytes. */
  heldBytes: number;
  /** How long the copy of a history that was taken away may take. */
  saveMs: number;
}

/** What holds unless configured. */
export const DEFAULT_BOUNDS: HistoryBounds = {
  waitingRows: 8_192,
  waitingMs: 2_000,
  commitRows: 2_048,
  retryFirstMs: 100,
  retryMostMs: 2_000,
  closeMs: 5_000,
  sliceRows: 50_000,
  lookMs: 1_000,
  noteMs: 10_000,
  checkFirstMs: 10_000,
  checkEveryMs: 24 * 3_600_000,
  checkShare: 0.1,
  heldBytes: 16 * 1_048_576,
  saveMs: 60_000,
};
