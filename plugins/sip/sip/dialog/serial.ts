/**
 * Work that must not overlap.
 *
 * @module
 */

/** Does one thing after the other, in the order asked for. One that fails does not keep the next from its turn. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Does this when all that was asked for before is done. @returns What became of it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
