/**
 * What format 2 of the history adds, as docs/history-format.md describes it. Old rows and blocks stay as they are: a
 * column that is added costs nothing, however many rows there are.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Adds the columns of format 2. */
const migration: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("accepted").addColumn("token_name", "text").execute();
    await db.schema.alterTable("completed").addColumn("took_us", "integer").execute();
    await db.schema.alterTable("fact").addColumn("token_name", "text").execute();
    await db.schema.alterTable("block").addColumn("row_hashes", "blob").execute();
    await db.schema.alterTable("block").addColumn("salts", "blob").execute();
  },
};

export default migration;
