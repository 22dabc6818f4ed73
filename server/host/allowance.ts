/** So many at once, and so many a second over time. */
export class Allowance {
  readonly #burst: number;
  readonly #aSecond: number;
  #room: number;
  #at = performance.now();

  /** An allowance that nothing has been taken of. */
  constructor({ burst, aSecond }: { burst: number; aSecond: number }) {
    this.#burst = this.#room = burst;
    this.#aSecond = aSecond;
  }

  /** Whether there is one left. */
  get isLeft(): boolean {
    const now = performance.now();
    this.#room = Math.min(this.#burst, this.#room + (now - this.#at) / 1_000 * this.#aSecond);
    this.#at = now;
    return this.#room >= 1;
  }

  /** Takes one or more; false if there is none left. The last takes what it needs, and the next waits the longer for it. */
  take(count = 1): boolean {
    if (!this.isLeft) return false;
    this.#room -= count;
    return true;
  }
}
