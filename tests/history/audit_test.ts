import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { acceptance, completion, openIn, someFact, temporaryFolder } from "./support.ts";

const never = () => new AbortController().signal;

Deno.test("api 2 a checkpoint covers all that is on disk", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const first = await opened.audit.checkpoint();
  deepEqual([first.historyId, first.block], [opened.historyId, 0]);
  await opened.history.note(someFact());
  const second = await opened.audit.checkpoint();
  const { hash, block, lastSeq, at } = opened.head();
  equal(lastSeq, 1);
  deepEqual(second, { historyId: opened.historyId, block, hash, at: new Date(at).toISOString() });
  equal(block, 1);
});

Deno.test("api 2 a check re-derives the chain while the history is written, and knows a checkpoint that was kept", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, audit } = opened;
  const checkpoint = await audit.checkpoint();
  const checking = audit.verify({ kept: [checkpoint], signal: never() });
  for (let count = 0; count < 20; count++) await history.complete(completion(await history.accept(acceptance())));
  ok((await checking).ok);
  const { ok: stands, records, unsealed } = await audit.verify({ kept: [checkpoint], signal: never() });
  deepEqual([stands, records, unsealed], [true, 41, undefined]);
  const { firstBad } = await audit.verify({ kept: [{ ...checkpoint, hash: "1".repeat(64) }], signal: never() });
  match(String(firstBad?.problem), /a checkpoint says 1{64}/);
});

Deno.test("a check holds the chain against what this process wrote last: an end that was cut off while it runs is found", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  for (let count = 0; count < 2; count++) {
    await opened.history.note(someFact());
    await opened.audit.checkpoint();
  }
  using database = new DatabaseSync(`${folder.path}/history.db`);
  database.exec("delete from fact where seq = 2; delete from block where number = 2");
  deepEqual(await opened.audit.verify({ signal: never() }), {
    ok: false,
    blocks: 2,
    records: 2,
    firstBad: { block: 2, problem: "the block is missing: a checkpoint says that there was a block 2" },
  });
});

Deno.test("a check is given up when its signal says so, and when the history is closed", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const giveUp = new AbortController();
  const abandoned = rejects(opened.audit.verify({ signal: giveUp.signal }), /enough/);
  giveUp.abort(new Error("enough"));
  await abandoned;
  await rejects(opened.audit.verify({ signal: AbortSignal.abort(new Error("before")) }), /before/);
  const closed = rejects(opened.audit.verify({ signal: never() }), { code: "PHONEERR_RESOURCEUNAVAIL" });
  await opened.close();
  await closed;
  await rejects(opened.audit.verify({ signal: never() }), { code: "PHONEERR_RESOURCEUNAVAIL" });
});
