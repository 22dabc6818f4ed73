/** What may be kept for each input, bytes: less than the smallest thing that could be forgotten for each. */
const BYTES_AN_INPUT = 16;
/** Looks whether memory grows with the inputs: its least in the second quarter of a run is held against its least in the last. */
export class MemoryWatch {
  readonly #inputs: number;
  readonly #noise: number;
  #early = Infinity;
  #late = Infinity;

  /**
   * @param inputs How many there will be.
   * @param noise What does not count, bytes.
   */
  constructor(inputs: number, noise: number) {
    this.#inputs = inputs;
    this.#noise = noise;
  }

  /** Takes what is in use after so many inputs. @returns What is wrong, at the end, in words. */
  look(tried: number, bytes: number): string | undefined {
    const part = tried / this.#inputs;
    if (part >= 0.25 && part <= 0.5) this.#early = Math.min(this.#early, bytes);
    if (part > 0.75) this.#late = Math.min(this.#late, bytes);
    const grown = this.#late - this.#early;
    if (tried < this.#inputs || !(grown > this.#noise + BYTES_AN_INPUT * this.#inputs / 2)) return undefined;
    return `memory grew by ${grown} bytes, from ${this.#early}, in the last half of ${this.#inputs} inputs`;
  }
}
