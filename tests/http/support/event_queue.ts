/**
 * An application's events as a test feeds them.
 *
 * @module
 */
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import type { EventStream, HeldEvent, StreamEnd } from "../../../server/core/mod.ts";

/** An event stream that gives what is put in, and tells how it is read. */
export class EventQueue implements EventStream {
  readonly #items: HeldEvent[] = [];
  readonly #cancelled = Promise.withResolvers<void>();
  #waiting: ((item: HeldEvent | undefined) => void) | undefined;
  #ended: StreamEnd | undefined;
  /** How many events have been taken. */
  taken = 0;

  /** Resolves when the reader has cancelled. */
  get cancelled(): Promise<void> {
    return this.#cancelled.promise;
  }

  get ended(): StreamEnd | undefined {
    return this.#items.length === 0 ? this.#ended : undefined;
  }

  /** Puts in an event. */
  push(seq: number, event: unknown, { type = "PHONE_STATE" }: { type?: PhoneEvent["type"] } = {}): void {
    this.#items.push({ seq, type, json: JSON.stringify(event) });
    this.#give();
  }

  /** Ends the stream, as a newer stream or the end of the application does. */
  end(why: StreamEnd = "gone"): void {
    this.#ended ??= why;
    this.#give();
  }

  next(): Promise<HeldEvent | undefined> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#give();
    });
  }

  cancel(): void {
    this.#cancelled.resolve();
    this.end("cancelled");
  }

  #give(): void {
    if (this.#waiting === undefined || (this.#items.length === 0 && this.#ended === undefined)) return;
    const item = this.#items.shift();
    if (item) this.taken++;
    this.#waiting(item);
    this.#waiting = undefined;
  }
}
