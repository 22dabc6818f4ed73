/**
 * What a peer tells, in its order, for those who wait for it.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";

/** How long nothing may come, milliseconds: a guard against hanging, never a measure. */
const PATIENCE_MS = 20_000;

/** What has been heard so far, and what comes next. */
export class Heard<Told> {
  readonly #name: string;
  readonly #all: Told[] = [];
  #passed = 0;
  #news = Promise.withResolvers<void>();
  #ended: string | undefined;

  /** Nothing yet. `name` says in errors whom it is heard from. */
  constructor(name: string) {
    this.#name = name;
  }

  /** All so far. */
  get all(): readonly Told[] {
    return this.#all;
  }

  /** Takes what was told. */
  push(told: Told): void {
    this.#all.push(told);
    this.#wake();
  }

  /** Nothing more will come; `why` is told to all who wait. */
  end(why: string): void {
    this.#ended ??= why;
    this.#wake();
  }

  /**
   * Waits for the next that fits; those before it are passed over and stay in `all`.
   *
   * @param options.what What is waited for, in words, for the error.
   * @throws {Error} If nothing fits in time, or no more will come; the message tells what came instead.
   */
  async next<Fitting extends Told>(
    fits: ((told: Told) => told is Fitting) | ((told: Told) => boolean),
    { what = "what was expected" }: { what?: string } = {},
  ): Promise<Fitting> {
    const from = this.#passed;
    const fault = (why: string, cause?: unknown) =>
      new Error(`${this.#name} did not tell ${what}: ${why}; it told ${JSON.stringify(this.#all.slice(from))}`, {
        cause,
      });
    for (;;) {
      while (this.#passed < this.#all.length) {
        const told = this.#all[this.#passed++]!;
        if (fits(told)) return told as Fitting;
      }
      if (this.#ended !== undefined) throw fault(this.#ended);
      await deadline(this.#news.promise, PATIENCE_MS).catch((cause) => {
        throw fault(`nothing more came for ${PATIENCE_MS} ms`, cause);
      });
    }
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
