/**
 * One server for all the tests of a file: started before the first and ended, in order, after the last.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { type RunningServer, startServer } from "../../harness/start_server.ts";

/** What the server is told: the probe, and what else a file's tests need. */
export interface ServerNeeds {
  /** Bounds that differ from the usual. */
  bounds?: Record<string, number>;
  /** Entries of `plugins` besides the probe, sources relative to this folder's parent. */
  plugins?: { name: string; source: string; config?: object }[];
}

/** The configuration of a server with the probe. */
export function configuration({ bounds = {}, plugins = [] }: ServerNeeds = {}): object {
  const here = new URL("../", import.meta.url).pathname;
  return {
    bounds,
    plugins: [{ name: "probe", source: "probe" }, ...plugins].map((plugin) => ({
      ...plugin,
      source: here + plugin.source,
    })),
  };
}

/** Starts and ends a server around the tests of the file that calls this; it may be asked for within a test only. */
export function sharedServer(needs?: ServerNeeds): () => RunningServer {
  let server: RunningServer | undefined;
  Deno.test.beforeAll(async () => {
    server = await startServer({ config: configuration(needs) });
  });
  Deno.test.afterAll(async () => {
    await using ending = server;
    const status = await ending?.stop();
    equal(status?.code, 0, ending?.output());
  });
  return () => {
    if (!server) throw new Error("Cannot use the server of this file before its tests run");
    return server;
  };
}
