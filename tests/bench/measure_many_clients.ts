/**
 * 64 clients: the server as it accepts (202), as it answers with the finished record, the same without its history, the echo, and the echo with answers as long as
 * that record, in turns. Whatever is accepted is completed on disk before the round counts.
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

const CLIENTS = 64;
const WARM_UP_SECONDS = 1.5;

/** Who is measured against whom. */
export interface Rivals {
  echo: Target;
  padded: Target;
  accepted: Target;
  waited: Target;
  withoutHistory: Target;
}

/** What came of it: requests a second, milliseconds, ratios. */
export interface ManyClients {
  echo: LoadResult;
  padded: LoadResult;
  accepted: LoadResult;
  waited: LoadResult;
  withoutHistory: LoadResult;
  /** The requests accepted, as a part of the echo's, the median of the rounds. */
  toEcho: number;
  /** The requests answered with their record, as a part of the echo's with answers as long. */
  toPadded: number;
  /** As `toEcho`, without history. */
  withoutHistoryToEcho: number;
  requestsPerBlock: number;
  /** Processor time of the server and its plugin for 1,000 requests answered with their record; NaN where there is no `/proc`. */
  secondsPer1000: number;
}

/** Measures for `rounds` times five times `seconds`; `server` is whose requests are on disk. */
export async function measureManyClients(
  load: Helper,
  rivals: Rivals,
  { rounds, seconds, server: { data, pid } }: {
    rounds: number;
    seconds: number;
    server: { data: string; pid: number };
  },
): Promise<ManyClients> {
  const run = (target: Target, seconds: number) => load.ask({ ...target, connections: CLIENTS, seconds }, LoadResult);
  for (const target of Object.values(rivals)) await run(target, WARM_UP_SECONDS);
  const results: Record<keyof Rivals, LoadResult[]> = {
    echo: [],
    padded: [],
    accepted: [],
    waited: [],
    withoutHistory: [],
  };
  const secondsPer1000: number[] = [];
  let blocks = 0;
  let completed = 0;
  for (let round = 0; round < rounds; round++) {
    results.echo.push(await run(rivals.echo, seconds));
    results.padded.push(await run(rivals.padded, seconds));
    for (const kind of ["accepted", "waited"] as const) {
      const before = countBlocks(data);
      const spent = await processorSeconds(pid);
      const result = await run(rivals[kind], seconds);
      const after = await completedOf(data, before.completed + result.requests);
      results[kind].push(result);
      if (kind === "waited") secondsPer1000.push((await processorSeconds(pid) - spent) / result.requests * 1_000);
      blocks += after.blocks - before.blocks;
      completed += after.completed - before.completed;
    }
    results.withoutHistory.push(await run(rivals.withoutHistory, seconds));
  }
  return {
    echo: middle(results.echo),
    padded: middle(results.padded),
    accepted: middle(results.accepted),
    waited: middle(results.waited),
    withoutHistory: middle(results.withoutHistory),
    toEcho: medianRatio(results.accepted, results.echo),
    toPadded: medianRatio(results.waited, results.padded),
    withoutHistoryToEcho: medianRatio(results.withoutHistory, results.echo),
    requestsPerBlock: completed / blocks,
    secondsPer1000: median(secondsPer1000),
  };
}

/** What the history has once every request that was answered has succeeded on disk. */
async function completedOf(data: string, answered: number): Promise<ReturnType<typeof countBlocks>> {
  return await retry(() => {
    const counted = countBlocks(data);
    if (counted.completed >= answered) return counted;
    throw new Error(`${answered} requests were answered, but the history has ${counted.completed}`);
  }, { minTimeout: 20, maxTimeout: 500, jitter: 0, maxAttempts: 8 });
}
