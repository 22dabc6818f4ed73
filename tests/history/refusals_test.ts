import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { acceptance, completion, openIn, someFact, temporaryFolder } from "./support.ts";

/** Everything in a folder but the lock. */
function contents(path: string): Record<string, Uint8Array> {
  const names = [...Deno.readDirSync(path)].map((entry) => entry.name).filter((name) => name !== "lock");
  return Object.fromEntries(names.sort().map((name) => [name, Deno.readFileSync(`${path}/${name}`)]));
}

const STRANGERS: Record<string, { make: (file: string) => void; message: RegExp }> = {
  "a file that is no database": {
    make: (file) =>
      Deno.writeTextFileSync(file, "a letter to a friend, longer than the header of a database. ".repeat(5)),
    message: /it is not an SQLite database/,
  },
  "a file of a few bytes": {
    make: (file) => Deno.writeTextFileSync(file, "SQLite"),
    message: /it is not an SQLite database/,
  },
  "another program's database": {
    make: (file) => {
      using database = new DatabaseSync(file);
      database.exec("pragma journal_mode = wal; create table bookmarks (url text)");
    },
    message: /it is another program's database/,
  },
  "a database with another program's mark": {
    make: (file) => {
      using database = new DatabaseSync(file);
      database.exec("pragma application_id = 42; create table accepted (seq integer)");
    },
    message: /it is another program's database/,
  },
};

for (const [what, { make, message }] of Object.entries(STRANGERS)) {
  Deno.test(`${what} is refused with 2, in words, and left untouched`, async () => {
    using folder = temporaryFolder();
    make(`${folder.path}/history.db`);
    const before = contents(folder.path);
    await rejects(openIn(folder.path), { name: "HistoryError", exitCode: 2, message });
    deepEqual(contents(folder.path), before);
  });
}

Deno.test("a folder in the database's place is refused with 2", async () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/history.db`);
  await rejects(openIn(folder.path), { name: "HistoryError", exitCode: 2, message: /Cannot open the history/ });
});

Deno.test("a history whose pages are damaged is refused with 2", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.history.complete(completion(await opened.history.accept(acceptance())));
  }
  const file = `${folder.path}/history.db`;
  const bytes = Deno.readFileSync(file);
  bytes.fill(0x5a, 100, 4096);
  Deno.writeFileSync(file, bytes);
  await rejects(openIn(folder.path), { name: "HistoryError", exitCode: 2, message: /Cannot open the history/ });
});

Deno.test("a history whose newest block was cut off is refused with 2, and what is left of it is never written over", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    await opened.history.complete(completion(await opened.history.accept(acceptance())));
  }
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("delete from block where number = 1");
  }
  await rejects(openIn(folder.path), {
    name: "HistoryError",
    exitCode: 2,
    message: /it ends at block 0, but block 1 of/,
  });
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("delete from accepted where seq = 1");
  }
  await rejects(openIn(folder.path, { accept: true }), {
    name: "HistoryError",
    exitCode: 2,
    message: /block 0 ends at row 0, but row 2 \(completed\) is covered by no block/,
  });
});

Deno.test("a new history is readable by its owner alone", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/data`;
  await using opened = await openIn(path);
  await opened.history.note(someFact());
  equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
  const names = [...Deno.readDirSync(path)].map((entry) => entry.name).sort();
  deepEqual(names, ["history-head.json", "history.db", "history.db-shm", "history.db-wal", "lock"]);
  ok(names.every((name) => ((Deno.statSync(`${path}/${name}`).mode ?? 0) & 0o777) === 0o600));
});

Deno.test({
  name: "a history that may only be read is refused with 2",
  // Nothing is read-only to root.
  ignore: Deno.uid() === 0,
  async fn() {
    using folder = temporaryFolder();
    {
      await using opened = await openIn(folder.path);
      await opened.history.note(someFact());
    }
    Deno.chmodSync(`${folder.path}/history.db`, 0o400);
    await rejects(openIn(folder.path), {
      name: "HistoryError",
      exitCode: 2,
      message: /Cannot open the history .* for writing/,
    });
    Deno.chmodSync(`${folder.path}/history.db`, 0o600);
    Deno.chmodSync(folder.path, 0o500);
    await rejects(openIn(folder.path), { name: "HistoryError", exitCode: 2, message: /Cannot open the history/ });
    Deno.chmodSync(folder.path, 0o700);
  },
});
