/**
 * How long a start takes, and how much memory the server and its plugin hold at rest: with the plugin that the server comes with.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type StartOptions, startServer } from "../harness/start_server.ts";
import { residentBytes } from "./resident_bytes.ts";
import { median } from "./statistics.ts";
import { untilReady } from "./until_ready.ts";

const PATIENCE_MS = 30_000;
/** How long a server that is ready is left alone before its memory counts. */
export const REST_MS = 10_000;

/** Milliseconds and bytes. */
export interface Start {
  /** From the start of the process to `readyz`, on a data folder that is there already, the median. */
  ms: number;
  slowestMs: number;
  /** The same on a data folder that is new: its tables and its first token are made, too. */
  newMs: number;
  slowestNewMs: number;
  serverBytes: number;
  pluginBytes: number;
}

/** Starts the server `times` times on new data folders in `folder`, and each time once more on the same one. */
export async function measureStart(folder: string, { times }: { times: number }): Promise<Start> {
  const token = crypto.randomUUID() + crypto.randomUUID();
  await Deno.mkdir(folder);
  // The first start of all reads the files of the program from the disk, and does not count.
  await timeStart({ data: `${folder}/first`, token });
  const onNew: number[] = [];
  const again: number[] = [];
  for (let time = 0; time < times; time++) {
    const data = `${folder}/data-${time}`;
    onNew.push(await timeStart({ data, token }));
    again.push(await timeStart({ data, token }));
  }
  await using server = await startServer({ data: `${folder}/first`, token });
  await delay(REST_MS);
  const { own, children } = await residentBytes(server.pid);
  return {
    ms: median(again),
    slowestMs: Math.max(...again),
    newMs: median(onNew),
    slowestNewMs: Math.max(...onNew),
    serverBytes: own,
    pluginBytes: children,
  };
}

/** How long a server takes from its process to `readyz`, in milliseconds; it is stopped again. */
export async function timeStart(options: Pick<StartOptions, "data" | "token" | "checkout">): Promise<number> {
  const begin = performance.now();
  await using server = await startServer({ ...options, untilListening: true });
  await untilReady(server.url, PATIENCE_MS);
  return performance.now() - begin;
}
