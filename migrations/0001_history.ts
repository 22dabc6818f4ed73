/**
 * The first tables: rows, blocks and tokens, as docs/history-format.md describes them.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Tables whose rows are never changed. */
const APPEND_ONLY = ["origin", "accepted", "completed", "withdrawn", "fact", "block"];

/** Makes the tables of format 1. */
const migration: Migration = {
  async up(db: Kysely<unknown>) {
    const strict = sql`strict`;

    await db.schema.createTable("origin").modifyEnd(strict)
      .addColumn("seq", "integer", (column) => column.primaryKey().check(sql`seq = 0`))
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("history_id", "text", (column) => column.notNull())
      .execute();

    await db.schema.createTable("accepted").modifyEnd(strict)
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("operation", "text", (column) => column.notNull())
      .addColumn("phone", "text", (column) => column.notNull())
      .addColumn("plugin", "text", (column) => column.notNull())
      .addColumn("application", "text", (column) => column.notNull())
      .addColumn("application_name", "text", (column) => column.notNull())
      .addColumn("token", "text", (column) => column.notNull())
      .addColumn("handle", "text", (column) => column.notNull())
      .addColumn("reference", "text")
      .addColumn("params", "text", (column) => column.notNull())
      .execute();

    // UNIQUE: the database itself forbids a second completion.
    await db.schema.createTable("completed").modifyEnd(strict)
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("request", "integer", (column) => column.notNull().unique())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("dispatched_at", "integer")
      .addColumn("outcome", "text", (column) => column.notNull())
      .addColumn("result", "integer", (column) => column.notNull())
      .addColumn("cause", "text")
      .addColumn("message", "text")
      .addColumn("reply", "text", (column) => column.notNull())
      .execute();

    await db.schema.createTable("withdrawn").modifyEnd(strict)
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("request", "integer", (column) => column.notNull().unique())
      .execute();

    await db.schema.createTable("fact").modifyEnd(strict)
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("token", "text")
      .addColumn("application", "text")
      .addColumn("address", "text")
      .addColumn("plugin", "text")
      .addColumn("phone", "text")
      .addColumn("handle", "text")
      .addColumn("result", "integer")
      .addColumn("code", "text")
      .addColumn("detail", "text")
      .execute();

    await db.schema.createTable("block").modifyEnd(strict)
      .addColumn("number", "integer", (column) => column.primaryKey())
      .addColumn("first_seq", "integer", (column) => column.notNull())
      .addColumn("last_seq", "integer", (column) => column.notNull())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("format", "integer", (column) => column.notNull())
      .addColumn("lowest_open", "integer", (column) => column.notNull())
      .addColumn("hash", "blob", (column) => column.notNull())
      .execute();

    await db.schema.createTable("token").modifyEnd(strict)
      .addColumn("id", "text", (column) => column.primaryKey().notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("hash", "blob", (column) => column.notNull().unique())
      .addColumn("scopes", "text", (column) => column.notNull())
      .addColumn("phones", "text")
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();

    // Costs an insert nothing, and stops a careless hand in the sqlite3 shell; deleting is left to retention, which
    // takes whole blocks.
    for (const table of APPEND_ONLY) {
      await sql`create trigger ${sql.id(`${table}_is_never_changed`)} before update on ${sql.table(table)}
        begin select raise(abort, 'history rows are never changed'); end`.execute(db);
    }
  },
};

export default migration;
