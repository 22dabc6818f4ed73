import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Row } from "../../server/history/chain/mod.ts";
import {
  acceptance,
  completion,
  isPending,
  openIn,
  openInThread,
  query,
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

Deno.test("rows of one turn share a commit, and rows that come during a commit share the next (group commit)", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history } = opened;
  const first = [history.accept(acceptance()), history.accept(acceptance())];
  await Promise.resolve();
  const second = [history.accept(acceptance()), history.note(someFact()), history.accept(acceptance())];
  await Promise.all([...first, ...second]);
  deepEqual(
    query<Block>(folder.path, "select number, first_seq, last_seq, lowest_open from block").map((block) => ({
      ...block,
    })),
    [
      { number: 0, first_seq: 0, last_seq: 0, lowest_open: 1 },
      { number: 1, first_seq: 1, last_seq: 2, lowest_open: 1 },
      { number: 2, first_seq: 3, last_seq: 5, lowest_open: 1 },
    ],
  );
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
  const verdict = verify(folder.path);
  deepEqual(verdict, { ok: true, blocks: opened.head().block + 1, records: 901 });
});

Deno.test("a block of any length holds its rows in their order, whatever its kinds (invariant 8)", async () => {
  using folder = temporaryFolder();
  using opened = await openInThread(folder.path);
  const expected: { seq: number; address: string }[] = [];
  let request = 0;
  for (let length = 1; length <= 40; length++) {
    const rows = Array.from({ length }, (_, index): Row => {
      const address = `${length}/${index}`;
      return { kind: "fact", cells: [1, "accessRefused", null, null, address, null, null, null, null, null, null] };
    });
    const first = opened.blocks.write(rows.flatMap((row): Row[] => [row, { kind: "withdrawn", cells: [request++] }]));
    expected.push(...rows.map(({ cells }, index) => ({ seq: first + 2 * index, address: String(cells[4]) })));
  }
  const facts = query(folder.path, "select seq, address from fact order by seq").map((row) => ({ ...row as object }));
  deepEqual(facts, expected);
  ok(verify(folder.path).ok);
});

Deno.test("a commit takes no more rows than it may", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { blockRows: 10 } });
  await Promise.all(Array.from({ length: 35 }, () => opened.history.note(someFact())));
  const sizes = query<{ rows: number }>(
    folder.path,
    "select last_seq - first_seq + 1 as rows from block where number > 0",
  );
  deepEqual(sizes.map(({ rows }) => rows), [10, 10, 10, 5]);
});

Deno.test("a block names the lowest request that is open after it, so that recovery need not scan", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history } = opened;
  const one = await history.accept(acceptance());
  const two = await history.accept(acceptance());
  await history.complete(completion(two));
  await history.complete(completion(one));
  deepEqual(
    query<Block>(folder.path, "select lowest_open from block").map((block) => block.lowest_open),
    [1, one, one, one, 5],
  );
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
