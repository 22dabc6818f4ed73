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

  /** Takes one; false if there is none left. */
  take(): boolean {
    const now = performance.now();
    this.#room = Math.min(this.#burst, this.#room + (now - this.#at) / 1_000 * this.#aSecond);
    this.#at = now;
    if (this.#room < 1) return false;
    this.#room--;
    return true;
  }
}
