/**
 * What is remembered for as long as there is room.
 *
 * @module
 */

/**
 * A map that forgets its oldest entry when another would be one too many. An entry that is set again stays as old as it
 * was; delete it first to make it the newest.
 *
 * @example The third of two
 * ```ts
 * import { BoundedMap } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const answers = new BoundedMap<number, string>(2);
 * answers.set(1, "one").set(2, "two").set(3, "three");
 * deepEqual([...answers.keys()], [2, 3]);
 * ```
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;

  /** An empty map of at most so many entries, one or more. */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  /** Sets an entry, and forgets the oldest if there is no room for one more. */
  override set(key: Key, value: Value): this {
    super.set(key, value);
    const oldest = this.keys().next();
    if (this.size > this.#most && !oldest.done) this.delete(oldest.value);
    return this;
  }
}
