/**
 * Whether a row keeps what it says it keeps, untimed: its fsyncs are counted, answers are looked up in the store, and
 * so are those that came before a kill under load.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { processTree } from "../process_tree.ts";
import { send } from "./load.ts";
import { type Peer, startPeer } from "./peer.ts";
import { start } from "./processes.ts";
import type { Row } from "./rows.ts";

const SAMPLED = 200;
const CLIENTS = 16;
/** How long it is loaded before it is killed. */
const UNTIL_KILL_MS = 1_200;
/** How long `strace` takes until it follows every thread. */
const ATTACHING_MS = 700;

/** What came of it. */
export interface Checked {
  /** With 1 and with 64 clients. */
  fsyncsPerRequest: { one: number; many: number };
  /** Requests that were answered, and how many of them the store has; undefined where there is no store. */
  sampled: { answered: number; found: number } | undefined;
  /** The same of those that were answered before the kill. */
  killed: { answered: number; found: number } | undefined;
}

/** Looks into a row. */
export async function checkRow(row: Row, { data }: { data: string }): Promise<Checked> {
  await using peer = await startPeer(row, { data, check: true });
  await send(peer, { connections: CLIENTS, seconds: 1 });
  const fsyncsPerRequest = { one: await fsyncs(peer, 1), many: await fsyncs(peer, 64) };
  const { count } = row;
  if (count === undefined) return { fsyncsPerRequest, sampled: undefined, killed: undefined };
  const found = async (ids: string[]) => ({ answered: ids.length, found: await count(ids, peer.folder) });
  const beside = send(peer, { connections: CLIENTS, seconds: 1 });
  const sampled = await found(await sample(peer, SAMPLED));
  await beside;
  // Its end breaks the load off, and the sample with it.
  const broken = send(peer, { connections: CLIENTS, seconds: 2 }).catch(() => {});
  const answered = sample(peer, Infinity);
  await delay(UNTIL_KILL_MS);
  await peer.kill();
  const ids = await answered;
  await broken;
  await peer.reopen();
  return { fsyncsPerRequest, sampled, killed: await found(ids) };
}

/** The ids of as many requests, one after the other, as were answered as completed; fewer if the peer ends. */
async function sample({ url, load: { headers, body } }: Peer, most: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < most) {
    const answer = await fetch(url, { method: "POST", headers, body }).then(
      (response) => response.json(),
      () => undefined,
    );
    if (answer === undefined) break;
    if (answer.state !== "completed") throw new Error(`A request was not completed: ${JSON.stringify(answer)}`);
    ids.push(String(answer.id ?? answer.requestId));
  }
  return ids;
}

/** How many fsyncs of all its processes there are for each request; NaN where `strace` is not there. */
async function fsyncs(peer: Peer, connections: number): Promise<number> {
  const report = `${peer.folder}/strace`;
  const pids = (await Promise.all(peer.roots().map(processTree))).flat();
  const attach = pids.flatMap((pid) => ["-p", `${pid}`]);
  const strace = await start(["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", report, ...attach]);
  await delay(ATTACHING_MS);
  const { requests } = await send(peer, { connections, seconds: 2 });
  await strace.stop("SIGINT");
  const calls = (await Deno.readTextFile(report)).matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*f(?:data)?sync$/gm);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0) / requests;
}
