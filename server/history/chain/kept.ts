/**
 * What was kept of checkpoints, as a chain is held against it.
 *
 * @module
 */
import type { KeptCheckpoint } from "../../core/contract/history.ts";
import { Mismatch } from "./mismatch.ts";

/** Checkpoints, by their blocks: there may be thousands, and each block is asked of. */
export class Kept {
  readonly #hashes = new Map<number, Set<string>>();
  readonly #histories = new Set<string>();
  /** The newest block that is as one says. */
  #proven: number | undefined;

  constructor(checkpoints: readonly KeptCheckpoint[]) {
    for (const { block, hash, historyId } of checkpoints) {
      this.#hashes.set(block, (this.#hashes.get(block) ?? new Set()).add(hash));
      if (historyId !== undefined) this.#histories.add(historyId);
    }
  }

  /** The blocks up to a number, in order. */
  upTo(last: number): number[] {
    return [...this.#hashes.keys()].filter((block) => block <= last).sort((one, other) => one - other);
  }

  /** Holds a block against them. @returns Whether there is one of it. @throws {Mismatch} If one says otherwise. */
  require(block: number, hash: string): boolean {
    const other = this.#hashes.get(block)?.values().find((kept) => kept !== hash);
    if (other !== undefined) {
      const since = this.#proven === undefined ? "up to here" : `behind block ${this.#proven}, which one proves,`;
      throw new Mismatch(
        `its hash is ${hash}; a checkpoint says ${other}: a block ${since} was made anew, or that is no checkpoint of this history`,
      );
    }
    if (this.#hashes.has(block)) this.#proven = block;
    return this.#hashes.has(block);
  }

  /** Holds the history's own id against them. @throws {Mismatch} If one is of another history. */
  requireHistory(historyId: unknown): void {
    const other = this.#histories.values().find((kept) => kept !== historyId);
    if (other === undefined) return;
    throw new Mismatch(`the history is ${historyId}; a checkpoint is of the history ${other}`);
  }

  /** Holds the end of a chain against them. @throws {Mismatch} If there was a block from this number on. */
  requireNoneFrom(next: number): void {
    const cut = this.#hashes.keys().find((block) => block >= next);
    if (cut === undefined) return;
    throw new Mismatch(`the block is missing: a checkpoint says that there was a block ${cut}`);
  }
}
