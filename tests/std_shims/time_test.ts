import { FakeTime, TimeError } from "@std/testing/time";
import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";

Deno.test("FakeTime begins where it is told, in any form, or now", () => {
  for (const start of [86_400_000, "1970-01-02T00:00:00Z", new Date(86_400_000)]) {
    using time = new FakeTime(start);
    deepEqual([time.start, time.now, Date.now(), new Date().getTime()], Array(4).fill(86_400_000));
  }
  const before = Date.now();
  using time = new FakeTime();
  ok(time.start >= before);
});

Deno.test("FakeTime refuses a start that is no date, and leaves time real", () => {
  const real = globalThis.setTimeout;
  throws(() => new FakeTime("yesterday-ish"), TypeError);
  equal(globalThis.setTimeout, real);
});

Deno.test("FakeTime gives dates that are dates", () => {
  const real = new Date(0);
  using _time = new FakeTime(1_000);
  ok(new Date() instanceof Date);
  ok(real instanceof Date);
  equal(new Date(5).getTime(), 5);
  equal(Date.UTC(1970, 0, 2), 86_400_000);
});

Deno.test("FakeTime.tick runs what is due, in its order, at its time", () => {
  using time = new FakeTime(0);
  const runs: [string, number][] = [];
  const note = (name: string) => runs.push([name, Date.now()]);
  setTimeout(note, 20, "second");
  setTimeout(note, 10, "first");
  setTimeout(note, 20, "third");
  setTimeout(note, 31, "later");
  time.tick(30);
  deepEqual(runs, [["first", 10], ["second", 20], ["third", 20]]);
  equal(time.now, 30);
  time.tick();
  equal(runs.length, 3);
  time.now = 31;
  equal(runs.length, 4);
});

Deno.test("FakeTime.tick runs what a timer sets if it is due in the same tick, even after 0 ms", () => {
  using time = new FakeTime(0);
  const runs: number[] = [];
  setTimeout(() => {
    setTimeout(() => runs.push(Date.now()), 0);
    setTimeout(() => runs.push(Date.now()), 5);
  }, 10);
  time.tick(10);
  deepEqual(runs, [10]);
  time.tick(5);
  deepEqual(runs, [10, 15]);
});

Deno.test("FakeTime runs an interval until it is cleared, and nothing that was cleared", () => {
  using time = new FakeTime(0);
  const runs: number[] = [];
  const interval = setInterval(() => runs.push(Date.now()), 10);
  const timeout = setTimeout(() => runs.push(-1), 15);
  clearTimeout(timeout);
  time.tick(25);
  clearInterval(interval);
  time.tick(100);
  deepEqual(runs, [10, 20]);
  equal(time.next(), false);
});

Deno.test("FakeTime stops at a timer that throws, and can go on", () => {
  using time = new FakeTime(0);
  let later = false;
  setTimeout(() => {
    throw new Error("boom");
  }, 10);
  setTimeout(() => later = true, 20);
  throws(() => time.tick(30), /boom/);
  deepEqual([time.now, later], [10, false]);
  time.tick(10);
  equal(later, true);
});

Deno.test("FakeTime does not go backwards", () => {
  using time = new FakeTime(1_000);
  throws(() => time.now = 999, RangeError);
  equal(time.now, 1_000);
});

Deno.test("FakeTime refuses a timer without a function", () => {
  using _time = new FakeTime();
  throws(() => Reflect.apply(setTimeout, undefined, ["code", 1]), TimeError);
});

Deno.test("FakeTime.next goes to the next timer and says whether there was one", async () => {
  using time = new FakeTime(0);
  const runs: number[] = [];
  for (const ms of [5, 5, 50]) setTimeout(() => runs.push(Date.now()), ms);
  deepEqual([time.next(), runs], [true, [5, 5]]);
  deepEqual([await time.nextAsync(), runs], [true, [5, 5, 50]]);
  deepEqual([time.next(), await time.nextAsync(), time.now], [false, false, 50]);
});

Deno.test("FakeTime.runAll goes on until no timer is left, those that timers set included", () => {
  using time = new FakeTime(0);
  let left = 2_000;
  const again = () => left-- > 0 && setTimeout(again, 10);
  again();
  time.runAll();
  deepEqual([left, time.now], [-1, 20_000]);
});

Deno.test("FakeTime's asynchronous members let microtasks run before they move time", async () => {
  using time = new FakeTime(0);
  const runs: string[] = [];
  Promise.resolve().then(() => setTimeout(() => runs.push("tickAsync"), 10));
  await time.tickAsync(10);
  Promise.resolve().then(() => runs.push("runMicrotasks"));
  await time.runMicrotasks();
  setTimeout(() => Promise.resolve().then(() => setTimeout(() => runs.push("runAllAsync"), 10)), 10);
  setTimeout(() => {}, 15);
  await time.runAllAsync();
  deepEqual(runs, ["tickAsync", "runMicrotasks", "runAllAsync"]);
});

Deno.test("FakeTime moves AbortSignal.timeout too", () => {
  using time = new FakeTime();
  const signal = AbortSignal.timeout(100);
  time.tick(99);
  equal(signal.aborted, false);
  time.tick(1);
  equal(signal.aborted, true);
  equal(signal.reason.name, "TimeoutError");
});

Deno.test("FakeTime.delay waits in real time while fake time stands still", async () => {
  using time = new FakeTime(0);
  let rung = false;
  setTimeout(() => rung = true, 0);
  await time.delay(1);
  deepEqual([time.now, rung], [0, false]);
  const controller = new AbortController();
  const wait = time.delay(60_000, { signal: controller.signal });
  controller.abort();
  await rejects(wait, { name: "AbortError" });
  await rejects(time.delay(60_000, { signal: controller.signal }), { name: "AbortError" });
});

Deno.test("FakeTime advances by itself when it is given a rate", async () => {
  using time = new FakeTime(0, { advanceRate: 1_000, advanceFrequency: 1 });
  await new Promise<void>((resolve) => setTimeout(resolve, 5_000));
  ok(time.now >= 5_000);
});

Deno.test("FakeTime is restored by its member, by the class, and at the end of its block", () => {
  const real = [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout];
  const now = () => [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout];
  const time = new FakeTime();
  now().forEach((fake, index) => notEqual(fake, real[index]));
  time.restore();
  deepEqual(now(), real);
  new FakeTime();
  FakeTime.restore();
  deepEqual(now(), real);
  {
    using _time = new FakeTime();
  }
  deepEqual(now(), real);
});

Deno.test("FakeTime can neither be faked nor restored twice", async () => {
  const time = new FakeTime();
  throws(() => new FakeTime(), TimeError);
  time.restore();
  throws(() => time.restore(), TimeError);
  throws(() => FakeTime.restore(), TimeError);
  await rejects(FakeTime.restoreFor(() => {}), TimeError);
});

Deno.test("FakeTime.restoreFor restores until what it called has settled, whether it succeeds or not", async () => {
  const real = globalThis.setTimeout;
  using _time = new FakeTime();
  const fake = globalThis.setTimeout;
  const sum = FakeTime.restoreFor((a: number, b: number) => (equal(globalThis.setTimeout, real), a + b), 1, 2);
  equal(globalThis.setTimeout, fake);
  equal(await sum, 3);

  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = FakeTime.restoreFor(() => promise);
  equal(globalThis.setTimeout, real);
  resolve("done");
  equal(await waiting, "done");
  equal(globalThis.setTimeout, fake);

  await rejects(FakeTime.restoreFor(() => Promise.reject(new Error("no"))), /no/);
  equal(globalThis.setTimeout, fake);
});
