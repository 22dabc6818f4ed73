/**
 * How much memory the server holds for each application, handle and outstanding request: what the second thousands of each add to the first.
 *
 * @module
 */
import { retry } from "@std/async/retry";
import { z } from "zod";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { benchConfig, phoneName } from "./bench_plugin.ts";

/** So many of each, and then as many again. */
const N = 4_000;
const AT_ONCE = 32;

const Probed = z.object({ heap: z.int(), rss: z.int() });
type Probed = z.infer<typeof Probed>;

/** Bytes for each; heap after garbage collection, and resident memory, which is given back late and in large pieces. */
export interface Memory {
  application: Probed;
  handle: Probed;
  request: Probed;
}

/** Measures on a server of its own. */
export async function measureMemory(): Promise<Memory> {
  await using server = await startServer({
    config: {
      ...benchConfig(),
      // Nothing is refused, and nothing ends meanwhile.
      bounds: {
        tokenApplications: 2 * N,
        phoneHandles: 2 * N,
        inFlight: 2 * N + 1,
        operationMs: 600_000,
        leaseSeconds: 300,
      },
    },
    flags: ["--v8-flags=--expose-gc", "--preload", new URL("processes/memory_probe.ts", import.meta.url).href],
  });
  const call = api(server);
  const post = async (path: string, body: object) => {
    const answer = await call("POST", path, { body });
    if (answer.status < 300) return answer.body;
    throw new Error(`Cannot fill the server: ${path} is ${JSON.stringify(answer.body)}\n${server.output()}`);
  };
  const applications: unknown[] = [];
  const application = await measureEach(server, async () => {
    applications.push((await post("/v1/applications", { name: "Bench" })).application);
  });
  let owned: unknown;
  const handle = await measureEach(server, async (number) => {
    const privilege = number === 0 ? "owner" : "monitor";
    const opened = await post(`/v1/applications/${applications[number]}/handles`, { phone: phoneName(), privilege });
    if (number === 0) owned = opened.handle;
  });
  const request = await measureEach(server, async () => {
    await post(`/v1/handles/${owned}/requests`, { operation: "setData", dataId: 0, data: "" });
  });
  return { application, handle, request };
}

/** What one of the second N adds. The first N are the server's warming up too. */
async function measureEach(server: RunningServer, run: (number: number) => Promise<void>): Promise<Probed> {
  const numbers = Array.from({ length: 2 * N }, (_, number) => number).values();
  const some = async (count: number) => {
    let left = count;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) {
        const { value } = numbers.next();
        if (value !== undefined) await run(value);
      }
    }));
    return await probe(server);
  };
  const first = await some(N);
  const second = await some(N);
  return { heap: (second.heap - first.heap) / N, rss: (second.rss - first.rss) / N };
}

async function probe(server: RunningServer): Promise<Probed> {
  const printed = server.output().length;
  Deno.kill(server.pid, "SIGUSR2");
  return await retry(() => {
    const [, told] = /^memory (\{.*\})$/m.exec(server.output().slice(printed)) ?? [];
    if (told !== undefined) return Probed.parse(JSON.parse(told));
    throw new Error(`The server did not tell its memory\n${server.output()}`);
  }, { minTimeout: 10, maxTimeout: 100, jitter: 0, maxAttempts: 50 });
}
