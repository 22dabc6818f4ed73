/**
 * How long a start takes, and how much memory the server and its plugin hold at rest: with the plugin that the server comes with.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { startServer } from "../harness/start_server.ts";
import { residentBytes } from "./resident_bytes.ts";
import { median } from "./statistics.ts";
import { untilReady } from "./until_ready.ts";

const PATIENCE_MS = 30_000;
/** How long a started server is left alone before its memory counts. */
const REST_MS = 2_000;

/** Milliseconds and bytes. */
export interface Start {
  /** From the start of the process to `readyz`, the median. */
  ms: number;
  slowestMs: number;
  /** The same with a new data folder: the first start of all. */
  firstMs: number;
  serverBytes: number;
  pluginBytes: number;
}

/** Starts the server on a new data folder, then `times` more times on the same one. */
export async function measureStart(data: string, { times }: { times: number }): Promise<Start> {
  const token = crypto.randomUUID() + crypto.randomUUID();
  const start = async (): Promise<number> => {
    const begin = performance.now();
    await using server = await startServer({ data, token, untilListening: true });
    await untilReady(server.url, PATIENCE_MS);
    return performance.now() - begin;
  };
  const firstMs = await start();
  const all: number[] = [];
  for (let time = 0; time < times; time++) all.push(await start());

  await using server = await startServer({ data, token });
  await delay(REST_MS);
  const { own, children } = await residentBytes(server.pid);
  return { ms: median(all), slowestMs: Math.max(...all), firstMs, serverBytes: own, pluginBytes: children };
}
