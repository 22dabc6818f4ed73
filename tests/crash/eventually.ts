import { retry, RetryError } from "@std/async/retry";

/** Guards against hanging, never measures: tries, and milliseconds between two. */
const TRIES = 1_000;
const PAUSE_MS = 10;

/**
 * Asserts again and again until it is so: for what another process does and cannot tell.
 *
 * @throws The last failure, if it is never so.
 */
export async function eventually<Result>(assertion: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await retry(async () => await assertion(), {
      minTimeout: PAUSE_MS,
      maxTimeout: PAUSE_MS,
      jitter: 0,
      maxAttempts: TRIES,
    });
  } catch (error) {
    throw error instanceof RetryError ? error.cause : error;
  }
}
