import { delay } from "./delay.ts";

/**
 * Says that every attempt of {@linkcode retry} failed; its `cause` is what the last one threw.
 *
 * @example What it carries
 * ```ts
 * import { RetryError } from "@std/async/retry";
 * import { equal } from "node:assert/strict";
 *
 * equal(new RetryError("no answer", 3).cause, "no answer");
 * ```
 */
export class RetryError extends Error {
  /**
   * Makes the error that tells of the last attempt.
   *
   * @param cause What the last attempt threw.
   * @param attempts How many attempts there were.
   */
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
    this.name = "RetryError";
  }
}

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /**
   * By how much each wait is longer than the one before; at least 1.
   *
   * @default {2}
   */
  multiplier?: number;
  /**
   * The longest wait, in milliseconds; more than 0.
   *
   * @default {60000}
   */
  maxTimeout?: number;
  /**
   * How often to try; at least 1.
   *
   * @default {5}
   */
  maxAttempts?: number;
  /**
   * The first wait, in milliseconds; from 0 to `maxTimeout`.
   *
   * @default {1000}
   */
  minTimeout?: number;
  /**
   * Which part of each wait is left to chance, from 0 (none: the whole wait) to 1 (all: anything up to the whole wait).
   *
   * @default {1}
   */
  jitter?: number;
  /**
   * Whether it is worth trying again after this error.
   *
   * @default {() => true}
   */
  isRetriable?: (err: unknown) => boolean;
}

/**
 * Calls a function until it succeeds, at most `maxAttempts` times, with exponentially growing waits between the
 * attempts.
 *
 * @example The second attempt succeeds
 * ```ts
 * import { retry } from "@std/async/retry";
 * import { equal } from "node:assert/strict";
 *
 * let attempts = 0;
 * const flaky = () => {
 *   if (++attempts < 2) throw new Error("not yet");
 *   return attempts;
 * };
 * equal(await retry(flaky, { minTimeout: 1 }), 2);
 * ```
 *
 * @param fn What to try; it may be asynchronous.
 * @param options How often and how patiently.
 * @returns What the first successful attempt gives.
 * @throws {RangeError} If an option is out of its range; nothing has been tried then.
 * @throws {RetryError} If the last attempt fails too.
 * @throws What the attempt threw, if `isRetriable` says no to it.
 */
export async function retry<T>(fn: (() => Promise<T>) | (() => T), options: RetryOptions = {}): Promise<T> {
  const {
    multiplier = 2,
    maxTimeout = 60_000,
    maxAttempts = 5,
    minTimeout = 1_000,
    jitter = 1,
    isRetriable = () => true,
  } = options;
  // A comparison with NaN never holds, so NaN is refused everywhere.
  if (!(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
    throw wrong(`maxAttempts is ${maxAttempts}`, "an integer from 1");
  }
  if (!(Number.isFinite(multiplier) && multiplier >= 1)) {
    throw wrong(`multiplier is ${multiplier}`, "a finite number from 1");
  }
  if (!(maxTimeout > 0)) throw wrong(`maxTimeout is ${maxTimeout}`, "more than 0");
  if (!(minTimeout >= 0)) throw wrong(`minTimeout is ${minTimeout}`, "0 or more");
  if (!(minTimeout <= maxTimeout)) throw wrong(`minTimeout is ${minTimeout}`, `at most maxTimeout, ${maxTimeout}`);
  if (!(jitter >= 0 && jitter <= 1)) throw wrong(`jitter is ${jitter}`, "from 0 to 1");

  for (let attempt = 1;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (attempt === maxAttempts) throw new RetryError(error, maxAttempts);
    }
    const longest = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
    await delay(longest * (1 - jitter * Math.random()));
  }
}

function wrong(found: string, right: string): RangeError {
  return new RangeError(`Cannot retry: ${found}, but must be ${right}`);
}
