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

  /** Takes a place, or several, for an IP address. @returns What gives them back, once; `undefined` if there are not so many left. */
  take(host: string, places = 1): (() => void) | undefined {
    const source = sourceOf(host);
    const taken = this.#taken.get(source) ?? 0;
    if (this.#all + places > this.#most || taken + places > this.#mostPerSource) return undefined;
    this.#all += places;
    this.#taken.set(source, taken + places);
    return () => this.#giveBack(source, places);
  }

  /** Whether an IP address has all that one source gets. */
  isFullFor(host: string): boolean {
    return (this.#taken.get(sourceOf(host)) ?? 0) >= this.#mostPerSource;
  }

  #giveBack(source: string, places: number): void {
    this.#all -= places;
    const left = (this.#taken.get(source) ?? 0) - places;
    if (left > 0) this.#taken.set(source, left);
    else this.#taken.delete(source);
  }
}
