import { deepEqual, equal } from "node:assert/strict";
import { Checkpoints, type Target } from "../../server/checkpoints/mod.ts";
import type { Checkpoint } from "../../server/core/contract/history.ts";
import { ManualClock } from "../harness/manual_clock.ts";

const HISTORY = "000102030405060708090a0b0c0d0e0f";

function checkpoint(block: number): Checkpoint {
  return { historyId: HISTORY, block, hash: "0".repeat(64), at: "2026-03-01T09:30:00.000Z" };
}

/** A target that does what `act` says with each checkpoint. */
function target(name: "file" | "url", act: (checkpoint: Checkpoint) => Promise<void> | void): Target {
  return { name, send: async (checkpoint) => await act(checkpoint) };
}

/** Lets everything that is due without time happen. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

/** Checkpoints once a minute of a history whose newest block is `newest.block`. */
function checkpoints(targets: Target[], newest: { block: number }) {
  const clock = new ManualClock();
  const told: string[] = [];
  const logged: number[] = [];
  const made = new Checkpoints({
    make: () => Promise.resolve(checkpoint(newest.block)),
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
  await settled();
  for (const block of [3, 3, 4, 4, 4, 9]) {
    newest.block = block;
    clock.advance(60_000);
    await settled();
  }
  deepEqual(taken, [3, 4, 9]);
  await made.end(checkpoint(9), 10_000);
  deepEqual([taken, logged, clock.pending], [[3, 4, 9, 9], [3, 4, 9, 9], 0]);
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
  await settled();
  for (newest.block = 2; newest.block < 6; newest.block++) {
    clock.advance(60_000);
    await settled();
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
  await settled();
  await made.end(checkpoint(2), 1);
  deepEqual(told, ["file: it did not answer in time"]);
  late.reject(new Error("the disk is gone"));
  await settled();
});

Deno.test("a checkpoint that cannot be made is told, and tried again at its next time", async () => {
  const newest = { block: 1 };
  const logged: number[] = [];
  const clock = new ManualClock();
  const told: string[] = [];
  let fault: string | undefined = "the disk is full";
  const made = new Checkpoints({
    make: () => fault === undefined ? Promise.resolve(checkpoint(newest.block)) : Promise.reject(new Error(fault)),
    clock,
    everyMs: 1_000,
    targets: [],
    log: ({ block }) => logged.push(block),
    watch: { notMade: (reason) => told.push(reason), failed() {}, resumed() {} },
  });
  made.begin();
  await settled();
  fault = undefined;
  clock.advance(1_000);
  await settled();
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
