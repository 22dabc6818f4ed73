import { deepEqual, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withBeside } from "../../server/history/sqlite/beside_chain.ts";
import { verifyChain } from "../../server/history/sqlite/verify.ts";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, openIn, query, rowOf, someFact, temporaryFolder } from "./support.ts";

/** A history with rows in every index of the chain, closed. */
async function someHistory(path: string): Promise<void> {
  await using opened = await openIn(path);
  const { history } = opened;
  await Promise.all(Array.from({ length: 20 }, async (_, count) => {
    const id = await history.accept(acceptance());
    await history.complete(completion(id));
    if (count % 2 === 0) await history.withdraw(id);
    await history.note(someFact());
  }));
}

/** What is wrong beside the chain of a folder's history, which itself is right. */
async function beside(path: string): Promise<string | undefined> {
  using database = new DatabaseSync(`${path}/history.db`, { readOnly: true });
  const chain = verifyChain(database);
  equal(chain.firstBad, undefined);
  const verdict = await withBeside(chain, { database });
  equal(verdict.ok, verdict.beside === undefined);
  return verdict.beside;
}

/** Does something to the history of a folder as somebody would who owns the file, also to what SQLite itself keeps. */
function tamper(path: string, sql: string): void {
  // Deno knows the option, its types do not.
  using database = new DatabaseSync(`${path}/history.db`, { defensive: false } as object);
  database.exec(`pragma writable_schema = on; ${sql}; pragma writable_schema = reset`);
}

/** The same, to a copy. */
async function besideAfter(bytes: Uint8Array, sql: string): Promise<string | undefined> {
  using folder = temporaryFolder();
  await Deno.writeFile(`${folder.path}/history.db`, bytes);
  for (const step of sql.split(";;")) tamper(folder.path, step);
  return await beside(folder.path);
}

Deno.test("nothing is wrong beside a chain that nobody touched: of this build, of 0.1.0 before and after its migration, with statistics", async () => {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  equal(await beside(folder.path), undefined);
  tamper(folder.path, "analyze");
  equal(await beside(folder.path), undefined);
  await using again = await openIn(folder.path);
  equal(again.damaged, undefined);

  using old = temporaryFolder();
  await writeFormat1(old.path, [[rowOf("withdrawn", [9])]]);
  equal(await beside(old.path), undefined);
  await (await openIn(old.path))[Symbol.asyncDispose]();
  equal(await beside(old.path), undefined);
});

Deno.test("a table, trigger or index that is missing, changed or added is found and named, also by the next start", async () => {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  const bytes = Deno.readFileSync(`${folder.path}/history.db`);
  const found = async (sql: string) => await besideAfter(bytes, sql);
  const TRIGGER = "trigger fact_is_never_changed";
  equal(await found(`drop ${TRIGGER}`), `the ${TRIGGER} is missing`);
  equal(
    await found(`drop ${TRIGGER}; create ${TRIGGER} before update on fact begin select 1; end`),
    `the ${TRIGGER} is not the one that the migrations make`,
  );
  equal(
    await found("create trigger quiet after insert on fact begin delete from fact where seq = new.seq; end"),
    "there is a trigger quiet, which no migration makes",
  );
  equal(await found("create index quick on fact (token)"), "there is a index quick, which no migration makes");
  equal(await found("create table mine (x)"), "there is a table mine, which no migration makes");
  equal(await found("create view mine as select 1"), "there is a view mine, which no migration makes");
  equal(await found("drop table attempt"), "the table attempt is missing");
  // As `analyze` would name them, which SQLite lets nobody do who does not write into its schema.
  for (const name of ["sqlite_stat9_a", "sqlite_stat1"]) {
    const sql = `create trigger ${name} after insert on fact begin delete from token; end`;
    equal(
      await found(`insert into sqlite_schema values ('trigger', '${name}', 'fact', 0, '${sql}')`),
      `there is a trigger ${name}, which no migration makes`,
    );
  }
  match(
    await found(
      "analyze;; update sqlite_schema set sql = replace(sql, 'stat)', 'stat, more)') where name = 'sqlite_stat1'",
    ) ?? "",
    /^there is a table sqlite_stat1, /,
  );
  equal(
    await found("alter table token add column more text"),
    "the table token is not the one that the migrations make",
  );
  equal(
    await found("update sqlite_schema set sql = replace(sql, ' not null', '') where name = 'accepted'"),
    "the table accepted is not the one that the migrations make",
  );
  match(
    await found("delete from kysely_migration where name = '0001_history'") ?? "",
    /^it has had the migration 0002_/,
  );
  match(
    await found("update kysely_migration set name = name || char(0)") ?? "",
    /^it has had the migration 0001_history\0,/,
  );
  for (
    const change of [
      "alter table kysely_migration add column more",
      "update sqlite_schema set sql = replace(sql, ' not null', '') where name = 'kysely_migration'",
    ]
  ) equal(await found(change), "the table kysely_migration is not the one that the migrations make");
  match(
    await found("insert into kysely_migration values ('9999_tomorrow', '')") ?? "",
    /^it has had the migration 9999_tomorrow, which this build does not know/,
  );

  tamper(folder.path, `drop ${TRIGGER}`);
  await using opened = await openIn(folder.path);
  equal(opened.damaged, `beside the chain: the ${TRIGGER} is missing`);
  const { ok: stands, firstBad, beside: told } = await opened.audit.verify({ signal: new AbortController().signal });
  deepEqual([stands, firstBad, told], [false, undefined, `the ${TRIGGER} is missing`]);
});

Deno.test("an index that does not say what its table says is found, whether an entry is missing, too many or another's", async () => {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  const bytes = Deno.readFileSync(`${folder.path}/history.db`);
  const INDEX = "sqlite_autoindex_completed_1";
  const [row] = query<{ seq: number }>(folder.path, "select seq from completed order by seq limit 1");
  // The table as if it had no index, then what is done to it, then the index again.
  const behind = (change: string, table = "completed") => {
    const [made] = query<{ sql: string; root: number }>(
      folder.path,
      `select own.sql, entry.rootpage as root from sqlite_schema as own join sqlite_schema as entry on entry.tbl_name = own.name
        where own.name = '${table}' and entry.name = 'sqlite_autoindex_${table}_1'`,
    );
    return [
      `delete from sqlite_schema where name = 'sqlite_autoindex_${table}_1'; ` +
      `update sqlite_schema set sql = replace(sql, ' unique', '') where name = '${table}'`,
      change,
      `insert into sqlite_schema values ('index', 'sqlite_autoindex_${table}_1', '${table}', ${made?.root}, null); ` +
      `update sqlite_schema set sql = '${made?.sql}' where name = '${table}'`,
    ].join(";;");
  };
  equal(await besideAfter(bytes, behind("select 1")), undefined);
  // Taken out with its entry, put back without.
  equal(
    await besideAfter(
      bytes,
      `create table kept as select * from completed where seq = ${row?.seq};; delete from completed where seq = ${row?.seq};;` +
        behind("insert into completed select * from kept; drop table kept"),
    ),
    `the index ${INDEX} does not say where row ${row?.seq} of completed is`,
  );
  equal(
    await besideAfter(
      bytes,
      "insert into completed select 9000, 9000, at, null, outcome, 0, null, null, reply, null from completed limit 1;;" +
        behind("delete from completed where seq = 9000"),
    ),
    `the index ${INDEX} has 21 entries for the 20 rows of completed`,
  );
  // A table whose rows are no longer than the entries.
  equal(
    await besideAfter(
      bytes,
      `insert into withdrawn values (9000, 9000);;${behind("delete from withdrawn where seq = 9000", "withdrawn")}`,
    ),
    "the index sqlite_autoindex_withdrawn_1 has 11 entries for the 10 rows of withdrawn",
  );
  match(
    await besideAfter(
      bytes,
      `update sqlite_schema set rootpage = (select sum(rootpage) from sqlite_schema where name in ('${INDEX}', 'sqlite_autoindex_withdrawn_1')) - rootpage ` +
        `where name in ('${INDEX}', 'sqlite_autoindex_withdrawn_1')`,
    ) ?? "",
    /^the index sqlite_autoindex_(completed|withdrawn)_1 does not say where row \d+ of /,
  );
});
