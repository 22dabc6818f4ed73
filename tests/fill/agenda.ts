/**
 * What is to happen later, by the clock of the history that is made.
 *
 * @module
 */

/** The clock: a time, in milliseconds since 1970, that only whoever makes the history moves. */
export class Agenda {
  /** Latest first. */
  #entries: { readonly at: number; readonly run: () => void }[] = [];
  #now: number;

  /** Begins at a time. */
  constructor(from: number) {
    this.#now = from;
  }

  /** What time it is: whole milliseconds. */
  get now(): number {
    return Math.floor(this.#now);
  }

  /** Has something happen after so many milliseconds. */
  after(ms: number, run: () => void): void {
    const at = this.#now + ms;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at > at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, run });
  }

  /** Goes on to a time: what is due until then happens in its order. A time that is past changes nothing. */
  goTo(time: number): void {
    for (let next = this.#entries.at(-1); next && next.at <= time; next = this.#entries.at(-1)) {
      this.#entries.pop();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = Math.max(this.#now, time);
  }

  /** Lets so many milliseconds pass. */
  pass(ms: number): void {
    this.goTo(this.#now + ms);
  }

  /** Whatever was to happen does not: the server was killed. */
  clear(): void {
    this.#entries = [];
  }
}
