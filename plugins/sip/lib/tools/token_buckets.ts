/**
 * Rate limits: how much one source may ask for.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** How many sources are remembered: one that has been forgotten has its whole burst again. */
const MOST_SOURCES = 4_096;

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each source. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param options How many tokens come back each second, and how many there are at most. */
  constructor({ clock, perSecond, burst }: { clock: Clock; perSecond: number; burst: number }) {
    this.#clock = clock;
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
  }

  /** Takes a token. @returns Whether there was one. */
  take(source: string): boolean {
    const now = this.#clock.now();
    const { tokens, at } = this.#buckets.get(source) ?? { tokens: this.#burst, at: now };
    const there = Math.min(this.#burst, tokens + (now - at) * this.#perMs);
    const taken = there >= 1;
    this.#remember(source, { tokens: taken ? there - 1 : there, at: now });
    return taken;
  }

  /** Gives a token back that was taken for nothing. */
  giveBack(source: string): void {
    const bucket = this.#buckets.get(source);
    if (bucket) bucket.tokens++;
  }

  #remember(source: string, bucket: Bucket): void {
    // Last touched, last forgotten.
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    if (this.#buckets.size <= MOST_SOURCES) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
