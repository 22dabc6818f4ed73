/**
 * Whether the tables, triggers and indexes of a history are those that its migrations make: a trigger that somebody
 * took away, or added, changes what is written from then on, and no row tells of it.
 *
 * They are held against a database that the same migrations make in memory: that cannot be out of date.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { NodeSqliteDialect } from "./dialect.ts";
import { migrate, MIGRATIONS } from "./migrate.ts";
import type { HistoryTables } from "./schema.ts";
import { exact, toCell } from "./stored_rows.ts";

/** What a table, an index or a trigger is, by its kind and name. */
type Made = ReadonlyMap<string, string>;

/** What `analyze` leaves behind, as SQLite itself words it: it says nothing. */
const STATISTICS = [
  "table sqlite_stat1, sqlite_stat1: CREATE TABLE sqlite_stat1(tbl,idx,stat)",
  "table sqlite_stat4, sqlite_stat4: CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
];

/**
 * What is made, without statistics. Of the migrator's own tables only what columns they have: how it words them is its
 * own business.
 */
function madeIn(database: DatabaseSync): Made {
  const rows = database.prepare(
    `select type || ' ' || name as what, tbl_name as "table",
        iif(type = 'table' and name in ('kysely_migration', 'kysely_migration_lock'),
          (select group_concat(concat_ws(' ', info.name, info.type, info."notnull", info.dflt_value, info.pk))
            from pragma_table_info(sqlite_schema.name) as info), coalesce(sql, '')) as sql
      from sqlite_schema`,
  ).all();
  const found = new Map<string, string>();
  for (const { what, table, sql } of rows) {
    // Where a line is broken is a matter of how the migration is formatted.
    const made = `${table}: ${String(sql).replaceAll(/\s+/g, " ")}`;
    if (!STATISTICS.includes(`${what}, ${made}`)) found.set(String(what), made);
  }
  return found;
}

/** A database without a row that has had some migrations. */
async function made(names: readonly string[]): Promise<Made> {
  using raw = new DatabaseSync(":memory:");
  const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });
  const migrations = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => names.includes(name)));
  await migrate({ raw, db }, { migrations, backups: "" });
  return madeIn(raw);
}

/** The names of the migrations that it has had, to the byte. */
function migrationsIn(database: DatabaseSync): string[] {
  if (database.prepare("select 1 from sqlite_schema where name = 'kysely_migration'").all().length === 0) return [];
  const rows = database.prepare(`select ${exact("name")} from kysely_migration order by kysely_migration.name`).all();
  return rows.map(({ name }) => String(toCell(name)));
}

/** The first thing that is not as its migrations make it, in words; undefined if all is. Takes some 10 ms. */
export async function schemaTrouble(database: DatabaseSync): Promise<string | undefined> {
  const had = migrationsIn(database);
  const known = Object.keys(MIGRATIONS).sort();
  const strange = had.find((name, place) => name !== known[place]);
  if (strange !== undefined) {
    return `it has had the migration ${strange}, which this build does not know, or not one that comes before: its ` +
      "tables cannot be compared";
  }
  const [is, must] = [madeIn(database), await made(had)];
  for (const what of must.keys()) if (!is.has(what)) return `the ${what} is missing`;
  for (const [what, sql] of is) {
    if (!must.has(what)) return `there is a ${what}, which no migration makes`;
    if (must.get(what) !== sql) return `the ${what} is not the one that the migrations make`;
  }
  return undefined;
}
