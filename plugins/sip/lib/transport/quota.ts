/**
 * Quotas: so much in all, and less for each source.
 *
 * @module
 */
import { sourceOf } from "./ip.ts";

/**
 * A bounded amount of something, of which each source gets a bounded part: connections, requests in work, bytes of
 * those.
 */
export class Quota {
  readonly #most: number;
  readonly #mostPerSource: number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  /** @param bounds How much there is, and how much one source gets. */
  constructor({ most, mostPerSource }: { most: number; mostPerSource: number }) {
    this.#most = most;
    this.#mostPerSource = mostPerSource;
  }

  /**
   * Takes some of it for an IP address.
   *
   * @returns What gives that back, once; `undefined` if there is not so much left.
   */
  acquire(host: string, amount = 1): (() => void) | undefined {
    const source = sourceOf(host);
    const taken = this.#taken.get(source) ?? 0;
    if (this.#all + amount > this.#most || taken + amount > this.#mostPerSource) return undefined;
    this.#all += amount;
    this.#taken.set(source, taken + amount);
    return () => this.#release(source, amount);
  }

  /** Whether an IP address has all that one source gets. */
  isExhaustedBy(host: string): boolean {
    return (this.#taken.get(sourceOf(host)) ?? 0) >= this.#mostPerSource;
  }

  #release(source: string, amount: number): void {
    this.#all -= amount;
    const left = (this.#taken.get(source) ?? 0) - amount;
    if (left > 0) this.#taken.set(source, left);
    else this.#taken.delete(source);
  }
}
