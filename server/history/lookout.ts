/**
 * Looks after the history's file for as long as it is open: whether it is still there, that its rows are sealed and its
 * newest block is noted beside it, and whether somebody's reading keeps its write-ahead log from being cut back.
 *
 * @module
 */
import type { HistoryBounds } from "./bounds.ts";
import type { Head, Look } from "./contract/store.ts";
import type { HeldLog } from "./row_queue.ts";

/** What is looked after, and who is told. */
export interface LookoutOptions {
  readonly bounds: Pick<HistoryBounds, "lookMs" | "noteMs" | "heldBytes">;
  look(bounds: { heldBytes: number }): Promise<Look>;
  /** The newest block. */
  head(): Head;
  /** Seals what is in no block yet. */
  seal(): Promise<Head>;
  /** Notes a block that is on disk. */
  note(head: Head): Promise<void>;
  /** Called once if the file is not where it lay. */
  onDisplaced(reason: string): void;
  /** Gives the processes that read the file. */
  readers(): Promise<readonly number[]>;
  /** Called when somebody begins to hold the log, and when nobody does any more. */
  onHeld(log: HeldLog | undefined): void;
}

/** Looks again and again, one look at a time. */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #looking: Promise<void> | undefined;
  #noted: number;
  #notedAt = -Infinity;
  /** Looks in a row that found the log held: one may have met a question that is just being answered. */
  #heldLooks = 0;
  #held: HeldLog | undefined;

  /** Begins; the newest block has been noted. */
  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#noted = options.head().block;
    this.#timer = setInterval(() => {
      this.#looking ??= this.#turn().finally(() => this.#looking = undefined);
    }, options.bounds.lookMs);
  }

  /** Looks no more; resolves when a look that is under way has ended. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** The log, if somebody holds it. */
  get held(): HeldLog | undefined {
    return this.#held;
  }

  async #turn(): Promise<void> {
    try {
      const { displaced, heldBytes = 0 } = await this.#options.look(this.#options.bounds);
      if (displaced !== undefined) {
        clearInterval(this.#timer);
        this.#options.onDisplaced(displaced);
        return;
      }
      await this.#options.seal();
      await this.#noteHead();
      await this.#hold(heldBytes);
    } catch {
      // A writer that has died tells so by itself; a note that could not be written is tried again.
    }
  }

  async #hold(bytes: number): Promise<void> {
    this.#heldLooks = bytes === 0 ? 0 : this.#heldLooks + 1;
    const before = this.#held;
    this.#held = this.#heldLooks < 2 ? undefined : { bytes, readers: before?.readers ?? await this.#options.readers() };
    if ((before === undefined) !== (this.#held === undefined)) this.#options.onHeld(this.#held);
  }

  async #noteHead(): Promise<void> {
    const head = this.#options.head();
    const isDue = performance.now() - this.#notedAt >= this.#options.bounds.noteMs;
    if (!isDue || head.block === this.#noted) return;
    await this.#options.note(head);
    this.#noted = head.block;
    this.#notedAt = performance.now();
  }
}
