import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { retry } from "@std/async/retry";
import type { Row } from "../../server/history/chain/mod.ts";
import type { HistoryWatch } from "../../server/history/mod.ts";
import { ForcedPlace, TURNS } from "../harness/places.ts";
import {
  acceptance,
  completion,
  isPending,
  openIn,
  openInThread,
  query,
  rowOf,
  someFact,
  temporaryFolder,
  verify,
} from "./support.ts";

interface Block {
  number: number;
  first_seq: number;
  last_seq: number;
  lowest_open: number;
}

/** Hears how many rows each commit had. */
function commits() {
  const rows: number[] = [];
  const watch: HistoryWatch = {
    committed: (commit) => void rows.push(commit.rows),
    failed() {},
    resumed() {},
    held() {},
  };
  return { rows, watch };
}

Deno.test("in the worker rows of one call share a commit, and rows that come during a commit share the next (group commit)", async () => {
  using folder = temporaryFolder();
  const { rows, watch } = commits();
  await using opened = await openIn(folder.path, { watch, place: new ForcedPlace(TURNS.worker) });
  const { history } = opened;
  const first = [history.accept(acceptance()), history.accept(acceptance())];
  await Promise.resolve();
  const second = [history.accept(acceptance()), history.note(someFact()), history.accept(acceptance())];
  await Promise.all([...first, ...second]);
  deepEqual(rows, [2, 3]);
});

/** The blocks that are on disk. */
function blocksOf(path: string): Block[] {
  const blocks = query<Block>(path, "select number, first_seq, last_seq, lowest_open from block order by number");
  return blocks.map((block) => ({ ...block }));
}

Deno.test("a block seals what was committed since the one before: when it is many rows, when it is asked for, and at the end", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path, { bounds: { lookMs: 3_600_000, commitRows: 100 } });
    const { history, audit } = opened;
    const one = await history.accept(acceptance());
    await history.note(someFact());
    deepEqual(blocksOf(folder.path).at(-1), { number: 0, first_seq: 0, last_seq: 0, lowest_open: 1 });
    deepEqual((await audit.checkpoint()).block, 1);
    deepEqual(blocksOf(folder.path).at(-1), { number: 1, first_seq: 1, last_seq: 2, lowest_open: one });
    await history.complete(completion(one));
    await Promise.all(Array.from({ length: 300 }, () => history.note(someFact())));
    deepEqual(blocksOf(folder.path).at(-1), { number: 2, first_seq: 3, last_seq: 303, lowest_open: 304 });
    await history.note(someFact());
    equal(opened.head().block, 2);
    equal((await audit.checkpoint()).block, 3);
    equal((await audit.checkpoint()).block, 3);
    await history.note(someFact());
  }
  deepEqual(blocksOf(folder.path).at(-1), { number: 4, first_seq: 305, last_seq: 305, lowest_open: 306 });
  deepEqual(verify(folder.path), { ok: true, blocks: 5, records: 306 });
});

Deno.test("what nobody asked to be sealed is sealed with the next look at the file", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { lookMs: 5 } });
  await opened.history.note(someFact());
  await retry(() => equal(opened.head().lastSeq, 1), { minTimeout: 2, maxTimeout: 100, maxAttempts: 100 });
  deepEqual(blocksOf(folder.path).at(-1), { number: 1, first_seq: 1, last_seq: 1, lowest_open: 2 });
});

Deno.test("rows that a killed server left unsealed are sealed by the next start, before it writes anything", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/left`;
  Deno.mkdirSync(path);
  {
    await using opened = await openIn(folder.path, { bounds: { lookMs: 3_600_000 } });
    await opened.history.accept(acceptance());
    await opened.history.note(someFact());
    // As it lies there when the process is killed.
    for (const file of ["history.db", "history.db-wal"]) Deno.copyFileSync(`${folder.path}/${file}`, `${path}/${file}`);
  }
  deepEqual(verify(path), { ok: true, blocks: 1, records: 1, unsealed: 2 });
  await using opened = await openIn(path);
  equal(opened.recovered, 1);
  deepEqual(blocksOf(path).map(({ first_seq, last_seq }) => [first_seq, last_seq]), [[0, 0], [1, 2], [3, 3]]);
  deepEqual(verify(path), { ok: true, blocks: 3, records: 4 });
});

Deno.test("rows are on disk in the order of the calls, and a request's id is the place of its acceptance (R25, R26)", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history } = opened;
  const ids = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const id = await history.accept(acceptance({ reference: `r${index}` }));
    await history.complete(completion(id));
    return id;
  }));
  ok(ids.every((id) => Number.isSafeInteger(id) && id > 0));
  equal(new Set(ids).size, 100);
  const rows = query<{ seq: number; reference: string }>(
    folder.path,
    "select seq, reference from accepted order by seq",
  );
  deepEqual(rows.map((row) => row.reference), ids.map((_, index) => `r${index}`));
  deepEqual(rows.map((row) => row.seq), ids);
});

Deno.test("every row is in exactly one block and the chain can be re-derived while the server runs (invariant 8)", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history } = opened;
  await Promise.all(Array.from({ length: 300 }, async () => {
    const id = await history.accept(acceptance());
    await history.note(someFact());
    await history.complete(completion(id));
  }));
  const { ok: stands, records, unsealed = 0 } = verify(folder.path);
  deepEqual([stands, records + unsealed], [true, 901]);
  await opened.audit.checkpoint();
  deepEqual(verify(folder.path), { ok: true, blocks: opened.head().block + 1, records: 901 });
});

Deno.test("a block of any length holds its rows in their order, whatever its kinds (invariant 8)", async () => {
  using folder = temporaryFolder();
  using opened = await openInThread(folder.path);
  const expected: { seq: number; address: string }[] = [];
  let request = 0;
  for (let length = 1; length <= 40; length++) {
    const rows = Array.from({ length }, (_, index): Row => {
      const address = `${length}/${index}`;
      return rowOf("fact", [1, "accessRefused", null, null, address]);
    });
    const both = rows.flatMap((row) => [row, rowOf("withdrawn", [request++])]);
    const first = opened.blocks.write(both, { seal: true });
    expected.push(...rows.map(({ cells }, index) => ({ seq: first + 2 * index, address: String(cells[4]) })));
  }
  const facts = query(folder.path, "select seq, address from fact order by seq").map((row) => ({ ...row as object }));
  deepEqual(facts, expected);
  ok(verify(folder.path).ok);
});

Deno.test("a commit takes no more rows than it may", async () => {
  using folder = temporaryFolder();
  const { rows, watch } = commits();
  await using opened = await openIn(folder.path, { bounds: { commitRows: 10 }, watch });
  await Promise.all(Array.from({ length: 35 }, () => opened.history.note(someFact())));
  deepEqual(rows, [10, 10, 10, 5]);
});

Deno.test("a block names the lowest request that is open after it, so that recovery need not scan", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, audit } = opened;
  const one = await history.accept(acceptance());
  await audit.checkpoint();
  const two = await history.accept(acceptance());
  await audit.checkpoint();
  await history.complete(completion(two));
  await audit.checkpoint();
  await history.complete(completion(one));
  await audit.checkpoint();
  deepEqual(blocksOf(folder.path).map((block) => block.lowest_open), [1, one, one, one, 5]);
});

Deno.test("the writer's own connection says that every commit reaches the disk (synchronous=FULL), or what was chosen instead", async () => {
  using folder = temporaryFolder();
  {
    await using opened = await openIn(folder.path);
    equal(opened.durability, "full");
  }
  await using opened = await openIn(folder.path, { durability: "normal" });
  equal(opened.durability, "normal");
});

Deno.test("the database itself forbids changing a row and completing a request twice (invariants 2 and 8)", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const id = await opened.history.accept(acceptance());
  await opened.history.complete(completion(id));
  await opened.history.note(someFact());
  using database = new DatabaseSync(`${folder.path}/history.db`);
  for (const table of ["origin", "accepted", "completed", "fact", "block"]) {
    throws(() => database.exec(`update ${table} set at = 1`), { message: "history rows are never changed" }, table);
  }
  throws(() =>
    database.exec(
      `insert into completed (seq, request, at, outcome, result, reply) values (99, ${id}, 1, 'failed', -1, 'sent')`,
    ), { message: "UNIQUE constraint failed: completed.request" });
});

Deno.test("a second completion is a fault of ours: nothing of it reaches the disk and the process is told to end", async () => {
  using folder = temporaryFolder();
  const fatal = Promise.withResolvers<Error>();
  await using opened = await openIn(folder.path, { onFatal: fatal.resolve });
  const id = await opened.history.accept(acceptance());
  await opened.history.complete(completion(id));
  const before = opened.head();
  const second = opened.history.complete(completion(id, { outcome: "lost" }));
  equal((await fatal.promise).message, `Cannot complete request ${id}: it is not open`);
  equal(opened.history.trouble, `Cannot complete request ${id}: it is not open`);
  await rejects(opened.history.accept(acceptance()), { code: "PHONEERR_RESOURCEUNAVAIL" });
  deepEqual(opened.head(), before);
  ok(await isPending(second), "nobody is told that it is on disk");
  ok(verify(folder.path).ok);
});

Deno.test("closing writes what waits and leaves one file", async () => {
  using folder = temporaryFolder();
  const opened = await openIn(folder.path);
  const notes = Array.from({ length: 50 }, () => opened.history.note(someFact()));
  await opened[Symbol.asyncDispose]();
  await Promise.all(notes);
  deepEqual([...Deno.readDirSync(folder.path)].map((entry) => entry.name).sort(), [
    "history-head.json",
    "history.db",
    "lock",
  ]);
  equal(query(folder.path, "select seq from fact").length, 50);
  ok(await isPending(opened.history.note(someFact())), "nothing is taken after the end");
});
