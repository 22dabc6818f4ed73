/**
 * How long to wait before another try.
 *
 * @module
 */

/** Each wait is twice as long as the one before, up to the longest; up to half of it is left to chance. */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #ms: number;

  /** @param options The first wait and the longest. */
  constructor({ firstMs, longestMs }: { firstMs: number; longestMs: number }) {
    this.#firstMs = Math.min(firstMs, longestMs);
    this.#longestMs = longestMs;
    this.#ms = this.#firstMs;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const ms = this.#ms;
    this.#ms = Math.min(2 * ms, this.#longestMs);
    return ms * (1 - Math.random() / 2);
  }

  /** Begins with the first wait again. */
  reset(): void {
    this.#ms = this.#firstMs;
  }
}
