/**
 * What a server of these tests is told.
 *
 * @module
 */
import { sharedServer as shared } from "../../harness/shared_server.ts";
import type { RunningServer } from "../../harness/start_server.ts";

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

/**
 * One server with the probe for the tests of the file that calls this. It keeps to itself what it would warn of, faults of plugins above all: a server
 * that is shared must not print while a test runs.
 */
export function sharedServer(needs?: ServerNeeds): () => RunningServer {
  return shared({ config: { ...configuration(needs), log: { level: "error" } } });
}
