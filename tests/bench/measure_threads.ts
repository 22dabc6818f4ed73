/**
 * What a request takes of each thread: 64 clients that wait for the record, in turns with the echo with answers as long.
 *
 * Where there are processors enough, the thread that takes the most is the bound.
 *
 * @module
 */
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import type { Helper } from "./helper.ts";
import { echoTargets, openPhone, type Target } from "./open_phone.ts";
import { LoadResult } from "./questions.ts";
import { perSecond, rows } from "./report.ts";
import { startEcho } from "./start_echo.ts";
import { median } from "./statistics.ts";
import { type Thread, threadSeconds } from "./thread_seconds.ts";

const CLIENTS = 64;
const WARM_UP_SECONDS = 2;

/** What the threads of the server are called, in the order in which they are told. */
const SERVER: readonly [Thread, string][] = [
  ["itself: own", "the server's own"],
  ["itself: worker", "the history's writer"],
  ["itself: helpers", "V8's and the runtime's in the server"],
  ["started: own", "the plugin's own"],
  ["started: helpers", "V8's and the runtime's in the plugin"],
];
const ECHO: readonly [Thread, string][] = [
  ["itself: own", "the echo's own"],
  ["itself: helpers", "V8's and the runtime's in the echo"],
];

/** Microseconds of a processor that a request takes, of each thread that it takes any of. */
type Cost = Map<Thread, number>;

/** Measures for `rounds` times twice `seconds`, after a load that does not count; told as a table. */
export async function measureThreads(
  load: Helper,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<string> {
  await using server = await startServer({ config: benchConfig() });
  await using echo = await startEcho();
  const { waited, answerBytes } = await openPhone(server);
  const { padded } = echoTargets(echo.url, { answerBytes });
  const costOf = async ({ pid }: { pid: number }, { target, seconds }: { target: Target; seconds: number }) => {
    const before = await threadSeconds(pid);
    const { requests } = await load.ask({ ...target, connections: CLIENTS, seconds }, LoadResult);
    const after = await threadSeconds(pid);
    const cost = ([thread, spent]: [Thread, number]) => (spent - (before.get(thread) ?? 0)) / requests * 1e6;
    return new Map([...after].map((of): [Thread, number] => [of[0], cost(of)]));
  };
  const costs: Record<"server" | "echo", Cost[]> = { server: [], echo: [] };
  for (let round = 0; round <= rounds; round++) {
    const length = round === 0 ? WARM_UP_SECONDS : seconds;
    const measured = {
      server: await costOf(server, { target: waited, seconds: length }),
      echo: await costOf(echo, { target: padded, seconds: length }),
    };
    if (round === 0) continue;
    costs.server.push(measured.server);
    costs.echo.push(measured.echo);
  }
  return rows(["Thread", "A request", "With a processor to itself"], [
    ...told(SERVER, costs.server),
    ...told(ECHO, costs.echo),
  ]);
}

function told(threads: readonly [Thread, string][], costs: readonly Cost[]): string[][] {
  return threads.map(([thread, name]) => {
    const cost = median(costs.map((cost) => cost.get(thread) ?? 0));
    return [name, `${cost.toFixed(1)} µs`, perSecond(1e6 / cost)];
  });
}
