/**
 * 256 clients that wait for the finished record, against the echo with answers as long, in turns.
 *
 * @module
 */
import type { Helper } from "./helper.ts";
import { medianRatio, middle } from "./load_results.ts";
import type { Rivals } from "./measure_many_clients.ts";
import type { Target } from "./open_phone.ts";
import { LoadResult } from "./questions.ts";

const CLIENTS = 256;
const WARM_UP_SECONDS = 1;

/** What came of it. */
export interface MoreClients {
  padded: LoadResult;
  waited: LoadResult;
  /** The requests answered with their record, as a part of the echo's, the median of the rounds. */
  toPadded: number;
}

/** Measures for `rounds` times twice `seconds`. */
export async function measureMoreClients(
  load: Helper,
  rivals: Pick<Rivals, "padded" | "waited">,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<MoreClients> {
  const run = (target: Target, seconds: number) => load.ask({ ...target, connections: CLIENTS, seconds }, LoadResult);
  const { padded, waited } = rivals;
  for (const target of [padded, waited]) await run(target, WARM_UP_SECONDS);
  const results: Record<"padded" | "waited", LoadResult[]> = { padded: [], waited: [] };
  for (let round = 0; round < rounds; round++) {
    results.padded.push(await run(padded, seconds));
    results.waited.push(await run(waited, seconds));
  }
  return {
    padded: middle(results.padded),
    waited: middle(results.waited),
    toPadded: medianRatio(results.waited, results.padded),
  };
}
