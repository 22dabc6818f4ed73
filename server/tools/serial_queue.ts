/**
 * Steps that must not overlap.
 *
 * @module
 */
import { unlessAborted } from "./waiting.ts";

/**
 * Runs one step after the other, in the order in which they were asked for. One that fails does not keep the next from
 * its turn.
 *
 * @example A device that takes one command at a time
 * ```ts
 * import { SerialQueue } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const sent: string[] = [];
 * const line = new SerialQueue();
 * const send = (command: string) =>
 *   line.run(async () => {
 *     sent.push(`${command} begins`);
 *     await Promise.resolve();
 *     sent.push(`${command} ends`);
 *   });
 * await Promise.all([send("light"), send("ring")]);
 * deepEqual(sent, ["light begins", "light ends", "ring begins", "ring ends"]);
 * ```
 */
export class SerialQueue {
  /** Ends with the last step that was asked for; it never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a step when those before it have ended.
   *
   * @param step What to do.
   * @param signal Gives up waiting for the turn; a step that has begun ends by itself.
   * @returns What became of the step.
   * @throws The signal's reason, if it aborts before the step has begun.
   */
  run<Result>(step: () => Promise<Result> | Result, signal?: AbortSignal): Promise<Result> {
    const before = this.#last;
    const result = unlessAborted(before, signal).then(step);
    // One that was given up has ended before its turn came: the next still waits for those before.
    this.#last = result.then(() => {}, () => before);
    return result;
  }
}
