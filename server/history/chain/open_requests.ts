/**
 * Which requests are open, as far as the history on disk knows.
 *
 * @module
 */

/** The ids of the open requests, with the changes of one transaction undone if it fails. */
export class OpenRequests {
  readonly #open: Set<number>;
  #lowest: number;
  #begun: { opened: number[]; closed: number[]; lowest: number };

  /** @param open The ids that are open; @param options.lowest No id below is. */
  constructor(open: Iterable<number>, options: { lowest: number }) {
    this.#open = new Set(open);
    this.#lowest = options.lowest;
    this.#begun = { opened: [], closed: [], lowest: options.lowest };
  }

  /** From here on everything can be undone. */
  begin(): void {
    this.#begun = { opened: [], closed: [], lowest: this.#lowest };
  }

  /** A request was accepted. */
  accept(id: number): void {
    this.#open.add(id);
    this.#begun.opened.push(id);
  }

  /** A request was completed. @throws If it is not open: somebody completed it twice. */
  complete(id: number): void {
    if (!this.#open.delete(id)) throw new Error(`Cannot complete request ${id}: it is not open`);
    this.#begun.closed.push(id);
  }

  /** Every open id. */
  get ids(): number[] {
    return [...this.#open];
  }

  /** An id below which none is open. */
  get lowestOpen(): number {
    return this.#lowest;
  }

  /** The lowest open id; `nextSeq` if none is open. */
  lowest(nextSeq: number): number {
    while (this.#lowest < nextSeq && !this.#open.has(this.#lowest)) this.#lowest++;
    return this.#lowest;
  }

  /** Undoes everything since {@linkcode begin}. */
  undo(): void {
    for (const id of this.#begun.closed) this.#open.add(id);
    for (const id of this.#begun.opened) this.#open.delete(id);
    this.#lowest = this.#begun.lowest;
  }
}
