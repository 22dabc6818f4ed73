import { deepEqual, equal, match, notEqual, ok, rejects, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { makeDurable, openForWriting } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";
import { runModule } from "./processes.ts";
import { openIn, openInThread, query, rowOf, someFact, temporaryFolder, verify } from "./support.ts";

const TOKEN = {
  id: "t-1",
  name: "front desk",
  hash: new Uint8Array([1, 2, 3]),
  scopes: ["admin"],
  phones: null,
  createdAt: 1_750_000_000_000,
};

/** Opens and closes a history that gains a block. Gives its id. */
async function serveOnce(path: string): Promise<string> {
  await using opened = await openIn(path);
  await opened.history.note(someFact());
  return opened.historyId;
}

/** Kills a process that writes, once its log is expected beside the history. */
async function killOnceLogIsNoted(path: string): Promise<void> {
  const writing = runModule("./writing_process.ts", { args: [path] });
  const isLogNoted = () => JSON.parse(Deno.readTextFileSync(`${path}/history-head.json`)).log as boolean;
  // It writes for as long as somebody reads what it says.
  do ok(!(await writing.lines.next()).done); while (!isLogNoted());
  await writing.kill();
}

/** What a refused start must not touch. */
function bytesIn(path: string): (Uint8Array | undefined)[] {
  return ["history.db", "history-head.json", "plugins.json"].map((name) => {
    try {
      return Deno.readFileSync(`${path}/${name}`);
    } catch {
      return undefined;
    }
  });
}

/** A start is refused with these words; with the operator's word it goes on, says the same, and is then as any other. */
async function refusesUntilAccepted(path: string, says: RegExp): Promise<string> {
  const before = bytesIn(path);
  await rejects(openIn(path), (error: Error & { exitCode?: number }) => {
    deepEqual([error.name, error.exitCode], ["HistoryError", 2]);
    match(error.message, says);
    match(error.message, /^Cannot go on with the history \S+history\.db: .*--accept-history/);
    return true;
  });
  deepEqual(bytesIn(path), before);
  let id: string;
  {
    await using opened = await openIn(path, { accept: true });
    match(opened.accepted ?? "", says);
    id = opened.historyId;
    await opened.history.note(someFact());
  }
  await using opened = await openIn(path);
  deepEqual([opened.accepted, opened.historyId], [undefined, id]);
  return id;
}

Deno.test("a history that was deleted is not begun anew in silence", async () => {
  using folder = temporaryFolder();
  const id = await serveOnce(folder.path);
  Deno.removeSync(`${folder.path}/history.db`);
  notEqual(await refusesUntilAccepted(folder.path, /it is not there, but its block 1 of \S+Z was noted/), id);
});

Deno.test("a folder in which an older build served, which noted nothing, is known by what else lies there", async () => {
  const traces = {
    "server.json": "a server.json",
    "plugins.json": "a plugins.json",
    "history.db-wal": "its write-ahead",
  };
  for (const [trace, says] of Object.entries(traces)) {
    using folder = temporaryFolder();
    Deno.writeTextFileSync(`${folder.path}/${trace}`, "");
    await refusesUntilAccepted(folder.path, new RegExp(`it is not there, but there is ${says}`));
  }
});

Deno.test("a folder that a start got no further with than its lock begins a history", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/lock`, "7\n");
  Deno.writeTextFileSync(`${folder.path}/history.db`, "");
  await serveOnce(folder.path);
});

Deno.test("a first start that was killed before its block 0 begins a history", async () => {
  using folder = temporaryFolder();
  {
    const raw = openForWriting(`${folder.path}/history.db`);
    const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) });
    await migrate({ raw, db }, { migrations: MIGRATIONS, backups: `${folder.path}/backups` });
    makeDurable(raw, "full");
    Deno.copyFileSync(`${folder.path}/history.db`, `${folder.path}/copy`);
    raw.close();
    Deno.renameSync(`${folder.path}/copy`, `${folder.path}/history.db`);
    Deno.writeTextFileSync(`${folder.path}/history.db-wal`, "");
  }
  await serveOnce(folder.path);
});

Deno.test("an older copy in the place of a history is refused", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  const id = await serveOnce(folder.path);
  const older = Deno.readFileSync(file);
  await serveOnce(folder.path);
  Deno.writeFileSync(file, older);
  equal(
    await refusesUntilAccepted(folder.path, /it ends at block 1, but block 2 of \S+Z was noted: it is an older/),
    id,
  );
});

Deno.test("a copy that went on elsewhere in the place of a history is refused", async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  const file = `${folder.path}/history.db`;
  await serveOnce(folder.path);
  Deno.copyFileSync(file, `${elsewhere.path}/history.db`);
  await serveOnce(folder.path);
  await serveOnce(elsewhere.path);
  Deno.copyFileSync(`${elsewhere.path}/history.db`, file);
  await refusesUntilAccepted(folder.path, /block 2 of \S+Z was noted with another hash/);
});

Deno.test("another history in the place of a history is refused", async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  const id = await serveOnce(folder.path);
  const other = await serveOnce(elsewhere.path);
  Deno.copyFileSync(`${elsewhere.path}/history.db`, `${folder.path}/history.db`);
  equal(await refusesUntilAccepted(folder.path, new RegExp(`it is the history ${other}, but ${id} was noted`)), other);
});

Deno.test("a killed server's history without its write-ahead log is refused", async () => {
  using folder = temporaryFolder();
  await killOnceLogIsNoted(folder.path);
  Deno.removeSync(`${folder.path}/history.db-wal`);
  await refusesUntilAccepted(folder.path, /its write-ahead log is gone|it ends at block \d+, but block \d+/);
});

Deno.test("a start that fails takes the log of a killed server with it, and the next one misses none", async () => {
  using folder = temporaryFolder();
  await killOnceLogIsNoted(folder.path);
  const obstacle = `${folder.path}/history-head.json.new`;
  Deno.mkdirSync(obstacle);
  await rejects(openIn(folder.path), /^HistoryError: Cannot write \S+history-head\.json/);
  throws(() => Deno.statSync(`${folder.path}/history.db-wal`), Deno.errors.NotFound);
  Deno.removeSync(obstacle);
  await serveOnce(folder.path);
});

Deno.test("a history that is copied without its log has its block 0 and no token that was revoked", async () => {
  using folder = temporaryFolder();
  using copy = temporaryFolder();
  await using opened = await openIn(folder.path);
  const kept = { ...TOKEN, id: "t-2", hash: new Uint8Array([4]) };
  await opened.tokens.add(TOKEN);
  await opened.tokens.add(kept);
  await opened.tokens.remove(TOKEN.id);
  await opened.history.note(someFact());
  Deno.copyFileSync(`${folder.path}/history.db`, `${copy.path}/history.db`);
  await using copied = await openIn(copy.path);
  deepEqual([copied.historyId, copied.tokens.list()], [opened.historyId, [kept]]);
});

Deno.test("a token is not said to be revoked while somebody's reading keeps it in the file", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  await opened.tokens.add(TOKEN);
  using somebody = new DatabaseSync(`${folder.path}/history.db`, { readOnly: true });
  somebody.exec("begin");
  somebody.prepare("select * from token").all();
  await rejects(opened.tokens.remove(TOKEN.id), {
    code: "PHONEERR_RESOURCEUNAVAIL",
    message: /another program reads from its write-ahead log/,
  });
  deepEqual(opened.tokens.list(), [TOKEN], "it can be revoked again");
  somebody.exec("rollback");
  await opened.tokens.remove(TOKEN.id);
  deepEqual(opened.tokens.list(), []);
});

Deno.test("a note that cannot be read keeps no history from being opened, and is a trace of one", async () => {
  using folder = temporaryFolder();
  const note = `${folder.path}/history-head.json`;
  await serveOnce(folder.path);
  Deno.writeTextFileSync(note, "{");
  await serveOnce(folder.path);
  Deno.writeTextFileSync(note, "{");
  Deno.removeSync(`${folder.path}/history.db`);
  await refusesUntilAccepted(folder.path, /it is not there, but there is a history-head\.json/);
});

Deno.test("a start meets damage that covers much of the file, and says what it is", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  {
    using opened = await openInThread(folder.path);
    const fact = rowOf("fact", [7, "phoneConnected", null, null, null, "p", "p:1"]);
    for (let block = 0; block < 200; block++) {
      opened.blocks.write(Array.from({ length: 8 }, () => fact), { seal: true });
    }
    opened.database.raw.exec("pragma journal_mode = delete");
  }
  const leaves = query<{ page: number }>(
    folder.path,
    "select pageno as page from dbstat where name = 'fact' and pagetype = 'leaf'",
  );
  ok(leaves.length > 5);
  const bytes = Deno.readFileSync(file);
  // All but the newest, which a start reads anyway.
  for (const { page } of leaves.slice(0, -1)) bytes.fill(0xff, (page - 1) * 4_096, page * 4_096);
  Deno.writeFileSync(file, bytes);
  await using opened = await openIn(folder.path);
  match(
    opened.damaged ?? "",
    /^block \d+ is wrong: the file is damaged, SQLite cannot read it: database disk image is malformed$/,
  );
});

Deno.test("a start meets a row that was changed among its samples, and says what it is", async () => {
  using folder = temporaryFolder();
  await serveOnce(folder.path);
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("drop trigger fact_is_never_changed; update fact set type = 'serverStopped'");
  }
  ok(!verify(folder.path).ok);
  await using opened = await openIn(folder.path);
  equal(opened.damaged, "block 1 is wrong: row 1 is not the one that was written");
});
