/**
 * A history that is on disk at once and remembers what is open only: it tells when the core breaks its word about rows.
 *
 * @module
 */
import type { Completion, History } from "../../../server/core/mod.ts";

/** See the module. */
export class MemoryHistory implements History {
  readonly trouble = undefined;
  readonly #open = new Set<number>();
  #seq = 0;

  /** How many requests are accepted and not completed. */
  get open(): number {
    return this.#open.size;
  }

  /** The id of the newest request or fact. */
  get newest(): number {
    return this.#seq;
  }

  accept(): Promise<number> {
    this.#open.add(++this.#seq);
    return Promise.resolve(this.#seq);
  }

  complete({ requestId }: Completion): Promise<void> {
    this.#seq++;
    if (this.#open.delete(requestId)) return Promise.resolve();
    throw new Error(`Request ${requestId} was completed twice, or never accepted (invariant 2)`);
  }

  withdraw(): Promise<void> {
    this.#seq++;
    return Promise.resolve();
  }

  nameOf(): undefined {}

  note(): Promise<void> {
    this.#seq++;
    return Promise.resolve();
  }
}
