/**
 * The load: `wrk`, and what the peer and the machine have spent on it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { processorSeconds, processTree } from "../process_tree.ts";
import { readProc } from "../read_proc.ts";
import { output } from "./processes.ts";
import type { Peer } from "./peer.ts";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));
/** Devices that are disks, and not parts or layers of them; and where their line says how many flushes they have completed. */
const DISK = /^(vd[a-z]|sd[a-z]|nvme\d+n\d+)$/;
const [NAME_FIELD, FLUSHES_FIELD] = [2, 18];

/** What `wrk` has seen; milliseconds. */
export interface Seen {
  requests: number;
  seconds: number;
  p50: number;
  p99: number;
  errors: number;
}

/** One load of one row. */
export interface Load {
  connections: number;
  perSecond: number;
  p50: number;
  p99: number;
  errors: number;
  /** Processor time of everything behind the port for 1,000 requests, and how much of it was the store's own process; seconds. */
  secondsPer1000: number;
  storeSecondsPer1000: number;
  /** What the disks were told to flush, whoever told them. */
  flushesPerRequest: number;
  /** Memory at the end of it, what is shared counted once. */
  megabytes: number;
}

/** Sends one load. */
export async function send(
  peer: Peer,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Seen> {
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", SCRIPT, peer.url];
  const [, result] = /^RESULT (.*)$/m.exec(await output(["wrk", ...options], { env: peer.load.env })) ?? [];
  if (result === undefined) throw new Error("wrk has told no result: is it one that runs scripts?");
  return JSON.parse(result);
}

/** Sends one load and accounts for it. */
export async function measure(peer: Peer, options: { connections: number; seconds: number }): Promise<Load> {
  const spent = async (roots: number[]) => sum(await Promise.all(roots.map(processorSeconds)));
  const [all, store] = [await spent(peer.roots()), await spent(peer.storeRoots())];
  const flushes = await deviceFlushes();
  const { requests, seconds, ...seen } = await send(peer, options);
  const [allSince, storeSince] = [await spent(peer.roots()), await spent(peer.storeRoots())];
  return {
    connections: options.connections,
    perSecond: requests / seconds,
    ...seen,
    secondsPer1000: (allSince - all) / requests * 1_000,
    storeSecondsPer1000: (storeSince - store) / requests * 1_000,
    flushesPerRequest: (await deviceFlushes() - flushes) / requests,
    megabytes: await proportionalBytes(peer.roots()) / 1e6,
  };
}

async function deviceFlushes(): Promise<number> {
  const lines = (await readProc(["diskstats"])).trim().split("\n").map((line) => line.trim().split(/\s+/));
  const disks = lines.filter((fields) => DISK.test(fields[NAME_FIELD] ?? ""));
  return sum(disks.map((fields) => Number(fields[FLUSHES_FIELD] ?? 0)));
}

/** What these and all below them hold; a page that several processes share counts for each in part. */
async function proportionalBytes(roots: readonly number[]): Promise<number> {
  const pids = (await Promise.all(roots.map(processTree))).flat();
  const rollups = await readProc(pids.map((pid) => `${pid}/smaps_rollup`));
  return sum([...rollups.matchAll(/^Pss:\s+(\d+)/gm)].map(([, kilobytes]) => Number(kilobytes) * 1_024));
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
