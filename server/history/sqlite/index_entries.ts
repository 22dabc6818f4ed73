/**
 * Whether the indexes say what their tables say. The chain is checked by the tables alone; a record is found by an
 * index, and one that somebody has changed hides it.
 *
 * SQLite's own `integrity_check` does it in one go, in which a worker cannot be ended; so it is done in slices.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** Rows of one slice: some 10 ms. */
const SLICE_ROWS = 8_192;

interface Index {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
}

/** The indexes. The migrations make none over a part of a table, nor over what is no column. */
function indexesIn(database: DatabaseSync): Index[] {
  const found = database.prepare(
    `select info.name as name, sqlite_schema.name as "table" from sqlite_schema
      join pragma_index_list(sqlite_schema.name) as info where sqlite_schema.type = 'table'`,
  ).all();
  const columns = database.prepare("select name from pragma_index_xinfo(?) where key = 1");
  return found.map(({ table, name }) => ({
    table: String(table),
    name: String(name),
    columns: columns.all(name ?? null).map((column) => String(column["name"])),
  }));
}

/** Compares one index with its table. */
function* compare(database: DatabaseSync, { table, name, columns }: Index): Generator<undefined, string | undefined> {
  const from = `"${table}" as own not indexed where own.rowid > ?`;
  const same = columns.map((column) => `entry."${column}" is own."${column}"`).join(" and ");
  const slice = database.prepare(
    `select count(*) as rows, max(own.rowid) as last from (select rowid from ${from} order by rowid limit ${SLICE_ROWS}) as own`,
  );
  const missing = database.prepare(
    `select own.rowid as row from ${from} and own.rowid <= ? and not exists
      (select 1 from "${table}" as entry indexed by "${name}" where ${same} and entry.rowid = own.rowid) limit 1`,
  );
  // Whoever writes rows of their own may give them any number.
  slice.setReadBigInts(true);
  missing.setReadBigInts(true);
  // Not `count(*)`, which counts the table where that is smaller.
  const entries = database.prepare(`select coalesce(sum(1), 0) as entries from "${table}" indexed by "${name}"`);
  let after = -(2n ** 63n);
  for (let rows = 0;;) {
    database.exec("begin");
    try {
      const [found] = slice.all(after);
      const count = Number(found?.["rows"]);
      rows += count;
      if (count > 0) {
        const last = found?.["last"] as bigint;
        const [row] = missing.all(after, last);
        if (row !== undefined) return `the index ${name} does not say where row ${row["row"]} of ${table} is`;
        after = last;
      }
      if (count < SLICE_ROWS) {
        const has = Number(entries.all()[0]?.["entries"]);
        return has === rows ? undefined : `the index ${name} has ${has} entries for the ${rows} rows of ${table}`;
      }
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
    yield;
  }
}

/** Compares every index with its table, in slices. @returns The first that differs, in words; undefined if none does. */
export function* indexTrouble(database: DatabaseSync): Generator<undefined, string | undefined> {
  for (const index of indexesIn(database)) {
    const found = yield* compare(database, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
