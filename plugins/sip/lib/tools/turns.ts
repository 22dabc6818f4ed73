/**
 * Steps that must not overlap.
 *
 * @module
 */
import { unlessAborted } from "./clock.ts";

/** Lets one step run after the other, in the order in which they were asked for. One that fails does not keep the next from its turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a step when those before it have settled.
   *
   * @param signal Gives up waiting for the turn. A step that has begun settles by itself.
   * @returns What became of it.
   */
  run<Value>(step: () => Promise<Value> | Value, signal?: AbortSignal): Promise<Value> {
    const before = this.#last;
    const result = (signal ? unlessAborted(before, signal) : before).then(step);
    this.#last = Promise.allSettled([before, result]);
    return result;
  }
}
