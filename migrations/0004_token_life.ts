/**
 * What the life of a token leaves behind: its end, its secrets before the one that it has, its last use.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds the times of tokens, and the table of their old secrets. */
const migration: Migration = {
  async up(db: Kysely<unknown>) {
    for (const time of ["expires_at", "rotated_at", "used_at", "warned_at"]) {
      await db.schema.alterTable("token").addColumn(time, "integer").execute();
    }
    await db.schema.createTable("old_secret").modifyEnd(sql`strict`)
      .addColumn("hash", "blob", (column) => column.primaryKey().notNull())
      .addColumn("token", "text", (column) => column.notNull())
      .addColumn("until", "integer", (column) => column.notNull())
      .execute();
  },
};

export default migration;
