/**
 * What the peers keep requests in: each store starts on an empty folder, and can be asked how many of the acknowledged
 * requests it has with both states.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { output, type Running, start, type Words } from "./processes.ts";

const REDIS_PORT = 16_379;
const POSTGRES_PORT = 15_432;
const POSTGRES = "/usr/lib/postgresql/15/bin";
/** PostgreSQL refuses to run as root. */
const AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] as const;
const DATABASE_URL = `postgresql://postgres@127.0.0.1:${POSTGRES_PORT}/postgres`;

/** A store. */
export interface Store {
  /** The programs that it is made of. */
  programs: readonly string[];
  /** Starts it; `fresh` is whether the folder is empty, and not what a crash has left. Undefined if it has no process. */
  start(folder: string, options: { fresh: boolean }): Promise<Running | undefined>;
  /** How a peer finds it. */
  env(folder: string): Record<string, string>;
}

/** Redis with these settings. */
export function redis(settings: readonly string[]): Store {
  return {
    programs: ["redis-server", "redis-cli"],
    start: (folder) =>
      start(["redis-server", "--port", `${REDIS_PORT}`, "--bind", "127.0.0.1", "--dir", folder, ...settings], {
        ready: /Ready to accept connections/,
      }),
    env: () => ({ STORE_PORT: `${REDIS_PORT}` }),
  };
}

/** PostgreSQL that waits for the disk. */
export const POSTGRESQL: Store = {
  programs: [`${POSTGRES}/postgres`, "psql", "setpriv"],
  async start(folder, { fresh }) {
    const data = `${folder}/pg`;
    if (fresh) await makeCluster(data);
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${POSTGRES_PORT}`,
      "unix_socket_directories=",
      "max_connections=200",
      "synchronous_commit=on",
      "fsync=on",
      "shared_buffers=512MB",
      "max_wal_size=4GB",
    ].flatMap((setting) => ["-c", setting]);
    return await start([...AS_POSTGRES, `${POSTGRES}/postgres`, "-D", data, ...settings], {
      ready: /ready to accept connections/,
    });
  },
  env: () => ({ DATABASE_URL }),
};

async function makeCluster(data: string): Promise<void> {
  await Deno.mkdir(data);
  await output(["chown", "postgres:", data]);
  const options = ["--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  await output([...AS_POSTGRES, `${POSTGRES}/initdb`, "-D", data, ...options]);
  await output(["sync"]);
}

/** A file that the peer opens itself. */
export const SQLITE: Store = {
  programs: [],
  start: () => Promise.resolve(undefined),
  env: (folder) => ({ DATABASE_FILE: databaseIn(folder) }),
};

/** No store that anybody else starts. */
export const NONE: Store = { programs: [], start: () => Promise.resolve(undefined), env: () => ({}) };

/** Where the peers with SQLite have their file. */
export function databaseIn(folder: string): string {
  return `${folder}/store.db`;
}

/** What a query counts in PostgreSQL. */
export async function countInPostgres(query: string): Promise<number> {
  return Number(await output(["psql", "-X", "-A", "-t", "-d", DATABASE_URL, "-f", "-"], { input: query }));
}

/** What a query counts in a file of SQLite. */
export function countInSqlite(file: string, query: string): number {
  using database = new DatabaseSync(file, { readOnly: true });
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

/** How many jobs of BullMQ's are in Redis with the time of both states. */
export async function countInBullmq(ids: readonly string[]): Promise<number> {
  const words: Words = ["redis-cli", "-p", `${REDIS_PORT}`];
  const input = ids.map((id) => `HMGET bull:op:${id} timestamp finishedOn\nZSCORE bull:op:completed ${id}\n`).join("");
  const lines = (await output(words, { input })).split("\n");
  return ids.filter((_id, index) => lines.slice(index * 3, index * 3 + 3).every((line) => /^\d+$/.test(line))).length;
}

/** Ids as a list in SQL; they are the store's own, and have no quotes. */
export function quoted(ids: readonly string[]): string {
  return ids.map((id) => `'${id}'`).join(",");
}
