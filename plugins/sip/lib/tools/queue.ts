/**
 * A queue of steps that must not overlap.
 *
 * @module
 */

/** Takes one step after the other, in the order in which they were added. One that fails does not hold up the next. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Takes a step when those before it have settled. @returns What became of it. */
  add<Value>(step: () => Promise<Value> | Value): Promise<Value> {
    const result = this.#last.then(step);
    this.#last = Promise.allSettled([result]);
    return result;
  }
}
