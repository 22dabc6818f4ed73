/**
 * Rows on their way into a history, through its port: enough of them under way that the writer never waits.
 *
 * @module
 */
import type { Fact } from "../../server/core/contract/facts.ts";
import type { Acceptance, Completion } from "../../server/core/mod.ts";
import type { OpenHistory } from "../../server/history/mod.ts";

/** Rows that are made while as many are written. */
export const BATCH = 4_096;

/**
 * Appends rows to an open history.
 *
 * A request is completed in the same turn in which it was accepted: rows get their numbers in the order of the calls,
 * so its id is known before it is on disk. That it was right is looked at when it is.
 */
export class Rows {
  readonly #opened: Pick<OpenHistory, "history">;
  #next: number;
  #made: Promise<unknown>[] = [];
  #before: Promise<unknown> = Promise.resolve();

  /** Goes on behind the newest row. */
  constructor(opened: Pick<OpenHistory, "history" | "head">) {
    this.#opened = opened;
    this.#next = opened.head().lastSeq + 1;
  }

  /** The number that the next row gets. */
  get next(): number {
    return this.#next;
  }

  /** Whether a batch has been made. */
  get isFull(): boolean {
    return this.#made.length >= BATCH;
  }

  /** A request was accepted. @returns Its id. */
  accept(row: Acceptance): number {
    const id = this.#next;
    const given = this.#opened.history.accept(row).then((given) => {
      if (given !== id) {
        throw new Error(`The request that was to be ${id} is ${given}: the history wrote rows of its own`);
      }
    });
    this.#append(given);
    return id;
  }

  /** A request was completed. */
  complete(row: Completion): void {
    this.#append(this.#opened.history.complete(row));
  }

  /** A close overtook a reply. */
  withdraw(requestId: number): void {
    this.#append(this.#opened.history.withdraw(requestId));
  }

  /** Another fact. */
  note(fact: Fact): void {
    this.#append(this.#opened.history.note(fact));
  }

  /** The history has written a row by itself, behind all that was flushed. */
  wasWritten(): void {
    this.#next++;
  }

  /** Sends off what has been made, and waits for what was sent off before. */
  async send(): Promise<void> {
    const made = Promise.all(this.#made);
    this.#made = [];
    // Whoever sends next hears of it.
    made.catch(() => {});
    await this.#before;
    this.#before = made;
  }

  /** Waits until everything is on disk. */
  async flush(): Promise<void> {
    await this.send();
    await this.#before;
  }

  #append(written: Promise<unknown>): void {
    this.#next++;
    this.#made.push(written);
  }
}
