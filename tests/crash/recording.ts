/**
 * Records what a server under load writes and syncs, and makes of it what a power failure leaves.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { Durability } from "../../server/history/mod.ts";
import { forcedTurn, placeFlags } from "../harness/places.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { type Random, randomFrom } from "../simulation/random.ts";
import { Book } from "./book.ts";
import { DiskFile, type Fate } from "./disk.ts";
import { loadUntil } from "./load.ts";
import { type FileCall, type Watch, watch } from "./strace.ts";

/** The files that make a history; the third, of shared memory, is made anew. */
const FILES = ["history.db", "history.db-wal"];
/** How many requests are acknowledged after a checkpoint before the server is killed, and before the wait for one is given up. */
const AFTER_CHECKPOINT = 200;
const MOST_REQUESTS = 20_000;

/** What was recorded. */
export interface Recording {
  token: string;
  /** When the load began, and when the server was killed. */
  began: number;
  killed: number;
  /** What the files held at the beginning, and the calls that changed them. */
  files: { name: string; before: Uint8Array; calls: FileCall[] }[];
  book: Book;
}

/** Watches a server's files under load until it is killed. */
export async function record(durability: Durability, data: string): Promise<Recording> {
  const book = new Book();
  // By itself a disk that is watched is too slow for the loop.
  const flags = await placeFlags(forcedTurn() ?? "moving");
  await using server = await startServer({ data, config: { durability }, flags });
  const { watching, paths } = await watchFiles(server);
  // Nobody asks for anything yet: what is there now was synced, or is the business of the start.
  const before = await Promise.all(paths.map((path) => Deno.readFile(path)));
  const untouched = (await Deno.stat(`${data}/history.db`)).mtime?.getTime();
  const gone = new AbortController();
  const began = Date.now();
  let enough = MOST_REQUESTS;
  await loadUntil(gone.signal, {
    server,
    random: randomFrom(began),
    book,
    applications: 8,
    onAcknowledged() {
      const { size } = book.requests;
      const checkpoint = Deno.statSync(`${data}/history.db`).mtime?.getTime() !== untouched;
      if (checkpoint) enough = Math.min(enough, size + AFTER_CHECKPOINT);
      if (size < enough || gone.signal.aborted) return;
      gone.abort();
      Deno.kill(server.pid, "SIGKILL");
    },
  });
  await server.exit;
  const killed = Date.now();
  const calls = await watching.calls();
  const files = FILES.map((name, index) => ({
    name,
    before: before[index] ?? new Uint8Array(),
    calls: calls.filter(({ file }) => file === paths[index]),
  }));
  for (const { name, before, calls } of files) {
    // Nobody knows whether a write that the kill has cut off took place.
    if (calls.some(({ ended, effect }) => ended === Infinity && effect !== "sync")) continue;
    const file = new DiskFile(before);
    file.replay(calls, killed);
    const same = file.written().toBase64() === (await Deno.readFile(`${data}/${name}`)).toBase64();
    ok(same, `${name} was changed in a way that was not seen: the cuts would show nothing`);
  }
  return { token: server.token, began, killed, files, book };
}

/** Makes the data folder that a power failure at that moment leaves; gives how many changes were uncertain. */
export async function cut(
  recording: Recording,
  { moment, fate, data, random }: {
    moment: number;
    fate: Fate;
    data: string;
    random: Random;
  },
): Promise<number> {
  await Deno.mkdir(data, { mode: 0o700 });
  let uncertain = 0;
  for (const { name, before, calls } of recording.files) {
    const file = new DiskFile(before);
    file.replay(calls, moment);
    uncertain += file.pending;
    await Deno.writeFile(`${data}/${name}`, file.found(fate, random), { mode: 0o600 });
  }
  return uncertain;
}

/** When pages have been moved from the log to the database and not yet synced there. */
export function duringCheckpoint({ files: [database] }: Recording): number {
  const writes = database?.calls.filter(({ effect }) => effect !== "sync") ?? [];
  const last = writes.at(-1);
  ok(last, "there was no checkpoint: the load does too little");
  return last.began;
}

/** Watches the files of a server's history. */
export async function watchFiles(server: RunningServer): Promise<{ paths: string[]; watching: Watch }> {
  const data = await Deno.realPath(server.data);
  const paths = FILES.map((name) => `${data}/${name}`);
  return { paths, watching: await watch(server.pid, { files: paths, log: `${data}/strace.log` }) };
}
