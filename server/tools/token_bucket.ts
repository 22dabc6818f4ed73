/**
 * So many at once, and so many a second over time.
 *
 * @module
 */

/** How much a {@linkcode TokenBucket} lets through. */
export interface TokenBucketOptions {
  /** How many tokens it holds, and begins with. */
  burst: number;
  /** How many come back in a second. */
  perSecond: number;
}

/**
 * A token bucket: what costs something takes tokens, which come back with time.
 *
 * @example Two at once, then no more
 * ```ts
 * import { TokenBucket } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const lines = new TokenBucket({ burst: 2, perSecond: 0.1 });
 * deepEqual([lines.take(), lines.take(), lines.take()], [true, true, false]);
 * ```
 */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #at = performance.now();

  /** A full bucket. */
  constructor({ burst, perSecond }: TokenBucketOptions) {
    this.#burst = this.#tokens = burst;
    this.#perSecond = perSecond;
  }

  /** Whether there is a token. */
  get hasToken(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) / 1_000 * this.#perSecond);
    this.#at = now;
    return this.#tokens >= 1;
  }

  /** Takes tokens; false if there is none. Who finds one takes what it needs, and the next waits the longer for it. */
  take(count = 1): boolean {
    if (!this.hasToken) return false;
    this.#tokens -= count;
    return true;
  }
}
