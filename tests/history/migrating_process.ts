/**
 * A process that stops in the middle of a migration and waits to be killed.
 *
 * @module
 */
import { Kysely } from "kysely";
import { openForWriting } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";

const [path = "", cut = ""] = Deno.args;
const raw = openForWriting(`${path}/history.db`);
const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });

/** Says where it is and goes no further. */
async function stay(): Promise<void> {
  console.log("in the middle");
  await Deno.stdin.read(new Uint8Array(1));
}

const migrations = {
  ...MIGRATIONS,
  [cut]: {
    async up(transaction: Kysely<unknown>) {
      await MIGRATIONS[cut]?.up(transaction);
      await transaction.schema.createTable("half").addColumn("id", "integer").execute();
      await transaction.schema.dropTable("token").execute();
      await stay();
    },
  },
};
await migrate({ raw, db }, { migrations, backups: `${path}/backups` });
