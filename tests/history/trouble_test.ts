import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Fact } from "../../server/core/contract/facts.ts";
import { DEFAULT_BOUNDS, type HistoryBounds } from "../../server/history/bounds.ts";
import { Recorder } from "../../server/history/recorder.ts";
import { runModule } from "./processes.ts";
import {
  acceptance,
  completion,
  isPending,
  openIn,
  openInThread,
  query,
  refused,
  someFact,
  temporaryFolder,
  verify,
} from "./support.ts";

const REFUSED = { name: "PhoneError", code: "PHONEERR_RESOURCEUNAVAIL" };

/**
 * The real queue over the real writer in this thread, so that its connection can be given a small disk and its commits
 * be held.
 */
async function openFaulty(path: string, bounds: Partial<HistoryBounds> = {}) {
  const { database, blocks, [Symbol.dispose]: dispose } = await openInThread(path);
  let held = Promise.resolve();
  let begun = Promise.withResolvers<void>();
  const recorder = new Recorder(async (flat) => {
    begun.resolve();
    await held;
    return blocks.commit(flat);
  }, {
    bounds: { ...DEFAULT_BOUNDS, retryFirstMs: 1, retryMostMs: 4, ...bounds },
    now: Date.now,
    nameOf: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  return {
    recorder,
    /** Gives the database room for `pages` more pages. */
    room(pages: number): void {
      const { page_count } = database.raw.prepare("pragma page_count").get() as { page_count: number };
      database.raw.exec(`pragma max_page_count = ${page_count + pages}`);
    },
    /** Lets no commit begin until what it returns is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    /** Resolves when a commit begins and it is so. */
    async until(so: () => boolean): Promise<void> {
      while (!so()) {
        begun = Promise.withResolvers<void>();
        await begun.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      await recorder.close(AbortSignal.timeout(5_000));
      dispose();
    },
  };
}

/** The rows of a folder's history as `kind:detail`, in their order. */
function rows(path: string): string[] {
  return query<{ row: string }>(
    path,
    `select seq, 'accepted' as row from accepted
     union select seq, 'completed ' || request from completed
     union select seq, 'withdrawn ' || request from withdrawn
     union select seq, type from fact order by seq`,
  ).map(({ row }) => row);
}

const LARGE = { params: { params: "x".repeat(40_000) } };

const LARGE_FACT: Fact = {
  type: "handleClosed",
  application: "a-1",
  plugin: "virtual",
  phone: "virtual:desk-1",
  handle: "h-1",
  detail: { cause: "leaseExpired", lastHandle: true, completed: 1, subject: "x".repeat(40_000) },
};

Deno.test("a full disk refuses what is new, keeps what has happened, and service resumes by itself (invariant 9)", async () => {
  using folder = temporaryFolder();
  {
    await using faulty = await openFaulty(folder.path);
    const { recorder } = faulty;
    const id = await recorder.accept(acceptance());
    faulty.room(0);
    const ended: string[] = [];
    const refused = rejects(recorder.accept(acceptance(LARGE)), REFUSED).then(() => ended.push("refused"));
    const waiting = [
      recorder.complete(completion(id)).then(() => ended.push("completed")),
      recorder.withdraw(id).then(() => ended.push("withdrawn")),
      recorder.note(LARGE_FACT).then(() => ended.push("noted")),
    ];
    await refused;
    match(recorder.trouble ?? "", /The history cannot be written: database or disk is full/);
    await rejects(recorder.accept(acceptance()), REFUSED);
    deepEqual(ended, ["refused"]);
    faulty.room(1_000);
    await Promise.all(waiting);
    deepEqual(ended, ["refused", "completed", "withdrawn", "noted"]);
    equal(recorder.trouble, undefined);
    equal(await recorder.accept(acceptance()) > id, true);
  }
  deepEqual(rows(folder.path), [
    "accepted",
    "completed 1",
    "withdrawn 1",
    "handleClosed",
    "historyFailed",
    "historyResumed",
    "accepted",
  ]);
  ok(verify(folder.path).ok);
});

Deno.test("service resumes by itself when nothing but refused requests had waited, and the trouble is told once", async () => {
  using folder = temporaryFolder();
  {
    await using faulty = await openFaulty(folder.path);
    const { recorder } = faulty;
    faulty.room(0);
    await Promise.all([1, 2, 3].map(() => rejects(recorder.accept(acceptance(LARGE)), REFUSED)));
    ok(recorder.trouble);
    faulty.room(1_000);
    await faulty.until(() => recorder.trouble === undefined);
    await recorder.accept(acceptance());
  }
  deepEqual(rows(folder.path), ["historyFailed", "historyResumed", "accepted"]);
  const [failed] = query<{ detail: string }>(folder.path, "select detail from fact where type = 'historyFailed'");
  deepEqual(JSON.parse(failed?.detail ?? ""), { reason: "database or disk is full" });
});

Deno.test("a file that may not grow is trouble until there is room (a real write error, a real process)", async () => {
  using folder = temporaryFolder();
  const filling = runModule("./filling_process.ts", { args: [folder.path], fileBlocks: 2_048 });
  const next = async () => (await filling.lines.next()).value ?? "";
  match(await next(), /^The request was not accepted: the history cannot be written: disk I\/O error$/);
  match(await next(), /^The history cannot be written: disk I\/O error$/);
  {
    // The log is what is full: whoever may write moves it into the file.
    using somebody = new DatabaseSync(`${folder.path}/history.db`, { timeout: 5_000 });
    somebody.prepare("pragma wal_checkpoint(truncate)").get();
  }
  deepEqual([await next(), await next()], ["no trouble", "accepted"]);
  await filling.kill();
  ok(verify(folder.path).ok);
  const kinds = rows(folder.path);
  deepEqual(kinds.filter((kind) => kind !== "accepted"), ["historyFailed", "completed 1", "historyResumed"]);
});

Deno.test("a database that somebody has locked is trouble until they let go", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { retryFirstMs: 1, retryMostMs: 4 } });
  const { history } = opened;
  const id = await history.accept(acceptance());
  using somebody = new DatabaseSync(`${folder.path}/history.db`, { timeout: 5_000 });
  somebody.exec("begin immediate");
  await rejects(history.accept(acceptance()), REFUSED);
  match(history.trouble ?? "", /database is locked/);
  const completed = history.complete(completion(id));
  somebody.exec("rollback");
  await completed;
  equal(history.trouble, undefined);
  deepEqual(rows(folder.path).slice(0, 3), ["accepted", "historyFailed", "completed 1"]);
});

Deno.test("while as many rows wait as may, nothing is accepted, and everything else still waits its turn", async () => {
  using folder = temporaryFolder();
  await using faulty = await openFaulty(folder.path, { waitingRows: 4 });
  const { recorder } = faulty;
  const id = await recorder.accept(acceptance());
  const release = faulty.hold();
  const accepted = [recorder.accept(acceptance()), recorder.accept(acceptance()), recorder.accept(acceptance())];
  equal(recorder.trouble, undefined);
  const completed = recorder.complete(completion(id));
  equal(recorder.trouble, "The history is behind: 4 rows wait for the disk");
  await rejects(recorder.accept(acceptance()), REFUSED);
  const noted = recorder.note(someFact());
  release();
  await Promise.all([...accepted, completed, noted]);
  equal(recorder.trouble, undefined);
});

Deno.test("while the oldest row has waited as long as it may, nothing is accepted", async () => {
  using folder = temporaryFolder();
  await using faulty = await openFaulty(folder.path, { waitingMs: 0 });
  const { recorder } = faulty;
  const release = faulty.hold();
  const noted = recorder.note(someFact());
  match(recorder.trouble ?? "", /^The history is behind: a row has waited \d+ ms for the disk$/);
  await rejects(recorder.accept(acceptance()), REFUSED);
  release();
  await noted;
  equal(recorder.trouble, undefined);
});

Deno.test("facts that nobody waits for are dropped while the queue is over half its limit, and counted in the next", async () => {
  using folder = temporaryFolder();
  await using faulty = await openFaulty(folder.path, { waitingRows: 4 });
  const { recorder } = faulty;
  const release = faulty.hold();
  const noted = [1, 2, 3].map(() => recorder.note(someFact()));
  await recorder.note(refused(), { optional: true });
  await recorder.note(refused(), { optional: true });
  release();
  await Promise.all(noted);
  await recorder.note(refused({ detail: { path: "/v1/phones/:phone", status: 404 } }), { optional: true });
  await recorder.note(refused(), { optional: true });
  const details = query<{ detail: string }>(folder.path, "select detail from fact where type = 'callRefused'");
  deepEqual(details.map(({ detail }) => detail), [
    '{"path":"/v1/phones/:phone","status":404,"dropped":2}',
    '{"path":"/v1/phones","status":400}',
  ]);
});

Deno.test("closing gives up on a disk that does not answer, and says how many rows are not on it", async () => {
  using folder = temporaryFolder();
  await using faulty = await openFaulty(folder.path);
  const { recorder } = faulty;
  const release = faulty.hold();
  const noted = [1, 2].map(() => recorder.note(someFact()));
  equal(await recorder.close(AbortSignal.abort()), 2);
  for (const note of noted) ok(await isPending(note), "nobody is told that it is on disk");
  ok(await isPending(recorder.note(someFact())), "nothing is taken after the end");
  release();
});

Deno.test("closing a history that cannot be written ends in time", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const id = await opened.history.accept(acceptance());
  using somebody = new DatabaseSync(`${folder.path}/history.db`, { timeout: 5_000 });
  somebody.exec("begin immediate");
  const completed = opened.history.complete(completion(id));
  equal(await opened.close({ signal: AbortSignal.abort() }), 1);
  ok(await isPending(completed), "nobody is told that it is on disk");
});
