/**
 * A counting semaphore for each token, over what answers them all: past so much at once, the rest of a token waits for
 * its own, in order, and of no token can so much wait that it costs the others.
 *
 * @module
 */
import { Refusal } from "./refusals/refusal.ts";

/**
 * Does the work of a token: at once, or when others of the same token have ended.
 *
 * @throws {Refusal} `too-many` if too many of them wait.
 */
export type TokenSemaphore = <Result>(token: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Keeps one token from making all others wait.
 *
 * @param what What the work is, as a refusal calls it.
 * @param options.atOnce How much of each token is under way.
 * @param options.waiting How much more of each may wait.
 */
export function tokenSemaphore(what: string, { atOnce, waiting }: { atOnce: number; waiting: number }): TokenSemaphore {
  const queues = new Map<string, { underWay: number; waiting: (() => void)[] }>();
  return async (token, work) => {
    const queue = queues.get(token) ?? { underWay: 0, waiting: [] };
    queues.set(token, queue);
    if (queue.underWay < atOnce) queue.underWay++;
    else {
      if (queue.waiting.length >= waiting) {
        throw new Refusal(
          "too-many",
          `${atOnce + waiting} ${what} of the token ${token} are open; ask again after one`,
        );
      }
      await new Promise<void>((resolve) => queue.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = queue.waiting.shift();
      // Whoever waits takes over the place of the one that has ended.
      if (next) next();
      else if (--queue.underWay === 0) queues.delete(token);
    }
  };
}
