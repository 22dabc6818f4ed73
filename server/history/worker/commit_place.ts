/**
 * Where commits are made. A worker's answer takes longer than a quick disk: with few rows the thread of the event loop
 * commits faster by itself. A slow disk, and many rows, would stop it: those are the worker's.
 *
 * @module
 */
import type { MadeCommit, Place } from "../contract/store.ts";

/** A commit of less is a quick disk's, milliseconds. */
const QUICK_MS = 1;
/** One in the loop that takes longer sends the rest away. */
const SLOW_MS = 4;
/** So many commits in a row must be quick before the loop makes them. */
const QUICK_IN_A_ROW = 16;
/** After a slow one they must be so for longer, each time twice as long, up to this. */
const MOST_IN_A_ROW = 4_096;
/** Cells a commit, on average, above which the worker is better, and below which the loop is: 20 and 10 rows. */
const MANY_CELLS = 20 * 11;
const FEW_CELLS = 10 * 11;
/** The weight of the newest commit in that average. */
const NEWEST = 1 / 16;

/** Follows disk and load. */
export class CommitPlace implements Place {
  #isLoop = false;
  #cells = 0;
  #quick = 0;
  #needed = QUICK_IN_A_ROW;

  get isLoop(): boolean {
    return this.#isLoop;
  }

  made({ ms, cells }: MadeCommit): void {
    this.#cells += (cells - this.#cells) * NEWEST;
    this.#quick = ms <= QUICK_MS ? this.#quick + 1 : 0;
    if (this.#quick >= MOST_IN_A_ROW) this.#needed = QUICK_IN_A_ROW;
    if (!this.#isLoop) this.#isLoop = this.#quick >= this.#needed && this.#cells <= FEW_CELLS;
    else if (ms > SLOW_MS) {
      this.#isLoop = false;
      this.#needed = Math.min(this.#needed * 2, MOST_IN_A_ROW);
    } else if (this.#cells >= MANY_CELLS) this.#isLoop = false;
  }
}
