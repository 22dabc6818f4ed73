import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { openForWriting } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

const [FIRST = "", ...LATER] = Object.keys(MIGRATIONS);

/** A history as the first build left it. */
async function oldHistory(data: string): Promise<void> {
  using raw = openForWriting(`${data}/history.db`);
  const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });
  await migrate({ raw, db }, { migrations: { [FIRST]: MIGRATIONS[FIRST]! }, backups: `${data}/backups` });
}

Deno.test("migrate status tells what is to come and leaves no trace; migrate up does it, after a copy", async () => {
  using folder = temporaryFolder();
  const at = ["--json", "--data", folder.path];
  await oldHistory(folder.path);
  const before = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  deepEqual(jsonLines(await cli(["migrate", "status", ...at])), [
    { name: FIRST, state: "done" },
    ...LATER.map((name) => ({ name, state: "pending" })),
  ]);
  deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), before);

  deepEqual(jsonLines(await cli(["migrate", "up", ...at])), LATER.map((name) => ({ name, state: "done" })));
  equal([...Deno.readDirSync(`${folder.path}/backups`)].length, 1);
  const status = await cli(["migrate", "status", "--data", folder.path]);
  match(status.stdout, /^MIGRATION +STATE\n/);
  ok(!status.stdout.includes("pending"));
  match((await cli(["migrate", "up", "--data", folder.path])).stdout, /^Nothing to do/);
});

Deno.test("with a running server migrate status answers, and migrate up names the process that must be stopped", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const states = jsonLines(await cli(["migrate", "status", "--json", "--data", server.data]));
  deepEqual(states.map(({ state }) => state), states.map(() => "done"));
  refused(await cli(["migrate", "up", "--data", server.data]), {
    code: 2,
    words: new RegExp(`in use by process ${server.pid}`),
  });
});

Deno.test("a history that is newer than this build is told by exit code 57 (api section 1)", async () => {
  using folder = temporaryFolder();
  await oldHistory(folder.path);
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("insert into kysely_migration values ('9999_tomorrow', '2099-01-01T00:00:00.000Z')");
  }
  const status = await cli(["migrate", "status", "--data", folder.path]);
  equal(status.code, 57);
  match(status.stdout, /9999_tomorrow +unknown\n/);
  refused(await cli(["migrate", "up", "--data", folder.path]), {
    code: 57,
    words: /9999_tomorrow, which this build does not know/,
  });
});

Deno.test("without a history migrate says so and makes none", async () => {
  using folder = temporaryFolder();
  for (const word of ["status", "up"]) {
    refused(await cli(["migrate", word, "--data", folder.path]), { code: 1, words: /There is no .*history\.db/ });
  }
  await Deno.writeTextFile(`${folder.path}/history.db`, "a letter to a friend. ".repeat(20));
  refused(await cli(["migrate", "status", "--data", folder.path]), { code: 2, words: /is not an SQLite database/ });
});
