/**
 * Brings the database to the tables of this build.
 *
 * @module
 */
import { backup, type DatabaseSync } from "node:sqlite";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import history from "../../../migrations/0001_history.ts";
import access from "../../../migrations/0002_access.ts";
import format2 from "../../../migrations/0003_format_2.ts";
import tokenLife from "../../../migrations/0004_token_life.ts";
import { HistoryError } from "../contract/store.ts";
import { MARK_AS_OURS } from "./database.ts";
import type { HistoryTables } from "./schema.ts";

/** Migrations by name; they run in the order of their names. */
export type Migrations = Record<string, Migration>;

/**
 * Every migration of this build, by the name of its file; a name is never changed or reused. Imported by name: a
 * dynamic import would need a permission and could not be checked.
 */
export const MIGRATIONS: Migrations = {
  "0001_history": history,
  "0002_access": access,
  "0003_format_2": format2,
  "0004_token_life": tokenLife,
};

/** The names of the migrations that the database has had, in order. */
export async function executed(db: Kysely<HistoryTables>): Promise<string[]> {
  const table = await sql`select 1 from sqlite_schema where name = 'kysely_migration'`.execute(db);
  if (table.rows.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}

/** The path of a copy that is made now. */
export function nameOfCopy(backups: string, why: string): string {
  return `${backups}/${new Date().toISOString().replaceAll(":", "-")}-${why}.db`;
}

/**
 * Copies a database aside, whole and readable by its owner alone.
 *
 * @returns The path of the copy.
 */
export async function keepCopy(database: DatabaseSync, options: { backups: string; why: string }): Promise<string> {
  await Deno.mkdir(options.backups, { recursive: true, mode: 0o700 });
  const path = nameOfCopy(options.backups, options.why);
  // Made first and by us: SQLite would make it readable by everybody.
  (await Deno.open(path, { write: true, createNew: true, mode: 0o600 })).close();
  try {
    await backup(database, path);
  } catch (error) {
    // Each start on a full disk would leave another half.
    await Deno.remove(path).catch(() => {});
    throw error;
  }
  return path;
}

/**
 * Runs the migrations that are missing, all in one transaction under the write lock: a process killed on the way leaves
 * the old tables. A database that holds anything is copied to the backups first.
 *
 * @param options.onBegin Is told which are missing, before anything is done.
 * @returns The names of the migrations that ran.
 * @throws {HistoryError} With exit code 57 if the database has had a migration that this build does not know.
 */
export async function migrate(
  database: { raw: DatabaseSync; db: Kysely<HistoryTables> },
  options: { migrations: Migrations; backups: string; onBegin?: (pending: readonly string[]) => void },
): Promise<string[]> {
  const had = await executed(database.db);
  const unknown = had.find((name) => !Object.hasOwn(options.migrations, name));
  if (unknown !== undefined) {
    throw new HistoryError(
      `Cannot use this database: it has had the migration ${unknown}, which this build does not know. ` +
        "Start the newer build, or go back to the copy that it made before: upgrade back",
      { exitCode: 57 },
    );
  }
  const pending = Object.keys(options.migrations).filter((name) => !had.includes(name)).sort();
  const [first] = pending;
  if (first === undefined) return [];
  options.onBegin?.(pending);
  if (had.length > 0) await keepCopy(database.raw, { backups: options.backups, why: `before-${first}` });
  // The migrator is given the transaction, because outside of one it would make its own tables before it begins.
  await database.db.transaction().execute(async (transaction) => {
    if (had.length === 0) await sql.raw(MARK_AS_OURS).execute(transaction);
    const provider = { getMigrations: () => Promise.resolve(options.migrations) };
    const { error } = await new Migrator({ db: transaction, provider }).migrateToLatest();
    if (error !== undefined) throw error;
  });
  return pending;
}
