/**
 * A bounded number of places, and fewer for each source.
 *
 * @module
 */
import { sourceOf } from "./ip.ts";

/** Hands out places. */
export class Places {
  readonly #most: number;
  readonly #mostPerSource: number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  /** @param limits How many places there are, and how many one source gets. */
  constructor({ most, mostPerSource }: { most: number; mostPerSource: number }) {
    this.#most = most;
    this.#mostPerSource = mostPerSource;
  }

  /** Takes a place for an IP address. @returns What gives it back, once; `undefined` if none is left. */
  take(host: string): (() => void) | undefined {
    const source = sourceOf(host);
    const taken = this.#taken.get(source) ?? 0;
    if (this.#all >= this.#most || taken >= this.#mostPerSource) return undefined;
    this.#all++;
    this.#taken.set(source, taken + 1);
    return () => this.#giveBack(source);
  }

  #giveBack(source: string): void {
    this.#all--;
    const left = (this.#taken.get(source) ?? 0) - 1;
    if (left > 0) this.#taken.set(source, left);
    else this.#taken.delete(source);
  }
}
