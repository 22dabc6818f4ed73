/**
 * Steps that must not overlap.
 *
 * @module
 */
import { unlessAborted } from "./waiting.ts";

/** Lets one step run after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a step when those before it have settled.
   *
   * @param signal Gives up waiting for the turn. A step that has begun settles by itself.
   */
  run<Value>(step: () => Promise<Value> | Value, signal: AbortSignal): Promise<Value> {
    const before = this.#last;
    const result = unlessAborted(before, signal).then(step);
    this.#last = Promise.allSettled([before, result]);
    return result;
  }
}
