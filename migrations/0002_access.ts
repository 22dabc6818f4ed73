/**
 * Failed attempts to get in, so that their count survives a restart.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Makes the table of attempts. */
const migration: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.createTable("attempt").modifyEnd(sql`strict`)
      .addColumn("address", "text", (column) => column.primaryKey().notNull())
      .addColumn("since", "integer", (column) => column.notNull())
      .addColumn("count", "integer", (column) => column.notNull())
      .execute();
  },
};

export default migration;
