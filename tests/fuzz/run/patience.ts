/** How long an input may take, milliseconds. */
const PATIENCE_MS = 1_000;

/** How often an input is tried that takes longer: a machine that is busy elsewhere is not the fault of what is tested, and will not be so three times in a row. */
const TRIES = 3;

/** Does what must not take long. One timer serves for all that it does: what must be given up is rare. */
export class Patience implements Disposable {
  readonly #waiting = new Set<{ until: number; giveUp(): void }>();
  readonly #timer = setInterval(() => this.#look(), PATIENCE_MS / 4);

  /**
   * Does something that must not take long.
   *
   * @throws {Error} If it takes longer each time that it is tried; what it throws itself.
   */
  async do(run: () => Promise<void>): Promise<void> {
    for (let tries = 1;; tries++) {
      const started = performance.now();
      if (await this.#settles(run()) && performance.now() - started <= PATIENCE_MS) return;
      if (tries === TRIES) throw new Error(`It took more than ${PATIENCE_MS} ms, ${TRIES} times in a row`);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Whether it settles in time. */
  #settles(work: Promise<void>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const wait = { until: performance.now() + PATIENCE_MS, giveUp: () => resolve(false) };
      this.#waiting.add(wait);
      work.then(() => resolve(true), reject).finally(() => this.#waiting.delete(wait));
    });
  }

  #look(): void {
    const now = performance.now();
    for (const wait of this.#waiting) if (wait.until <= now) wait.giveUp();
  }
}
