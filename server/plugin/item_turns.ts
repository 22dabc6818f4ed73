/**
 * Whose turn it is at each item of a phone: operations on the same item are under way one after the other, in the order
 * in which they came (R101).
 *
 * @module
 */

/** Who is at an item, and who waits for it, in their order; an item that nobody works on has no line. */
type Lines = Map<string, Turn[]>;

/** The turns at the items of one phone. */
export class ItemTurns {
  readonly #lines: Lines = new Map();

  /** Takes the next turn at some items: it comes when all that have been taken before at any of them have ended. */
  take(items: readonly string[]): Turn {
    const turn = new Turn(items, this.#lines);
    for (const item of items) {
      const line = this.#lines.get(item);
      if (line) line.push(turn);
      else this.#lines.set(item, [turn]);
    }
    return turn;
  }
}

/** One operation's turn at its items. */
export class Turn {
  readonly #items: readonly string[];
  readonly #lines: Lines;
  #comes: PromiseWithResolvers<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(items: readonly string[], lines: Lines) {
    this.#items = items;
    this.#lines = lines;
  }

  /** Whether it has come. */
  get isNow(): boolean {
    return this.#items.every((item) => this.#lines.get(item)?.[0] === this);
  }

  /** Fulfilled when it comes, or when whoever waits is woken before. */
  get now(): Promise<void> {
    this.#comes ??= Promise.withResolvers();
    if (this.isNow) this.#comes.resolve();
    return this.#comes.promise;
  }

  /** Wakes whoever waits for it, though it has not come: there is no more to wait for. */
  wake(): void {
    this.#comes?.resolve();
  }

  /** Ends it, come or not: it never comes then. */
  end(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    for (const item of this.#items) {
      const line = this.#lines.get(item) ?? [];
      const place = line.indexOf(this);
      if (place < 0) continue;
      line.splice(place, 1);
      const [first] = line;
      if (first === undefined) this.#lines.delete(item);
      else if (first.isNow) first.#comes?.resolve();
    }
  }

  /** Ends it with the next turn of the event loop, unless it ends before. */
  endSoon(): void {
    this.#timer ??= setTimeout(() => this.end());
  }
}
