import { deepEqual, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { retry } from "@std/async/retry";
import { DEFAULT_BOUNDS } from "../../server/history/bounds.ts";
import type { HistoryWatch } from "../../server/history/mod.ts";
import { Recorder } from "../../server/history/recorder.ts";
import { acceptance, completion, openIn, openInThread, someFact, temporaryFolder } from "./support.ts";

/** A watch that writes down what it is told. */
function listening() {
  const heard: string[] = [];
  const blocks: { rows: number; ms: number }[] = [];
  const resumed = Promise.withResolvers<void>();
  const watch: HistoryWatch = {
    committed: (block) => blocks.push(block),
    failed: (reason) => heard.push(reason),
    resumed() {
      heard.push("resumed");
      resumed.resolve();
    },
    held: (log) => heard.push(log === undefined ? "let go" : `held with ${log.readers.join()}`),
  };
  return { watch, heard, blocks, resumed: resumed.promise };
}

Deno.test("a watch is told of each block, its rows and how long its commit took; rows that wait are counted", async () => {
  using folder = temporaryFolder();
  const { watch, heard, blocks } = listening();
  await using opened = await openIn(folder.path, { watch });
  const accepted = Promise.all([1, 2, 3].map(() => opened.history.accept(acceptance())));
  deepEqual(opened.waiting(), 3);
  const ids = await accepted;
  deepEqual(opened.waiting(), 0);
  await opened.history.complete(completion(ids[0]!));
  deepEqual(blocks.map(({ rows }) => rows), [3, 1]);
  ok(blocks.every(({ ms }) => ms > 0));
  deepEqual(heard, []);
});

Deno.test("a watch is told once that writing fails, and once that it works again", async () => {
  using folder = temporaryFolder();
  const { watch, heard, blocks, resumed } = listening();
  using writer = await openInThread(folder.path);
  let failures = 3;
  const recorder = new Recorder(
    (flat) => Promise.resolve(failures-- > 0 ? { failed: "no disk" } : writer.blocks.commit(flat)),
    {
      bounds: { ...DEFAULT_BOUNDS, retryFirstMs: 1, retryMostMs: 1 },
      now: Date.now,
      nameOf: () => undefined,
      watch,
      onFatal: (error) => {
        throw error;
      },
    },
  );
  await recorder.note(someFact());
  await resumed;
  await recorder.close(AbortSignal.timeout(5_000));
  deepEqual(heard, ["no disk", "resumed"]);
  // The fact with that of the failure, then that of the success.
  deepEqual(blocks.map(({ rows }) => rows), [2, 1]);
});

Deno.test("a watch is told once of a reader that keeps the write-ahead log from being cut back, and once that it has let go", async () => {
  using folder = temporaryFolder();
  const { watch, heard } = listening();
  await using opened = await openIn(folder.path, {
    watch,
    bounds: { lookMs: 1, heldBytes: 4_096 },
    readers: (file) => Promise.resolve(file === `${folder.path}/history.db` ? [7] : []),
  });
  const write = () => Promise.all(Array.from({ length: 500 }, () => opened.history.note(someFact())));
  const until = (so: () => boolean) => retry(() => ok(so()), { minTimeout: 1, maxTimeout: 20, maxAttempts: 1_000 });
  await write();
  deepEqual([opened.heldLog(), heard], [undefined, []]);
  {
    using somebody = new DatabaseSync(`${folder.path}/history.db`, { readOnly: true });
    somebody.exec("begin");
    somebody.prepare("select count(*) from fact").all();
    await write();
    await until(() => opened.heldLog() !== undefined);
    ok((opened.heldLog()?.bytes ?? 0) >= 4_096);
    somebody.exec("rollback");
    await until(() => opened.heldLog() === undefined);
  }
  deepEqual(heard, ["held with 7", "let go"]);
});
