import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { openForWriting } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { keepCopy, migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";
import { runModule } from "./processes.ts";
import { acceptance, openIn, query, temporaryFolder, verify } from "./support.ts";

const ALL = Object.keys(MIGRATIONS);

const NEXT = {
  ...MIGRATIONS,
  "9003_next": {
    async up(db: Kysely<unknown>) {
      await db.schema.createTable("next").addColumn("id", "integer").execute();
    },
  },
};

async function migrateTo(path: string, migrations: typeof MIGRATIONS): Promise<string[]> {
  using raw = openForWriting(`${path}/history.db`);
  const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });
  return await migrate({ raw, db }, { migrations, backups: `${path}/backups` });
}

function schema(path: string): unknown[] {
  return query<object>(path, "select name, sql from sqlite_schema order by name").map((row) => ({ ...row }));
}

Deno.test("a migration runs once, and nothing is backed up from a new database", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    deepEqual(opened.migrated, ALL);
  }
  await using opened = await openIn(folder.path);
  deepEqual(opened.migrated, []);
  deepEqual([...Deno.readDirSync(folder.path)].filter((entry) => entry.isDirectory), []);
});

Deno.test("a database that holds anything is copied to backups before it is migrated, for its owner's eyes only", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.history.accept(acceptance({ reference: "before" }));
  }
  deepEqual(await migrateTo(folder.path, NEXT), ["9003_next"]);
  ok(verify(folder.path).ok);
  const [backup, ...others] = [...Deno.readDirSync(`${folder.path}/backups`)].map((entry) => entry.name);
  deepEqual(others, []);
  ok(backup?.endsWith("-before-9003_next.db"), backup);
  const path = `${folder.path}/backups/${backup}`;
  equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  equal((Deno.statSync(`${folder.path}/backups`).mode ?? 0) & 0o777, 0o700);
  using database = new DatabaseSync(path, { readOnly: true });
  deepEqual(database.prepare("select reference from accepted").all().map((row) => row.reference), ["before"]);
  equal(database.prepare("select 1 from sqlite_schema where name = 'next'").get(), undefined);
});

Deno.test("a database that is newer than the build is refused with 57 and left as it is", async () => {
  using folder = temporaryFolder();
  await migrateTo(folder.path, NEXT);
  const before = schema(folder.path);
  await rejects(openIn(folder.path), {
    name: "HistoryError",
    exitCode: 57,
    message: /migration 9003_next, which this build does not know/,
  });
  deepEqual(schema(folder.path), before);
});

Deno.test("a migration that fails leaves the tables as they were, and the next start tries again", async () => {
  using folder = temporaryFolder();
  await migrateTo(folder.path, MIGRATIONS);
  const before = schema(folder.path);
  const failing = {
    ...NEXT,
    "9004_fails": {
      async up(db: Kysely<unknown>) {
        await db.schema.dropTable("token").execute();
        throw new Error("the third step fails");
      },
    },
  };
  await rejects(migrateTo(folder.path, failing), { message: "the third step fails" });
  deepEqual(schema(folder.path), before);
  deepEqual(await migrateTo(folder.path, NEXT), ["9003_next"]);
});

for (const { cut, state } of [{ cut: "0001_history", state: "new" }, { cut: "9003_next", state: "used" }]) {
  Deno.test(`a process killed in the middle of migrating a ${state} database leaves it as it was`, async () => {
    using folder = temporaryFolder();
    if (state === "used") {
      await using opened = await openIn(folder.path);
      await opened.history.accept(acceptance());
    }
    const before = state === "used" ? schema(folder.path) : [];
    const migrating = runModule("./migrating_process.ts", { args: [folder.path, cut] });
    equal((await migrating.lines.next()).value, "in the middle");
    await migrating.kill();
    deepEqual(schema(folder.path), before);
    await using opened = await openIn(folder.path);
    deepEqual(opened.migrated, state === "used" ? [] : ALL);
    equal(opened.recovered, state === "used" ? 1 : 0);
    ok(verify(folder.path).ok);
  });
}

Deno.test("two processes cannot migrate at once: the second waits for the lock, and gives up", async () => {
  using folder = temporaryFolder();
  await migrateTo(folder.path, MIGRATIONS);
  const migrating = runModule("./migrating_process.ts", { args: [folder.path, "9003_next"] });
  equal((await migrating.lines.next()).value, "in the middle");
  await rejects(migrateTo(folder.path, NEXT), { message: "database is locked" });
  await migrating.kill();
  deepEqual(await migrateTo(folder.path, NEXT), ["9003_next"]);
});

Deno.test("a copy that cannot be made leaves no half of it, start after start", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  await Deno.writeFile(file, new Uint8Array(8_192).fill(7));
  using database = new DatabaseSync(file);
  const backups = `${folder.path}/backups`;
  for (let start = 0; start < 2; start++) await rejects(keepCopy(database, { backups, why: "test" }));
  deepEqual([...Deno.readDirSync(backups)], []);
});
