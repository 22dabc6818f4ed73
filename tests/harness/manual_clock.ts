/**
 * A clock that stands still until it is told to go on.
 *
 * @module
 */
import type { Clock } from "../../server/core/mod.ts";

/** Time for tests: nothing is due before {@linkcode ManualClock.advance}. */
export class ManualClock implements Clock {
  #now = 0;
  #due = new Set<{ at: number; run: () => void }>();

  wall(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets `ms` milliseconds pass, running what falls due in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
