/**
 * Where the server's threads spend their time under the load of 16 sockets with 16 requests under way each: `--cpu-prof`, added up.
 *
 * It does not see what the kernel does for the runtime's own loop, such as sending; that is a third of the main thread's processor time.
 *
 * @module
 */
import { z } from "zod";
import { startServer } from "../harness/start_server.ts";
import { askSockets, gatherSockets, SOCKETS_CONFIG } from "./measure_sockets.ts";
import { percent, perSecond, rows } from "./report.ts";

const SECONDS = 8;
const MOST_FUNCTIONS = 40;
/** The threads that the hot path goes through, and what Deno calls their files: each thread has one. */
const THREADS = [
  ["The main thread", /^CPU\.\d+\.\d+\.cpuprofile$/],
  ["The history's writer", /\.worker-1\.cpuprofile$/],
] as const;
/** What a thread that waits is called; a worker's start waits too. */
const IDLE = new Set(["(idle)", "(program)", "op_worker_maybe_wait_for_debugger"]);
const REPOSITORY = new URL("../../", import.meta.url).href;

/** What V8 writes, as far as it is read. */
const CpuProfile = z.object({
  nodes: z.array(z.object({
    id: z.int(),
    callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
  })),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

/** Profiles a server and tells what was found, in Markdown. */
export async function profile(folder: string): Promise<string> {
  const flags = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  await using server = await startServer({ config: SOCKETS_CONFIG, flags });
  await using load = await gatherSockets({ url: `${server.url}/v1/socket`, token: server.token });
  const result = await askSockets(load, "completed", { seconds: SECONDS });
  await server.stop();
  const told = [`${perSecond(result.perSecond)} while profiled; the start is in it too`];
  for (const [thread, file] of THREADS) {
    told.push(`${thread}:`, tell(CpuProfile.parse(JSON.parse(await readFirst(folder, file)))));
  }
  return told.join("\n\n");
}

async function readFirst(folder: string, file: RegExp): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (file.test(name)) return await Deno.readTextFile(`${folder}/${name}`);
  }
  throw new Error(`Deno has written no profile ${file} to ${folder}`);
}

function tell({ nodes, samples, timeDeltas }: z.infer<typeof CpuProfile>): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const rooms = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || IDLE.has(frame.functionName)) continue;
    const time = timeDeltas[index] ?? 0;
    const place = placeOf(frame.url);
    busy += time;
    add(functions, `${frame.functionName || "(anonymous)"} ${place && `${place}:${frame.lineNumber + 1}`}`, { time });
    add(rooms, roomOf(place, frame.functionName), { time });
  }
  const share = ([what, time]: [string, number]) => [what, percent(time / busy)];
  const sorted = (of: Map<string, number>) => [...of].toSorted(([, one], [, other]) => other - one);
  return [
    rows(["Room", "Self time"], sorted(rooms).map(share)),
    rows(["Function", "Self time"], sorted(functions).slice(0, MOST_FUNCTIONS).map(share)),
  ].join("\n\n");
}

function add(to: Map<string, number>, key: string, { time }: { time: number }): void {
  to.set(key, (to.get(key) ?? 0) + time);
}

/** Ours by path, packages by name and version, Deno's own as it calls them. */
function placeOf(url: string): string {
  if (url.startsWith(REPOSITORY)) return url.slice(REPOSITORY.length);
  return /\/npm\/[^/]+\/(.+)$/.exec(url)?.[1] ?? url;
}

/** `server/ROOM`, packages, or Deno: its own JavaScript, and what of it is native and has no place. */
function roomOf(place: string, name: string): string {
  if (place.startsWith("server/")) return place.split("/").slice(0, 2).join("/");
  if (name === "(garbage collector)") return name;
  return place === "" || /^(ext|node):/.test(place) ? "Deno" : "packages";
}
