import { deepEqual, equal, fail, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { Checkpoints, type Target } from "../../server/checkpoints/mod.ts";
import type { Checkpoint } from "../../server/core/contract/history.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { turn } from "../harness/turn.ts";
import { acceptance, completion, openIn } from "../history/support.ts";

const HISTORY = "000102030405060708090a0b0c0d0e0f";

function checkpoint(block: number): Checkpoint {
  return { historyId: HISTORY, block, hash: "0".repeat(64), at: "2026-03-01T09:30:00.000Z" };
}

/** A target that does what `act` says with each checkpoint. */
function target(name: "file" | "url", act: (checkpoint: Checkpoint) => Promise<void> | void): Target {
  return { name, send: async (checkpoint) => await act(checkpoint) };
}

/** Checkpoints once a minute of a history whose newest block is `newest.block`. */
function checkpoints(targets: Target[], newest: { block: number }) {
  const clock = new ManualClock();
  const told: string[] = [];
  const logged: number[] = [];
  const made = new Checkpoints({
    make: () => Promise.resolve(checkpoint(newest.block)),
    isDue: ({ block }) => Promise.resolve(newest.block > block),
    clock,
    everyMs: 60_000,
    targets,
    log: ({ block }) => logged.push(block),
    watch: {
      notMade: (reason) => told.push(reason),
      failed: (target, reason) => told.push(`${target}: ${reason}`),
      resumed: (target) => told.push(`${target} again`),
    },
  });
  return { clock, told, logged, made };
}

Deno.test("a checkpoint is made at the start and at the stop always, and between only when something was written since the last", async () => {
  const taken: number[] = [];
  const newest = { block: 3 };
  const { clock, logged, made } = checkpoints([target("file", ({ block }) => void taken.push(block))], newest);
  equal(clock.pending, 0);
  made.begin();
  await turn();
  for (const block of [3, 3, 4, 4, 4, 9]) {
    newest.block = block;
    clock.advance(60_000);
    await turn();
  }
  deepEqual(taken, [3, 4, 9]);
  await made.end(checkpoint(9), 10_000);
  deepEqual([taken, logged, clock.pending], [[3, 4, 9, 9], [3, 4, 9, 9], 0]);
});

Deno.test("api 1: what tells of checkpoints is no reason for another one, so that a receiver that wavers does not fill the history", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, audit } = opened;
  const clock = new ManualClock();
  const noted: Promise<void>[] = [];
  const taken: number[] = [];
  let fails = false;
  const wavering = target("url", ({ block }) => {
    taken.push(block);
    fails = !fails;
    if (fails) throw new Error("not now");
  });
  const made = new Checkpoints({
    make: audit.checkpoint,
    isDue: audit.hasNews,
    clock,
    everyMs: 60_000,
    targets: [wavering],
    watch: {
      notMade: (reason) => fail(reason),
      failed: (target, reason) => noted.push(history.note({ type: "checkpointFailed", detail: { target, reason } })),
      resumed: (target) => noted.push(history.note({ type: "checkpointResumed", detail: { target } })),
    },
  });
  const first = await audit.checkpoint();
  made.begin();
  await retry(() => equal(noted.length, 2), { minTimeout: 10, maxTimeout: 50, maxAttempts: 600 });
  await Promise.all(noted);
  await history.note({
    type: "historyRead",
    token: "t-1",
    address: "127.0.0.1",
    detail: { what: "checkpoint", count: 1 },
  });
  ok((await audit.checkpoint()).block > first.block);
  equal(await audit.hasNews(first), false);
  clock.advance(60_000);
  await turn();
  deepEqual(taken, [first.block, first.block]);

  const before = await audit.checkpoint();
  await history.note({ type: "historyRead", token: "t-1", address: "127.0.0.1", detail: { what: "events", count: 1 } });
  equal(await audit.hasNews(before), true);
  const request = await history.accept(acceptance({}));
  const accepted = await audit.checkpoint();
  equal(await audit.hasNews(accepted), false);
  await history.complete(completion(request));
  equal(await audit.hasNews(accepted), true);
  const completed = await audit.checkpoint();
  await history.withdraw(request);
  equal(await audit.hasNews(completed), true);
  clock.advance(60_000);
  await retry(() => equal(taken.length, 4), { minTimeout: 10, maxTimeout: 50, maxAttempts: 600 });
  await made.end(await audit.checkpoint(), 10_000);
});

Deno.test("a target that takes nothing keeps neither another from its checkpoints nor the end waiting, and is given the newest only", async () => {
  const tried: number[] = [];
  const taken: number[] = [];
  const newest = { block: 1 };
  const { clock, told, made } = checkpoints([
    target("url", ({ block }) => {
      tried.push(block);
      throw new Error("it is down");
    }),
    target("file", ({ block }) => void taken.push(block)),
  ], newest);
  made.begin();
  await turn();
  for (newest.block = 2; newest.block < 6; newest.block++) {
    clock.advance(60_000);
    await turn();
  }
  deepEqual([taken, tried, told], [[1, 2, 3, 4, 5], [1], ["url: it is down"]]);
  deepEqual(made.states, [
    { target: "url", taken: 0, failed: 1, failing: true },
    { target: "file", taken: 5, failed: 0, failing: false },
  ]);
  await made.end(checkpoint(6), 10_000);
  deepEqual([taken.at(-1), tried, told.length], [6, [1, 6], 1]);
});

Deno.test("a target that answers nothing is given up at the end, in time, and what came late does no harm", async () => {
  const late = Promise.withResolvers<void>();
  const { told, made } = checkpoints([target("file", () => late.promise)], { block: 1 });
  made.begin();
  await turn();
  await made.end(checkpoint(2), 1);
  deepEqual(told, ["file: it did not answer in time"]);
  late.reject(new Error("the disk is gone"));
  await turn();
});

Deno.test("a checkpoint that cannot be made is told, and tried again at its next time", async () => {
  const newest = { block: 1 };
  const logged: number[] = [];
  const clock = new ManualClock();
  const told: string[] = [];
  let fault: string | undefined = "the disk is full";
  const made = new Checkpoints({
    make: () => fault === undefined ? Promise.resolve(checkpoint(newest.block)) : Promise.reject(new Error(fault)),
    isDue: () => Promise.resolve(true),
    clock,
    everyMs: 1_000,
    targets: [],
    log: ({ block }) => logged.push(block),
    watch: { notMade: (reason) => told.push(reason), failed() {}, resumed() {} },
  });
  made.begin();
  await turn();
  fault = undefined;
  clock.advance(1_000);
  await turn();
  deepEqual([told, logged], [["the disk is full"], [1]]);
  await made.end(checkpoint(1), 10_000);
});

Deno.test("a server that could not begin brings no checkpoint at its end, and one without a target makes none", async () => {
  const taken: number[] = [];
  const { made, logged } = checkpoints([target("file", ({ block }) => void taken.push(block))], { block: 1 });
  await made.end(checkpoint(1), 10_000);
  deepEqual([taken, logged], [[], []]);

  const clock = new ManualClock();
  const none = new Checkpoints({
    make: () => Promise.reject(new Error("it was asked for")),
    isDue: () => Promise.resolve(true),
    clock,
    everyMs: 1_000,
    targets: [],
    watch: {
      notMade(reason) {
        throw new Error(reason);
      },
      failed() {},
      resumed() {},
    },
  });
  none.begin();
  equal(clock.pending, 0);
  await none.end(checkpoint(1), 10_000);
});
