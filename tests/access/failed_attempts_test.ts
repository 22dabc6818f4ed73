import { deepEqual, equal, ok } from "node:assert/strict";
import type { Clock } from "../../server/core/mod.ts";
import { type Attempts, type AttemptStore, failedAttempts } from "../../server/access/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { turn } from "../harness/turn.ts";

/** A store whose writes the test lets through. */
class HeldStore implements AttemptStore {
  readonly saves: { changed: Attempts[]; forget: number }[] = [];
  #through: PromiseWithResolvers<void> | undefined;

  constructor(readonly kept: Attempts[] = []) {}

  list() {
    return this.kept;
  }

  save(changed: readonly Attempts[], { forget }: { forget: number }) {
    this.saves.push({ changed: changed.map((attempts) => ({ ...attempts })), forget });
    this.#through = Promise.withResolvers();
    return this.#through.promise;
  }

  /** Lets the write that is under way through, or fail. */
  async through(error?: Error) {
    if (error) this.#through?.reject(error);
    else this.#through?.resolve();
    await turn();
  }
}

/** Counts in a store, of which nobody is told. */
function counting(clock: Clock, store: AttemptStore) {
  return failedAttempts(clock, { store, onSlowed() {} });
}

function times(count: number, run: () => number): number[] {
  return Array.from({ length: count }, run);
}

Deno.test("ten wrong tokens in a minute are told so, the next ones are told to wait until the minute is over", () => {
  const clock = new ManualClock();
  const attempts = counting(clock, new HeldStore());
  deepEqual(times(10, () => attempts.count("192.0.2.1")), times(10, () => 0));
  equal(attempts.count("192.0.2.1"), 60);
  clock.advance(59_500);
  equal(attempts.count("192.0.2.1"), 1);
  equal(attempts.count("192.0.2.2"), 0);
  clock.advance(500);
  equal(attempts.count("192.0.2.1"), 0);
});

Deno.test("whoever has an IPv6 network has one count", () => {
  const attempts = counting(new ManualClock(), new HeldStore());
  for (let host = 1; host <= 10; host++) equal(attempts.count(`2001:db8::${host}`), 0);
  equal(attempts.count("2001:db8::ffff"), 60);
  equal(attempts.count("2001:db8:0:1::1"), 0);
});

Deno.test("the counts of before a restart go on; those whose minute is over, or lies in the future, do not", () => {
  const clock = new ManualClock();
  const now = clock.wall();
  const store = new HeldStore([
    { address: "192.0.2.1", since: now - 20_000, count: 10 },
    { address: "192.0.2.2", since: now - 60_000, count: 10 },
    { address: "192.0.2.3", since: now + 1, count: 10 },
  ]);
  const attempts = counting(clock, store);
  deepEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => attempts.count(address)), [40, 0, 0]);
});

Deno.test("a clock that is set back locks nobody for longer than a minute", () => {
  const manual = new ManualClock();
  let wall = manual.wall();
  const clock: Clock = { wall: () => wall, monotonic: () => 0, after: () => () => {} };
  const attempts = counting(clock, new HeldStore());
  for (let i = 0; i < 11; i++) attempts.count("192.0.2.1");
  ok(attempts.count("192.0.2.1") > 0);
  wall -= 86_400_000;
  equal(attempts.count("192.0.2.1"), 0);
});

Deno.test("what has changed is written, one write at a time, and nothing once an address is told to wait", async () => {
  const clock = new ManualClock();
  const store = new HeldStore();
  const attempts = counting(clock, store);
  const since = clock.wall();
  for (let i = 0; i < 3; i++) attempts.count("192.0.2.1");
  attempts.count("192.0.2.2");
  deepEqual(store.saves.map(({ changed }) => changed), [[{ address: "192.0.2.1", since, count: 1 }]]);
  await store.through();
  deepEqual(store.saves[1], {
    changed: [{ address: "192.0.2.1", since, count: 3 }, { address: "192.0.2.2", since, count: 1 }],
    forget: since - 60_000,
  });
  for (let i = 0; i < 100; i++) attempts.count("192.0.2.1");
  await store.through();
  deepEqual(store.saves[2]?.changed, [{ address: "192.0.2.1", since, count: 10 }]);
  await store.through();
  for (let i = 0; i < 100; i++) attempts.count("192.0.2.1");
  equal(store.saves.length, 3);
});

Deno.test("a disk that takes nothing does not stop the counting, and is tried again with the next one", async () => {
  const store = new HeldStore();
  const attempts = counting(new ManualClock(), store);
  attempts.count("192.0.2.1");
  await store.through(new Error("disk is full"));
  for (let i = 0; i < 9; i++) equal(attempts.count("192.0.2.1"), 0);
  equal(store.saves[1]?.changed[0]?.count, 2);
  equal(attempts.count("192.0.2.1"), 60);
  await store.through();
});

Deno.test("a flood from many addresses takes bounded room: those that find none share a count", () => {
  const clock = new ManualClock();
  const store = new HeldStore();
  const attempts = counting(clock, store);
  const from = (i: number) => attempts.count(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  let told = 0;
  for (let i = 0; i < 5_000; i++) if (from(i) === 0) told++;
  equal(told, 1_024 + 10);
  clock.advance(60_000);
  equal(from(4_999), 0);
});

Deno.test("an operator is told once a minute of each address that has used up its attempts, not of each attempt", () => {
  const clock = new ManualClock();
  const told: (string | undefined)[] = [];
  const attempts = failedAttempts(clock, { store: new HeldStore(), onSlowed: (address) => told.push(address) });
  times(9, () => attempts.count("192.0.2.1"));
  deepEqual(told, []);
  times(100, () => attempts.count("192.0.2.1"));
  times(100, () => attempts.count("2001:db8::1"));
  deepEqual(told, ["192.0.2.1", "2001:db8:0:0::/64"]);
  clock.advance(60_000);
  times(100, () => attempts.count("192.0.2.1"));
  deepEqual(told.slice(2), ["192.0.2.1"]);
  for (let i = 0; i < 5_000; i++) attempts.count(`10.0.${i >> 8}.${i & 255}`);
  deepEqual(told.slice(3), [undefined], "those that find no count of their own are told of together");
});
