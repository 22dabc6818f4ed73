/**
 * A row that runs: its store, its front, and what its front is to be sent.
 *
 * @module
 */
import { type Running, start } from "./processes.ts";
import type { Row } from "./rows.ts";

const PORT = 18_080;

/** What a row of our own kind wants to be sent, as `load.json` says it. */
interface OwnLoad {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What every peer is sent: 200 bytes of parameters. */
const COMMON: OwnLoad = {
  path: "/op",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    device: "d-12",
    operation: "setLamp",
    params: { lamp: "line-1", mode: "blink", text: "x".repeat(158) },
  }),
};

/** One that runs. The end of its block ends it and removes its folder. */
export interface Peer extends AsyncDisposable {
  url: string;
  folder: string;
  load: OwnLoad & { env: Record<string, string> };
  /** The processes behind its port, each with all below it; and those of them that are the store's. */
  roots(): number[];
  storeRoots(): number[];
  /** Ends everything at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts the store again on what the crash has left. */
  reopen(): Promise<void>;
}

/** Starts a row on an empty folder in `data`; `check` is whether it is looked into, and not timed. */
export async function startPeer(row: Row, { data, check = false }: { data: string; check?: boolean }): Promise<Peer> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ dir: data, prefix: "row_" });
  // A store may run as somebody else.
  for (const path of [data, folder]) await Deno.chmod(path, 0o755);
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  let front: Running | undefined;
  let store: Running | undefined;
  const openStore = async (fresh: boolean) => {
    store = await row.store.start(folder, { fresh });
  };
  await openStore(true);
  undo.defer(async () => {
    // PostgreSQL waits for its clients after a SIGTERM.
    await store?.stop("SIGINT");
  });
  front = await start(row.command, {
    env: { ...row.store.env(folder), ...row.env, ...(check ? row.checkEnv : {}), PORT: `${PORT}`, DATA: folder },
    ready: /^ready$/m,
  });
  undo.defer(async () => {
    await front?.stop();
  });
  const load: OwnLoad = row.own ? JSON.parse(await Deno.readTextFile(`${folder}/load.json`)) : COMMON;
  const running = undo.move();
  const pids = (of: (Running | undefined)[]) => of.flatMap((one) => one === undefined ? [] : [one.pid]);
  return {
    url: new URL(load.path, `http://127.0.0.1:${PORT}`).href,
    folder,
    load: { ...load, env: scriptEnv(load) },
    roots: () => pids([front, store]),
    storeRoots: () => pids([store]),
    async kill() {
      const killed = [store, front].map((one) => one?.stop("SIGKILL"));
      [store, front] = [undefined, undefined];
      await Promise.all(killed);
    },
    reopen: () => openStore(false),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function scriptEnv({ headers, body }: OwnLoad): Record<string, string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return { LOAD_BODY: body, LOAD_HEADERS: lines.join("\n") };
}
