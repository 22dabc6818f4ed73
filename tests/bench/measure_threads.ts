/**
 * What a request takes of each thread: 64 and 256 clients that wait for the record, in turns with the echo with answers as long.
 *
 * Where there are processors enough, the thread that takes the most is the bound.
 *
 * @module
 */
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import type { Helper } from "./helper.ts";
import { echoTargets, openPhone, type Target } from "./open_phone.ts";
import { WrongUse } from "./options.ts";
import { LoadResult } from "./questions.ts";
import { perSecond, rows } from "./report.ts";
import { startEcho } from "./start_echo.ts";
import { median } from "./statistics.ts";
import { type Thread, threadSeconds } from "./thread_seconds.ts";

const CLIENTS = [64, 256];

/** What the threads are called, in the order in which they are told. */
const NAMES = {
  server: {
    "itself: own": "the server's own",
    "itself: worker": "the history's writer",
    "itself: others": "others of the server: V8's, the runtime's, the check of the chain",
    "started: own": "the plugin's own",
    "started: others": "others of the plugin",
  },
  echo: { "itself: own": "the echo's own", "itself: others": "others of the echo" },
} as const satisfies Record<string, Partial<Record<Thread, string>>>;

/** Microseconds of a processor that a request takes, of each thread that it takes any of. */
type Cost = Map<Thread, number>;

/**
 * Measures for `rounds` times four times `seconds`, after a round that does not count; told as a table.
 *
 * @throws {WrongUse} If there is no `/proc`.
 */
export async function measureThreads(
  load: Helper,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<string> {
  if ((await threadSeconds(Deno.pid)).size === 0) throw new WrongUse("--threads needs /proc, which only Linux has");
  await using server = await startServer({ config: benchConfig() });
  await using echo = await startEcho();
  const { waited, answerBytes } = await openPhone(server);
  const { padded } = echoTargets(echo.url, { answerBytes });
  const costOf = async (
    { pid }: { pid: number },
    { target, ...how }: { target: Target; connections: number; seconds: number },
  ): Promise<Cost> => {
    const before = await threadSeconds(pid);
    const { requests } = await load.ask({ ...target, ...how }, LoadResult);
    const after = await threadSeconds(pid);
    const cost = (thread: Thread, spent: number) => (spent - (before.get(thread) ?? 0)) / requests * 1e6;
    return new Map([...after].map(([thread, spent]) => [thread, cost(thread, spent)]));
  };
  const measure = async (how: { connections: number; seconds: number }) => ({
    server: await costOf(server, { target: waited, ...how }),
    echo: await costOf(echo, { target: padded, ...how }),
  });
  const measured = CLIENTS.map((): Record<keyof typeof NAMES, Cost>[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [which, connections] of CLIENTS.entries()) {
      const costs = await measure({ connections, seconds });
      if (round > 0) measured[which]?.push(costs);
    }
  }
  const told = (of: keyof typeof NAMES) =>
    Object.entries(NAMES[of]).map(([thread, name]) => {
      const costs = measured.map((rounds) => median(rounds.map((round) => round[of].get(thread as Thread) ?? 0)));
      return [name, ...costs.flatMap((cost) => [`${cost.toFixed(1)} µs`, perSecond(1e6 / cost)])];
    });
  const titles = CLIENTS.flatMap((clients) => [`${clients} clients`, "with a processor to itself"]);
  return rows(["Thread", ...titles], [...told("server"), ...told("echo")]);
}
