/**
 * The server with its history switched off: the rooms joined as `server/command/serve.ts` joins them, over a history that only counts.
 *
 * Only to see what being on disk twice costs; nothing of it can be configured in the server itself.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { systemClock } from "../../../server/command/clock.ts";
import { readConfiguration } from "../../../server/command/configuration.ts";
import { greet, log } from "../../../server/command/print.ts";
import { writeServerFile } from "../../../server/command/server_file.ts";
import { untilToldToStop } from "../../../server/command/signals.ts";
import { createCore } from "../../../server/core/mod.ts";
import type { History, HistoryReader } from "../../../server/core/ports.ts";
import { takeDataFolder } from "../../../server/history/mod.ts";
import { createHost } from "../../../server/host/mod.ts";
import { hashSecret, serveHttp, tokenTable } from "../../../server/http/mod.ts";

/** Keeps nothing: a row's number is all that there is of it. */
function countingHistory(): History {
  let seq = 0;
  const append = () => Promise.resolve();
  return {
    trouble: undefined,
    accept: () => Promise.resolve(++seq),
    complete: append,
    withdraw: append,
    note: append,
  };
}

const nothingKept: HistoryReader = {
  request: () => Promise.resolve(undefined),
  requests: () => Promise.resolve({ items: [], next: undefined }),
  events: () => Promise.resolve({ items: [], next: undefined }),
};

async function serve(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { config: { type: "string" }, data: { type: "string" }, listen: { type: "string" } },
  });
  const configuration = await readConfiguration(values);
  using folder = await takeDataFolder(configuration.data);
  const history = countingHistory();
  const core = createCore({
    clock: systemClock,
    nextId: () => randomBytes(16).toString("base64url"),
    history,
    bounds: configuration.core,
  });
  const host = createHost({
    core,
    plugins: configuration.plugins,
    folder: folder.path,
    bounds: configuration.host,
    log,
  });
  const stop = untilToldToStop();
  await host.start();
  const secret = Deno.env.get("SWITCHROOM_BOOTSTRAP_TOKEN") ?? "";
  const server = serveHttp({
    core,
    reader: nothingKept,
    tokens: tokenTable([{
      token: { id: "t-000000000000", scopes: ["admin"], phones: null },
      hash: hashSecret(secret),
    }]),
    clock: systemClock,
    limits: configuration.http,
    health: () => ({ ready: core.condition.settled, durability: "none", reasons: [], plugins: [] }),
    note: (fact) => void history.note(fact),
    report: (error, where) => log({ plugin: "", level: "error", text: `${where}: ${error}` }),
  }, configuration.listen);
  await using _file = await writeServerFile(folder.path, { pid: Deno.pid, url: server.url });
  greet({ url: server.url, token: undefined });

  await stop;
  await core.stop();
  await Promise.all([host.stop(), server.stop()]);
}

await serve();
Deno.exit();
