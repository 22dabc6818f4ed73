/**
 * 1,000 event streams, cut off at once and resumed at once.
 *
 * @module
 */
import { startServer } from "../harness/start_server.ts";
import { benchConfig, phoneName } from "./bench_plugin.ts";
import { startHelper } from "./helper.ts";
import { ResumptionResult } from "./questions.ts";
import { median } from "./statistics.ts";

const STREAMS = 1_000;
/** Before the cut, and as many while the streams are cut off: all together no more than a plugin may tell in one go. */
const EVENTS = 8;

/** What came of it: the median of the rounds, and everything that was ever missed. */
export type Resumption = ResumptionResult & { streams: number };

/** Cuts and resumes `rounds` times, each time other applications of the same server. */
export async function measureResumption({ rounds }: { rounds: number }): Promise<Resumption> {
  await using server = await startServer({
    config: { ...benchConfig({ plugins: rounds }), bounds: { tokenApplications: rounds * (STREAMS + 1) } },
  });
  await using crowd = startHelper("stream_crowd.ts", { permissions: ["--allow-net=127.0.0.1"] });
  const { url, token } = server;
  const results: ResumptionResult[] = [];
  for (let round = 0; round < rounds; round++) {
    const phone = phoneName({ plugin: round });
    results.push(await crowd.ask({ url, token, phone, streams: STREAMS, events: EVENTS }, ResumptionResult));
  }
  return {
    streams: STREAMS,
    ms: median(results.map(({ ms }) => ms)),
    caughtUp: median(results.map(({ caughtUp }) => caughtUp)),
    missed: results.reduce((sum, { missed }) => sum + missed, 0),
  };
}
