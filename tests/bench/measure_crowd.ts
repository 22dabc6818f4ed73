/**
 * Many of everything against one of everything, at the same rate: what a request takes, from when it was due until its PHONE_REPLY.
 *
 * @module
 */
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { benchConfig, phoneName } from "./bench_plugin.ts";
import { type Helper, startHelper } from "./helper.ts";
import { middle } from "./load_results.ts";
import { LoadResult, SocketCrowdResult } from "./questions.ts";
import { median } from "./statistics.ts";

const PLUGINS = 10;
const PHONES = 50;
const APPLICATIONS = 1_000;
/** Requests a second; far from what the server can do, so that it is the crowd that is seen and not a queue. */
export const RATE = 500;
const WARM_UP_SECONDS = 3;

const OWNER = { privilege: "owner", method: "phoneSetLamp", params: { lamp: 12, mode: "steady" } } as const;
const MONITOR = { privilege: "monitor", method: "phoneDevSpecific", params: { params: "" } } as const;

/** What came of it. */
export interface Crowd {
  one: LoadResult;
  many: LoadResult;
  /** The p99 of many as a multiple of one's, medians of the rounds. */
  p99Ratio: number;
}

/** Measures for `rounds` times twice `seconds`. */
export async function measureCrowd({ rounds, seconds }: { rounds: number; seconds: number }): Promise<Crowd> {
  await using one = await startServer({ config: benchConfig() });
  await using many = await startServer({
    config: { ...benchConfig({ plugins: PLUGINS, phones: PHONES }), bounds: { sockets: APPLICATIONS } },
  });
  await using single = await gather(one, [{ ...OWNER, phone: phoneName() }]);
  await using crowd = await gather(
    many,
    Array.from({ length: APPLICATIONS }, (_, number) => {
      // Each phone has an owner and a monitor, and requests that follow each other go to different plugins.
      const phone = Math.floor(number / PLUGINS) % PHONES;
      return {
        ...(number < PLUGINS * PHONES ? OWNER : MONITOR),
        phone: phoneName({ plugin: number % PLUGINS, phone }),
      };
    }),
  );
  const run = (load: Helper, seconds: number) =>
    load.ask({ perSecond: RATE, seconds, until: "reply", replies: true }, LoadResult);
  // One after the other, each without a pause: what has been idle for seconds collects its garbage when it is asked again, the more it holds the longer.
  const steadily = async (load: Helper) => {
    await run(load, WARM_UP_SECONDS);
    const results: LoadResult[] = [];
    for (let round = 0; round < rounds; round++) results.push(await run(load, seconds));
    return results;
  };
  const ones = await steadily(single);
  const manys = await steadily(crowd);
  return { one: middle(ones), many: middle(manys), p99Ratio: medianP99(manys) / medianP99(ones) };
}

function medianP99(results: readonly LoadResult[]): number {
  return median(results.map(({ p99 }) => p99));
}

async function gather({ url, token }: RunningServer, askers: object[]): Promise<Helper> {
  const load = startHelper("socket_load.ts", { permissions: ["--allow-net=127.0.0.1"] });
  await load.ask({ url: `${url.replace("http", "ws")}/v1/socket`, token, askers }, SocketCrowdResult);
  return load;
}
