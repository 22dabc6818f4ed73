/**
 * What a history says, to the byte: all that a check can hold against the chain, the facts and the migrations.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { CHOSEN, OLD } from "./original.ts";

/** What no fact tells: the first hash of a secret that somebody chose, the last use, the warning, counts of a minute. */
const UNHELD: Readonly<Record<string, readonly string[]>> = {
  token: ["used_at", "warned_at"],
  attempt: ["address", "since", "count"],
  kysely_migration: ["timestamp"],
  kysely_migration_lock: ["id", "is_locked"],
};

/** Columns of a table that are held. */
export function heldColumns(database: DatabaseSync, table: string): string[] {
  return database.prepare("select name from pragma_table_info(?)").all(table).map(({ name }) => String(name))
    .filter((name) => !UNHELD[table]?.includes(name));
}

/** The rows of every table, without what no fact tells. */
export interface Content {
  readonly schema: string;
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @throws What SQLite says of a file that cannot be read. */
export function contentOf(database: DatabaseSync): Content {
  const schema = database.prepare("select type, name, tbl_name, sql from sqlite_schema order by type, name").all();
  const tables = schema.filter(({ type }) => type === "table").map(({ name }) => String(name));
  return {
    schema: JSON.stringify(schema),
    tables: new Map(tables.map((table) => [table, rowsOf(database, table)])),
  };
}

function rowsOf(database: DatabaseSync, table: string): Set<string> {
  const columns = heldColumns(database, table);
  if (columns.length === 0) return new Set();
  const rows = database.prepare(
    `select ${columns.map((column) => `typeof(${column}) || hex(${column}) as ${column}`).join(", ")} from ${table}`,
  ).all();
  return new Set(rows.map((row) => JSON.stringify(table === "token" ? heldToken(row) : row)));
}

const named = (id: string) => `text${new TextEncoder().encode(id).toHex().toUpperCase()}`;

function heldToken({ hash, created_at, ...row }: Record<string, SQLOutputValue>): Record<string, SQLOutputValue> {
  const isOld = row["id"] === named(OLD);
  return { ...row, ...!isOld && { created_at }, ...!isOld && row["id"] !== named(CHOSEN) && { hash } } as typeof row;
}

/** Whether one says the same as the other. That an old secret is gone, or a token of 0.1.0, nobody can hold against it. */
export function isSame(one: Content, original: Content): boolean {
  if (one.schema !== original.schema) return false;
  for (const [table, rows] of original.tables) {
    const found = one.tables.get(table) ?? new Set();
    if (found.difference(rows).size > 0) return false;
    const gone = [...rows.difference(found)].filter((row) =>
      table !== "old_secret" && !(table === "token" && row.includes(named(OLD)))
    );
    if (gone.length > 0) return false;
  }
  return true;
}
