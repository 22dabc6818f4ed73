/**
 * A queue of steps that must not overlap.
 *
 * @module
 */
import { unlessAborted } from "./clock.ts";

/** Takes one step after the other, in the order in which they were added. One that fails does not hold up the next. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Takes a step when those before it have settled.
   *
   * @param signal Takes it out of the queue. A step that has begun settles by itself.
   * @returns What became of it.
   */
  add<Value>(step: () => Promise<Value> | Value, signal?: AbortSignal): Promise<Value> {
    const before = this.#last;
    const result = (signal ? unlessAborted(before, signal) : before).then(step);
    this.#last = Promise.allSettled([before, result]);
    return result;
  }
}
