/**
 * Whose turn it is at each item of a phone: operations on the same item are under way one after the other, in the order
 * in which they came (R101).
 *
 * @module
 */

/** The turns at the items of one phone. An item that nobody works on takes up nothing. */
export class ItemTurns {
  readonly #last = new Map<string, Turn>();

  /** Takes the next turn at some items: it comes when all that have been taken before at any of them have ended. */
  take(items: readonly string[]): Turn {
    const turn = new Turn(() => {
      for (const item of items) if (this.#last.get(item) === turn) this.#last.delete(item);
    });
    for (const item of items) {
      this.#last.get(item)?.precede(turn);
      this.#last.set(item, turn);
    }
    return turn;
  }
}

/** One operation's turn at its items. */
export class Turn {
  readonly #leave: () => void;
  /** How many turns must end before it comes. */
  #before = 0;
  #following: Turn[] | undefined;
  #comes: PromiseWithResolvers<void> | undefined;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** Whether it has come. */
  get isNow(): boolean {
    return this.#before === 0;
  }

  /** Fulfilled when it comes. */
  get now(): Promise<void> {
    this.#comes ??= Promise.withResolvers();
    if (this.isNow) this.#comes.resolve();
    return this.#comes.promise;
  }

  /** Makes another one wait for it. */
  precede(turn: Turn): void {
    turn.#before++;
    (this.#following ??= []).push(turn);
  }

  /** Ends it, if it has not ended; one that has not come yet keeps its place and ends when it comes. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.isNow) this.#pass();
  }

  /** Ends it with the next turn of the event loop, unless it ends before. */
  endSoon(): void {
    this.#timer ??= setTimeout(() => this.end());
  }

  /** Lets those come that waited for it; of them, those that have ended already let others come in turn. */
  #pass(): void {
    const passing: Turn[] = [this];
    for (const turn of passing) {
      turn.#leave();
      for (const next of turn.#following ?? []) {
        if (--next.#before > 0) continue;
        if (next.#ended) passing.push(next);
        else next.#comes?.resolve();
      }
    }
  }
}
