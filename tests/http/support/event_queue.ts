/**
 * An application's events as a test feeds them.
 *
 * @module
 */
import type { EventStream } from "../../../server/core/core.ts";

interface Item {
  seq: number;
  json: string;
}

/** An event stream that gives what is put in, and tells how it is read. */
export class EventQueue implements EventStream {
  readonly #items: Item[] = [];
  readonly #cancelled = Promise.withResolvers<void>();
  #waiting: ((item: Item | undefined) => void) | undefined;
  #ended = false;
  /** How many events have been taken. */
  taken = 0;

  /** Resolves when the reader has cancelled. */
  get cancelled(): Promise<void> {
    return this.#cancelled.promise;
  }

  /** Puts in an event. */
  push(seq: number, event: unknown): void {
    this.#items.push({ seq, json: JSON.stringify(event) });
    this.#give();
  }

  /** Ends the stream, as a newer stream or the end of the application does. */
  end(): void {
    this.#ended = true;
    this.#give();
  }

  next(): Promise<Item | undefined> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#give();
    });
  }

  cancel(): void {
    this.#cancelled.resolve();
    this.end();
  }

  #give(): void {
    if (this.#waiting === undefined || (this.#items.length === 0 && !this.#ended)) return;
    const item = this.#items.shift();
    if (item) this.taken++;
    this.#waiting(item);
    this.#waiting = undefined;
  }
}
