/**
 * Things by number that come and go all the time.
 *
 * @module
 */

/**
 * A map from numbers, for what soon goes again and holds much: requests that are under way, timers, events. It keeps
 * the order of a `Map`.
 *
 * V8 makes a `Map` anew again and again while entries come and go. What is left of one stays in old space until all of
 * that is collected, and so does everything that it held then, though it was deleted long since. Here the map holds
 * numbers only, and what they stand for lies in an array that is used again.
 *
 * @example Two of three
 * ```ts
 * import { SlotMap } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const calls = new SlotMap<string>();
 * for (const [number, call] of ["one", "two", "three"].entries()) calls.set(number, call);
 * calls.delete(1);
 * deepEqual([...calls.values()], ["one", "three"]);
 * ```
 */
export class SlotMap<Value> {
  readonly #slots = new Map<number, number>();
  readonly #values: (Value | undefined)[] = [];
  readonly #free: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#slots.size;
  }

  /** Whether there is one of that number. */
  has(number: number): boolean {
    return this.#slots.has(number);
  }

  /** The one of that number. */
  get(number: number): Value | undefined {
    const slot = this.#slots.get(number);
    return slot === undefined ? undefined : this.#values[slot];
  }

  /** Puts one in, behind all others unless the number is there. */
  set(number: number, value: Value): void {
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#values.length;
      this.#slots.set(number, slot);
    }
    this.#values[slot] = value;
  }

  /** Takes one out. Whether it was there. */
  delete(number: number): boolean {
    const slot = this.#slots.get(number);
    if (slot === undefined) return false;
    this.#slots.delete(number);
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  /** Their numbers, the oldest first. */
  numbers(): Iterable<number> {
    return this.#slots.keys();
  }

  /** All of them, the oldest first; some may be deleted meanwhile. */
  *values(): Generator<Value> {
    for (const slot of this.#slots.values()) yield this.#values[slot] as Value;
  }
}
