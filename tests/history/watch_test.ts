import { deepEqual, ok } from "node:assert/strict";
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
