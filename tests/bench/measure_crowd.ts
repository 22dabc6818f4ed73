/**
 * Many of everything against one of everything, at the same rate: what a request takes, from when it was due until its PHONE_REPLY.
 *
 * @module
 */
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { benchConfig, phoneName } from "./bench_plugin.ts";
import { type Helper, startHelper } from "./helper.ts";
import { LoadResult, SocketCrowdResult } from "./questions.ts";
import { median, middle } from "./statistics.ts";

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
  /** The p99 of many as a multiple of one's, the median of the rounds. */
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
  for (const load of [single, crowd]) await run(load, WARM_UP_SECONDS);
  const results: { one: LoadResult; many: LoadResult }[] = [];
  for (let round = 0; round < rounds; round++) {
    results.push({ one: await run(single, seconds), many: await run(crowd, seconds) });
  }
  return {
    one: middle(results.map(({ one }) => one)),
    many: middle(results.map(({ many }) => many)),
    p99Ratio: median(results.map(({ one, many }) => many.p99 / one.p99)),
  };
}

async function gather({ url, token }: RunningServer, askers: object[]): Promise<Helper> {
  const load = startHelper("socket_load.ts", { permissions: ["--allow-net=127.0.0.1"] });
  await load.ask({ url: `${url.replace("http", "ws")}/v1/socket`, token, askers }, SocketCrowdResult);
  return load;
}
