/**
 * One server for all the tests of a file: started before the first and ended, in order, after the last.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { type RunningServer, type StartOptions, startServer } from "./start_server.ts";

/** Starts and ends a server around the tests of the file that calls this; it may be asked for within a test only. */
export function sharedServer(options?: StartOptions): () => RunningServer {
  let server: RunningServer | undefined;
  Deno.test.beforeAll(async () => {
    server = await startServer(options);
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
