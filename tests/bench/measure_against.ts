/**
 * This tree against another revision: both servers with the same plugin, under the same load, in turns.
 *
 * Of them only what is promised to everybody is used: the task `start`, HTTP, the socket.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import { startHelper } from "./helper.ts";
import { askSockets, gatherSockets, SOCKETS_CONFIG } from "./measure_sockets.ts";
import { REST_MS, timeStart } from "./measure_start.ts";
import { openPhone } from "./open_phone.ts";
import { processorSeconds } from "./process_tree.ts";
import { LoadResult } from "./questions.ts";
import { residentBytes } from "./resident_bytes.ts";
import { compare, type Compared } from "./statistics.ts";
import { type Both, type Rival, takeTurns } from "./turns.ts";

const SECONDS = 1.2;
const WARM_UP_SECONDS = 1.5;
/** One client that waits, after a load that did not: its requests come behind those of the load. */
const SETTLING_SECONDS = 0.05;
/** How many clients there are when processor time is told. */
const PROCESSOR_CLIENTS = 64;

const LOADS = [
  { clients: 1, answer: "waited" },
  { clients: 16, answer: "waited" },
  { clients: 64, answer: "waited" },
  { clients: 256, answer: "waited" },
  { clients: 16, answer: "accepted" },
  { clients: 64, answer: "accepted" },
  { clients: 256, answer: "accepted" },
] as const;

/** One figure of both. */
export interface Figure extends Compared {
  what: string;
  /** Of `ours` and `theirs`; their ratio has none. */
  unit: "perSecond" | "ms" | "seconds" | "bytes";
}

/** What is compared, and how. */
export interface AgainstOptions {
  /** The other revision's checkout. */
  checkout: URL;
  turns: number;
  /** Ends it before the next turn. */
  signal: AbortSignal;
  /** Told what is measured next. */
  tell(what: string): void;
}

/** Measures everything in so many turns; `folder` is for data. */
export async function measureAgainst(folder: string, options: AgainstOptions): Promise<Figure[]> {
  return [
    ...await compareClients(options),
    ...await compareSockets(options),
    await compareStarts(folder, options),
    await compareMemory(options),
  ];
}

/** This tree's server has no checkout of its own. */
function treeOf(rival: Rival, { checkout }: AgainstOptions): { checkout?: URL } {
  return rival === "theirs" ? { checkout } : {};
}

/** Starts both with a configuration; the end of its block stops both. */
async function startBoth(config: object, options: AgainstOptions): Promise<Both<RunningServer> & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const ours = undo.use(await startServer({ config, ...treeOf("ours", options) }));
  options.signal.throwIfAborted();
  const theirs = undo.use(await startServer({ config, ...treeOf("theirs", options) }));
  const both = undo.move();
  return { ours, theirs, [Symbol.asyncDispose]: () => both.disposeAsync() };
}

async function compareClients(options: AgainstOptions): Promise<Figure[]> {
  await using load = startHelper("load_client.ts", { permissions: ["--allow-net=127.0.0.1"] });
  await using servers = await startBoth(benchConfig(), options);
  const phones = { ours: await openPhone(servers.ours), theirs: await openPhone(servers.theirs) };
  const run = async (rival: Rival, { clients, answer, seconds }: typeof LOADS[number] & { seconds: number }) => {
    const { pid } = servers[rival];
    const before = await processorSeconds(pid);
    const ask = (of: "waited" | "accepted", how: { connections: number; seconds: number }) =>
      load.ask({ ...phones[rival][of], ...how }, LoadResult);
    const { perSecond, requests } = await ask(answer, { connections: clients, seconds });
    if (answer === "accepted") await ask("waited", { connections: 1, seconds: SETTLING_SECONDS });
    return { perSecond, per1000: (await processorSeconds(pid) - before) / requests * 1_000 };
  };
  for (const answer of ["waited", "accepted"] as const) {
    await takeTurns((rival) => run(rival, { clients: 64, answer, seconds: WARM_UP_SECONDS }), { ...options, turns: 1 });
  }
  const figures: Figure[] = [];
  for (const of of LOADS) {
    const what = `${of.clients} client${of.clients === 1 ? "" : "s"}, ${
      of.answer === "waited" ? "finished" : "accepted"
    }`;
    options.tell(what);
    const turns = await takeTurns((rival) => run(rival, { ...of, seconds: SECONDS }), options);
    figures.push({ what, unit: "perSecond", ...comparedBy(turns, ({ perSecond }) => perSecond) });
    if (of.answer === "accepted" || of.clients !== PROCESSOR_CLIENTS) continue;
    const processor = comparedBy(turns, ({ per1000 }) => per1000);
    figures.push({ what: `processor time of 1,000 requests, ${what}`, unit: "seconds", ...processor });
  }
  return figures;
}

async function compareSockets(options: AgainstOptions): Promise<Figure[]> {
  await using servers = await startBoth(SOCKETS_CONFIG, options);
  const gather = ({ url, token }: RunningServer) => gatherSockets({ url: `${url}/v1/socket`, token });
  await using ours = await gather(servers.ours);
  await using theirs = await gather(servers.theirs);
  const loads = { ours, theirs };
  const figures: Figure[] = [];
  for (const answer of ["accepted", "completed"] as const) {
    const what = `16 sockets with 16 requests each, ${answer}`;
    options.tell(what);
    const run = (seconds: number) => (rival: Rival) => askSockets(loads[rival], answer, { seconds });
    await takeTurns(run(WARM_UP_SECONDS), { ...options, turns: 1 });
    const turns = await takeTurns(run(SECONDS), options);
    figures.push({ what, unit: "perSecond", ...comparedBy(turns, ({ perSecond }) => perSecond) });
  }
  return figures;
}

/** With the plugin that the server comes with, on a data folder that is there and has no requests. */
async function compareStarts(folder: string, options: AgainstOptions): Promise<Figure> {
  const what = "from process start to readyz";
  options.tell(what);
  const token = crypto.randomUUID() + crypto.randomUUID();
  const start = (rival: Rival) => timeStart({ ...treeOf(rival, options), data: `${folder}/${rival}`, token });
  await takeTurns(start, { ...options, turns: 1 });
  return { what, unit: "ms", ...comparedBy(await takeTurns(start, options), (ms) => ms) };
}

/** Both rest at the same time, which takes half as long and costs neither anything. */
async function compareMemory(options: AgainstOptions): Promise<Figure> {
  const what = `memory of server and one plugin, ${REST_MS / 1_000} s after readyz`;
  options.tell(what);
  const turns: Both<number[]> = { ours: [], theirs: [] };
  for (let turn = 0; turn < options.turns; turn++) {
    await using servers = await startBoth({}, options);
    await delay(REST_MS, options);
    for (const rival of ["ours", "theirs"] as const) {
      const { own, children } = await residentBytes(servers[rival].pid);
      turns[rival].push(own + children);
    }
  }
  return { what, unit: "bytes", ...comparedBy(turns, (bytes) => bytes) };
}

function comparedBy<One>({ ours, theirs }: Both<One[]>, figure: (of: One) => number): Compared {
  return compare(ours.map(figure), theirs.map(figure));
}
