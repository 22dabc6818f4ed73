/**
 * Many clients, in turns. 64: the server as it accepts (202), as it answers with the finished record, or in short, the same without its history, the echo, and the
 * echo with answers as long as that record; whatever is accepted is completed on disk before the round counts. 256: the finished record, and the echo with answers as long.
 *
 * @module
 */
import { retry } from "@std/async/retry";
import { countBlocks } from "./count_blocks.ts";
import type { Helper } from "./helper.ts";
import { medianRatio, middle } from "./load_results.ts";
import type { Target } from "./open_phone.ts";
import { processorSeconds } from "./process_tree.ts";
import { LoadResult } from "./questions.ts";
import { median } from "./statistics.ts";

const [MANY, MORE] = [64, 256];
const WARM_UP_SECONDS = 1.5;

/** Who is measured against whom, in this order. */
export interface Rivals {
  echo: Target;
  padded: Target;
  accepted: Target;
  waited: Target;
  minimal: Target;
  withoutHistory: Target;
}

/** What came of 256: requests a second, milliseconds, ratios. */
export interface MoreClients {
  padded: LoadResult;
  waited: LoadResult;
  /** The requests answered with their record, as a part of the echo's with answers as long, the median of the rounds. */
  toPadded: number;
}

/** What came of 64, likewise. */
export interface ManyClients extends MoreClients {
  echo: LoadResult;
  accepted: LoadResult;
  /** What is answered with no more than how it ended. */
  minimal: LoadResult;
  withoutHistory: LoadResult;
  /** The requests accepted, as a part of the echo's. */
  toEcho: number;
  /** The requests answered in short, as a part of those answered with their record. */
  minimalToWaited: number;
  /** As `toEcho`, without history. */
  withoutHistoryToEcho: number;
  requestsPerBlock: number;
  /** Processor time of the server and its plugin for 1,000 requests answered with their record; NaN where there is no `/proc`. */
  secondsPer1000: number;
}

/** Measures 64 for `rounds` times six times `seconds`; `server` is whose requests are on disk. */
export async function measureManyClients(
  load: Helper,
  rivals: Rivals,
  { server: { data, pid }, ...turns }: {
    rounds: number;
    seconds: number;
    server: { data: string; pid: number };
  },
): Promise<ManyClients> {
  const secondsPer1000: number[] = [];
  let blocks = 0;
  let completed = 0;
  const results = await inTurns(load, rivals, {
    ...turns,
    clients: MANY,
    async around(name, run) {
      if (name !== "accepted" && name !== "waited" && name !== "minimal") return await run();
      const before = countBlocks(data);
      const spent = await processorSeconds(pid);
      const result = await run();
      const after = await completedOf(data, before.completed + result.requests);
      if (name === "waited") secondsPer1000.push((await processorSeconds(pid) - spent) / result.requests * 1_000);
      blocks += after.blocks - before.blocks;
      completed += after.completed - before.completed;
      return result;
    },
  });
  return {
    ...answered(results),
    echo: middle(results.echo),
    accepted: middle(results.accepted),
    minimal: middle(results.minimal),
    withoutHistory: middle(results.withoutHistory),
    toEcho: medianRatio(results.accepted, results.echo),
    minimalToWaited: medianRatio(results.minimal, results.waited),
    withoutHistoryToEcho: medianRatio(results.withoutHistory, results.echo),
    requestsPerBlock: completed / blocks,
    secondsPer1000: median(secondsPer1000),
  };
}

/** Measures 256 for `rounds` times twice `seconds`. */
export async function measureMoreClients(
  load: Helper,
  { padded, waited }: Pick<Rivals, "padded" | "waited">,
  options: { rounds: number; seconds: number },
): Promise<MoreClients> {
  return answered(await inTurns(load, { padded, waited }, { ...options, clients: MORE }));
}

function answered({ padded, waited }: Record<keyof Pick<Rivals, "padded" | "waited">, LoadResult[]>): MoreClients {
  return { padded: middle(padded), waited: middle(waited), toPadded: medianRatio(waited, padded) };
}

/** Loads each in each round, behind a warm-up; `around` does so and whatever belongs to it. */
async function inTurns<Name extends keyof Rivals>(
  load: Helper,
  rivals: Readonly<Record<Name, Target>>,
  { clients, rounds, seconds, around = (_, run) => run() }: {
    clients: number;
    rounds: number;
    seconds: number;
    around?: (name: Name, run: () => Promise<LoadResult>) => Promise<LoadResult>;
  },
): Promise<Record<Name, LoadResult[]>> {
  const run = (target: Target, seconds: number) => load.ask({ ...target, connections: clients, seconds }, LoadResult);
  const each = Object.entries(rivals) as [Name, Target][];
  for (const [, target] of each) await run(target, WARM_UP_SECONDS);
  const results = Object.fromEntries(each.map(([name]) => [name, []])) as unknown as Record<Name, LoadResult[]>;
  for (let round = 0; round < rounds; round++) {
    for (const [name, target] of each) results[name].push(await around(name, () => run(target, seconds)));
  }
  return results;
}

/** What the history has once every request that was answered has succeeded on disk. */
async function completedOf(data: string, answered: number): Promise<ReturnType<typeof countBlocks>> {
  return await retry(() => {
    const counted = countBlocks(data);
    if (counted.completed >= answered) return counted;
    throw new Error(`${answered} requests were answered, but the history has ${counted.completed}`);
  }, { minTimeout: 20, maxTimeout: 500, jitter: 0, maxAttempts: 8 });
}
