import { DatabaseSync } from "node:sqlite";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { retry } from "@std/async/retry";
import type { OpenHistory } from "../../server/history/mod.ts";
import { acceptance, completion, openIn, query, someFact, temporaryFolder, verify } from "./support.ts";

/** Never looks by itself: what a commit finds. */
const BLIND = { bounds: { lookMs: 60_000, retryFirstMs: 1 } };

/** What somebody can do to the files of a running server, and what they are told. */
const DEEDS: Record<string, { does(file: string): void; says: string }> = {
  "deletes the database": {
    does: (file) => Deno.removeSync(file),
    says: "history.db has been deleted or moved away",
  },
  "moves the database away": {
    does: (file) => Deno.renameSync(file, `${file}.mine`),
    says: "history.db has been deleted or moved away",
  },
  "puts another database in its place": {
    does(file) {
      Deno.copyFileSync(file, `${file}.copy`);
      Deno.renameSync(`${file}.copy`, file);
    },
    says: "history.db has been replaced by another file",
  },
  "deletes the write-ahead log": {
    does: (file) => Deno.removeSync(`${file}-wal`),
    says: "history.db-wal has been deleted or moved away",
  },
  "replaces the log's index": {
    does(file) {
      Deno.writeTextFileSync(`${file}-new`, "");
      Deno.renameSync(`${file}-new`, `${file}-shm`);
    },
    says: "history.db-shm has been replaced by another file",
  },
};

/** Asks until nothing is accepted any more: before each commit is looked, but not more often than every 10 ms. */
async function untilRefused({ history }: OpenHistory): Promise<unknown> {
  for (;;) {
    try {
      await history.accept(acceptance());
    } catch (error) {
      return error;
    }
  }
}

/** Closes what was displaced; gives the copy that its words name. */
async function copyOf(opened: OpenHistory): Promise<string> {
  let copy = "";
  await rejects(async () => await opened[Symbol.asyncDispose](), (error: Error & { exitCode?: number }) => {
    equal(error.exitCode, 70);
    copy = /All of it until now is in (\S+): put that in the place of history\.db/.exec(error.message)?.[1] ?? "";
    return true;
  });
  return copy;
}

for (const [deed, { does, says }] of Object.entries(DEEDS)) {
  Deno.test(`somebody who ${deed} under a running server stops acceptance, and nothing until then is lost`, async () => {
    using folder = temporaryFolder();
    const opened = await openIn(folder.path, BLIND);
    const id = await opened.history.accept(acceptance());
    does(`${folder.path}/history.db`);
    await rejects(Promise.reject(await untilRefused(opened)), {
      code: "PHONEERR_RESOURCEUNAVAIL",
      message: `The request was not accepted: the history cannot be written: ${says}`,
    });
    equal(opened.history.trouble, says);
    await rejects(opened.history.accept(acceptance()), { code: "PHONEERR_RESOURCEUNAVAIL", message: says });
    await opened.history.complete(completion(id));
    await opened.history.note(someFact());
    equal(opened.history.trouble, says, "it does not pass by itself");
    const copy = await copyOf(opened);
    equal((Deno.statSync(copy).mode ?? 0) & 0o777, 0o600);
    using restored = temporaryFolder();
    Deno.copyFileSync(copy, `${restored.path}/history.db`);
    ok(verify(restored.path).ok);
    deepEqual(query(restored.path, "select request from completed"), [{ request: id }]);
    deepEqual(query(restored.path, "select type, detail from fact"), [
      { type: "historyFailed", detail: JSON.stringify({ reason: says }) },
      { type: "serverStarted", detail: JSON.stringify(someFact().detail) },
    ]);
  });
}

Deno.test("a history that lies elsewhere now is noticed although nothing is written, and is not asked any more", async () => {
  using folder = temporaryFolder();
  const opened = await openIn(folder.path, { bounds: { lookMs: 1 } });
  await opened.history.note(someFact());
  Deno.removeSync(`${folder.path}/history.db`);
  await retry(() => ok(opened.history.trouble !== undefined), { minTimeout: 1, maxTimeout: 20, maxAttempts: 500 });
  await rejects(opened.reader.events({}, { limit: 1 }), { message: /history\.db has been deleted/ });
  await rejects(opened.audit.verify({ signal: new AbortController().signal }), { message: /has been deleted/ });
  ok(await copyOf(opened));
});

Deno.test("a history that is taken away after the last look is copied all the same", async () => {
  using folder = temporaryFolder();
  const opened = await openIn(folder.path, BLIND);
  await opened.history.note(someFact());
  Deno.removeSync(`${folder.path}/history.db`);
  ok(await copyOf(opened));
});

Deno.test("a database that is cut is noticed", async () => {
  using folder = temporaryFolder();
  const opened = await openIn(folder.path, BLIND);
  await opened.history.note(someFact());
  Deno.truncateSync(`${folder.path}/history.db`, 4_096);
  await rejects(Promise.reject(await untilRefused(opened)), {
    message: /history\.db has been cut from \d+ to 4096 bytes/,
  });
  await rejects(async () => await opened[Symbol.asyncDispose](), { exitCode: 70 });
});

Deno.test("a write-ahead log that is cut is noticed", async () => {
  using folder = temporaryFolder();
  const opened = await openIn(folder.path, BLIND);
  const cut = async () => {
    // How long the log was is seen at the looks before and after commits, of which there is one every 10 ms.
    for (;;) {
      await opened.history.accept(acceptance());
      Deno.truncateSync(`${folder.path}/history.db-wal`);
    }
  };
  await rejects(cut, { message: /history\.db-wal has been cut from \d+ to 0 bytes/ });
  await rejects(async () => await opened[Symbol.asyncDispose](), { exitCode: 70 });
});

Deno.test("whoever moves the write-ahead log into the database, as tools that copy it do, disturbs nobody", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, BLIND);
  await opened.history.note(someFact());
  const file = `${folder.path}/history.db`;
  {
    using tool = new DatabaseSync(file);
    deepEqual({ ...tool.prepare("pragma wal_checkpoint(truncate)").get() }, { busy: 0, log: 0, checkpointed: 0 });
  }
  equal(Deno.statSync(`${file}-wal`).size, 0);
  await opened.history.note(someFact());
  equal(opened.history.trouble, undefined);
  ok(verify(folder.path).ok);
});

Deno.test("what was put in the place of a history keeps its own log", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  const opened = await openIn(folder.path, BLIND);
  await opened.history.note(someFact());
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    Deno.renameSync(name, `${name}.old`);
    Deno.writeTextFileSync(name, `another's ${name}`);
  }
  await rejects(Promise.reject(await untilRefused(opened)), { message: /history\.db has been replaced/ });
  const copy = await copyOf(opened);
  match(copy, /backups/);
  for (const name of [file, `${file}-wal`, `${file}-shm`]) equal(Deno.readTextFileSync(name), `another's ${name}`);
});
