/**
 * Looks after the history's file for as long as it is open: whether it is still there, and that its newest block is
 * noted beside it.
 *
 * @module
 */
import type { HistoryBounds } from "./bounds.ts";
import type { Head, Look } from "./contract/store.ts";

/** What is looked after, and who is told. */
export interface LookoutOptions {
  readonly bounds: Pick<HistoryBounds, "lookMs" | "noteMs">;
  look(): Promise<Look>;
  /** The newest block. */
  head(): Head;
  /** Notes a block that is on disk. */
  note(head: Head): Promise<void>;
  /** Called once if the file is not where it lay. */
  onDisplaced(reason: string): void;
}

/** Looks again and again, one look at a time. */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #looking: Promise<void> | undefined;
  #noted: number;
  #notedAt = -Infinity;

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

  async #turn(): Promise<void> {
    try {
      const { displaced } = await this.#options.look();
      if (displaced === undefined) return await this.#noteHead();
      clearInterval(this.#timer);
      this.#options.onDisplaced(displaced);
    } catch {
      // A writer that has died tells so by itself; a note that could not be written is tried again.
    }
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
