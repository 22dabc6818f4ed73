/**
 * How much of the server's loop what one plugin sends may take: in small slices, so that others have their turns between
 * them, and no more than a part of the time. Whoever sends without end waits the longer, and his pipe with him.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { pause, type TokenBucket, type TokenBucketOptions } from "../tools/mod.ts";

/** How long is worked in one go, milliseconds. */
const SLICE_MS = 4;

/** Milliseconds of work at once, as a start with many phones needs them, and a second over time. */
export const LOOP_SHARE: TokenBucketOptions = { burst: 2_000, perSecond: 500 };

/** The work on one stream of a plugin. */
export class LoopShare {
  readonly #bucket: TokenBucket;
  /** Since others last had their turn, up to the last wait. */
  #workedMs = 0;
  #since = performance.now();

  /** @param bucket The milliseconds that all streams of the plugin have together. */
  constructor(bucket: TokenBucket) {
    this.#bucket = bucket;
  }

  /** Whether others must have their turn before the work goes on. */
  get isSpent(): boolean {
    return this.#worked() > SLICE_MS;
  }

  /** Waits for something, which is no work. */
  async waitFor<Value>(promise: Promise<Value>): Promise<Value> {
    this.#workedMs = this.#worked();
    try {
      return await promise;
    } finally {
      this.#since = performance.now();
    }
  }

  /** Gives others their turn, and waits until the work may go on. */
  async yield(): Promise<void> {
    this.#bucket.take(this.#worked());
    this.#workedMs = 0;
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#bucket.hasToken) await pause(SLICE_MS);
    this.#since = performance.now();
  }

  #worked(): number {
    return this.#workedMs + performance.now() - this.#since;
  }
}
