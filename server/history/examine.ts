/**
 * What can be said of a history's file that no server has open: whether it is whole, and which migrations it has had.
 *
 * @module
 */
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { wordsOf } from "../core/contract/errors.ts";
import { faultOf } from "../core/contract/history.ts";
import { tracesIn } from "./noted_head.ts";
import { quietFile } from "./quiet_file.ts";
import { absence, discontinuity } from "./sqlite/continuity.ts";
import { withBeside } from "./sqlite/beside_chain.ts";
import { sampleChain } from "./sqlite/chain_samples.ts";
import { openForReading, saysNothing } from "./sqlite/database.ts";
import { NodeSqliteDialect } from "./sqlite/dialect.ts";
import { executed, MIGRATIONS } from "./sqlite/migrate.ts";
import type { HistoryTables } from "./sqlite/schema.ts";
import { schemaTrouble } from "./sqlite/tables_as_made.ts";
import { verifyChain } from "./sqlite/verify.ts";

/** Bytes of a file that is looked at row by row, at most. */
const MOST_BYTES = 1_073_741_824;

/** A migration: the database has had it, will have it at the next start, or has had it from a newer build. */
export interface MigrationState {
  name: string;
  state: "done" | "pending" | "unknown";
}

/** What was found. */
export interface Examination {
  /** In the order of their names. */
  migrations: MigrationState[];
  /** Wall time of the newest block, milliseconds; undefined if there is none. */
  newestAt: number | undefined;
  /** Why a start would refuse it: it is older than the history that was here, or another. In words. */
  discontinuity: string | undefined;
  /** What is damaged, in words; undefined if nothing was found. */
  damage: string | undefined;
  /** Why it could not be looked at, in words, which says nothing of the file; undefined if it could. */
  unseen: string | undefined;
  /** Whether every row was looked at; only asked for, and up to 1 GiB: of a larger one a few blocks are. */
  thorough: boolean;
}

/**
 * Looks at the file of a history; a server may be running.
 *
 * @param options.thorough Whether to look at every row and re-derive the chain.
 * @throws {HistoryError} If it is not a history, or cannot be looked at.
 */
export async function examineHistory(path: string, options: { thorough: boolean }): Promise<Examination> {
  await using readable = await quietFile(path);
  const { size } = await Deno.stat(path);
  const traces = await tracesIn(dirname(path));
  const thorough = options.thorough && size <= MOST_BYTES;
  try {
    using database = openForReading(readable.path);
    const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(database) });
    const migrations = statesOf(await executed(db));
    // What a newer build has made cannot be compared.
    const isComparable = migrations.every(({ state }) => state !== "unknown");
    return {
      migrations,
      newestAt: newestOf(database),
      discontinuity: absence(traces, { isThere: true }) ?? discontinuity(database, traces),
      damage: options.thorough && isComparable ? await (thorough ? damageOf : sampleOf)(database) : undefined,
      unseen: undefined,
      thorough,
    };
  } catch (error) {
    return {
      migrations: [],
      newestAt: undefined,
      discontinuity: undefined,
      ...(saysNothing(error)
        ? { damage: undefined, unseen: wordsOf(error) }
        : { damage: `the file is damaged: ${wordsOf(error)}`, unseen: undefined }),
      thorough: false,
    };
  }
}

/** Why a start would refuse a data folder in which no history lies, in words; undefined if none ever did. */
export async function examineAbsence(folder: string): Promise<string | undefined> {
  return absence(await tracesIn(folder), { isThere: false });
}

function statesOf(had: readonly string[]): MigrationState[] {
  const names = [...new Set([...had, ...Object.keys(MIGRATIONS)])].sort();
  return names.map((name) => ({
    name,
    state: !had.includes(name) ? "pending" : Object.hasOwn(MIGRATIONS, name) ? "done" : "unknown",
  }));
}

function newestOf(database: DatabaseSync): number | undefined {
  const row = database.prepare("select at from block order by number desc limit 1").get();
  return row === undefined ? undefined : Number(row["at"]);
}

/** What is wrong with some of its blocks, or with its tables. */
async function sampleOf(database: DatabaseSync): Promise<string | undefined> {
  return sampleChain(database) ?? faultOf({ beside: await schemaTrouble(database) });
}

/** What SQLite finds wrong in the file, else what is wrong in the chain or beside it. */
async function damageOf(database: DatabaseSync): Promise<string | undefined> {
  const found = Object.values(database.prepare("pragma quick_check(1)").get() ?? {})[0];
  if (found !== "ok") return `the file is damaged: ${found}`;
  return faultOf(await withBeside(verifyChain(database), { database }));
}
