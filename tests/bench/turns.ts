/**
 * Two servers that take turns, so that a machine that is slow for a while is slow for both.
 *
 * @module
 */

const RIVALS = ["ours", "theirs"] as const;

/** This tree's server, or the other revision's. */
export type Rival = typeof RIVALS[number];

/** Something of each. */
export type Both<One> = Record<Rival, One>;

/**
 * Lets each have so many turns, one after the other; who was second goes first the next time, so that what a turn leaves
 * behind befalls both alike.
 *
 * @throws {unknown} What a turn throws, and the reason of `signal` before the turn that it comes before.
 */
export async function takeTurns<One>(
  one: (rival: Rival) => Promise<One>,
  { turns, signal }: { turns: number; signal: AbortSignal },
): Promise<Both<One[]>> {
  const all: Both<One[]> = { ours: [], theirs: [] };
  for (let turn = 0; turn < turns; turn++) {
    for (const rival of turn % 2 === 0 ? RIVALS : RIVALS.toReversed()) {
      signal.throwIfAborted();
      all[rival].push(await one(rival));
    }
  }
  return all;
}
