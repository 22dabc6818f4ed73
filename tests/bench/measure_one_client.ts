/**
 * One client that waits for the result, against the sum of the parts of its way.
 *
 * @module
 */
import { type Helper, startHelper } from "./helper.ts";
import type { Target } from "./open_phone.ts";
import { LoadResult, PartResult } from "./questions.ts";
import { median } from "./statistics.ts";

/** Median milliseconds; `toSum` and `p99ToP50` are the medians of the rounds' ratios. */
export interface OneClient {
  server: number;
  p99: number;
  echo: number;
  plugin: number;
  appends: number;
  toSum: number;
  /** How much longer than the middle one the slow ones take. */
  p99ToP50: number;
}

/** Measures for `rounds` times four times `seconds`, after a round that does not count; `folder` is for the parts' own history. */
export async function measureOneClient(
  load: Helper,
  { echo, server }: { echo: Target; server: Target },
  { rounds, seconds, folder }: { rounds: number; seconds: number; folder: string },
): Promise<OneClient> {
  await using parts = startHelper("parts.ts", {
    permissions: ["--allow-read", "--allow-write", "--allow-env", "--allow-run"],
    args: [folder],
  });
  const call = (target: Target) => load.ask({ ...target, connections: 1, seconds }, LoadResult);
  const part = async (part: "plugin" | "appends") => (await parts.ask({ part, seconds }, PartResult)).p50;
  const measure = async () => {
    const { p50: alone } = await call(echo);
    const plugin = await part("plugin");
    const appends = await part("appends");
    const { p50, p99 } = await call(server);
    return {
      server: p50,
      p99,
      echo: alone,
      plugin,
      appends,
      toSum: p50 / (alone + plugin + appends),
      p99ToP50: p99 / p50,
    };
  };
  await measure();
  const measured: OneClient[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await measure());
  const of = (name: keyof OneClient) => median(measured.map((round) => round[name]));
  return {
    server: of("server"),
    p99: of("p99"),
    echo: of("echo"),
    plugin: of("plugin"),
    appends: of("appends"),
    toSum: of("toSum"),
    p99ToP50: of("p99ToP50"),
  };
}
