/**
 * Where commits are made. A worker's answer takes longer than a quick disk: with few rows the thread of the event loop
 * commits faster by itself. A slow disk, and many rows, would stop it: those are the worker's.
 *
 * @module
 */
import type { MadeCommit, Place } from "../contract/store.ts";

/** A commit of less is a quick disk's, milliseconds. */
const QUICK_MS = 1;
/** What stops the loop for longer sends the rest away. */
const SLOW_MS = 4;
/** So many commits in a row must be quick before the loop makes them. */
const QUICK_IN_A_ROW = 16;
/** After a slow one they must be so for longer, each time twice as long, up to this. */
const MOST_IN_A_ROW = 4_096;
/** Rows a commit, on average, above which the worker is better, and below which the loop is. */
const MANY_ROWS = 20;
const FEW_ROWS = 10;
/** The weight of the newest commit in that average. */
const NEWEST = 1 / 16;

/** Follows disk and load. */
export class CommitPlace implements Place {
  #isLoop = false;
  #rows = 0;
  #quick = 0;
  #needed = QUICK_IN_A_ROW;

  get isLoop(): boolean {
    return this.#isLoop;
  }

  made({ ms, rows }: MadeCommit): void {
    this.#rows += (rows - this.#rows) * NEWEST;
    this.#quick = ms <= QUICK_MS ? this.#quick + 1 : 0;
    if (this.#quick >= MOST_IN_A_ROW) this.#needed = QUICK_IN_A_ROW;
    this.stopped(ms);
    this.#isLoop = this.#isLoop ? this.#rows < MANY_ROWS : this.#quick >= this.#needed && this.#rows <= FEW_ROWS;
  }

  stopped(ms: number): void {
    if (!this.#isLoop || ms <= SLOW_MS) return;
    this.#isLoop = false;
    this.#quick = 0;
    this.#needed = Math.min(this.#needed * 2, MOST_IN_A_ROW);
  }
}
