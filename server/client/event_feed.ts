/**
 * One stream of events, read by any number of readers.
 *
 * @module
 */

/** Events that wait for one reader; more is a reader that has stopped reading. */
const MOST_WAITING = 65_536;

/** What a reader may say. */
export interface ReadOptions<Event> {
  /** Ends the reading at once, as `break` does. */
  signal?: AbortSignal | undefined;
  /** Ends the reading once what is there has been read. */
  end?: AbortSignal | undefined;
  /** Which events to give; all if left out. */
  only?: ((event: Event) => boolean) | undefined;
}

/** Gives every event to every reader that was there when it came. */
export class EventFeed<Event> {
  readonly #readers = new Set<Reader<Event>>();
  #ended = false;

  /** Gives an event to all. */
  publish(event: Event): void {
    for (const reader of this.#readers) reader.take(event);
  }

  /** Ends every reader once it has read what is there. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.finish();
  }

  /** Begins to read: events from now on, until the feed ends, the signal aborts or the reader leaves. */
  read(options: ReadOptions<Event> = {}): AsyncIterableIterator<Event> {
    const reader = new Reader(options, this.#readers);
    if (this.#ended) reader.finish();
    return reader;
  }
}

class Reader<Event> implements AsyncIterableIterator<Event> {
  readonly #only: (event: Event) => boolean;
  readonly #leave: () => void;
  readonly #waiting: Event[] = [];
  #news: PromiseWithResolvers<void> | undefined;
  #end: { error: Error | undefined } | undefined;

  constructor({ signal, end, only = () => true }: ReadOptions<Event>, readers: Set<Reader<Event>>) {
    this.#only = only;
    const stop = () => void this.return();
    const finish = () => this.finish();
    this.#leave = () => {
      signal?.removeEventListener("abort", stop);
      end?.removeEventListener("abort", finish);
      readers.delete(this);
    };
    readers.add(this);
    signal?.addEventListener("abort", stop);
    end?.addEventListener("abort", finish);
    if (signal?.aborted || end?.aborted) this.finish();
  }

  take(event: Event): void {
    if (!this.#only(event)) return;
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.length = 0;
      this.finish(new RangeError(`More than ${MOST_WAITING} events waited to be read: read on, or stop reading`));
    }
    this.#wake();
  }

  finish(error?: Error): void {
    this.#end ??= { error };
    this.#leave();
    this.#wake();
  }

  async next(): Promise<IteratorResult<Event>> {
    while (this.#waiting.length === 0) {
      if (this.#end) {
        const { error } = this.#end;
        this.#end = { error: undefined };
        if (error) throw error;
        return { done: true, value: undefined };
      }
      await (this.#news ??= Promise.withResolvers()).promise;
    }
    return { done: false, value: this.#waiting.shift()! };
  }

  return(): Promise<IteratorResult<Event>> {
    this.#waiting.length = 0;
    this.finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
