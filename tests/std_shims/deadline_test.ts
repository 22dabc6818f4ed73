import { deadline } from "@std/async/deadline";
import { FakeTime } from "@std/testing/time";
import { equal, rejects } from "node:assert/strict";

Deno.test("deadline gives what the promise gives in time", async () => {
  equal(await deadline(Promise.resolve("in time"), 60_000), "in time");
});

Deno.test("deadline rejects as the promise does in time", async () => {
  await rejects(deadline(Promise.reject(new Error("refused")), 60_000), /refused/);
});

Deno.test("deadline rejects with a TimeoutError when the time is over first", async () => {
  using time = new FakeTime();
  const late = deadline(new Promise<never>(() => {}), 1_000);
  const refused = rejects(late, (error) => error instanceof DOMException && error.name === "TimeoutError");
  time.tick(1_000);
  await refused;
});

Deno.test("deadline rejects with the reason of the signal when that aborts first", async () => {
  const controller = new AbortController();
  const late = deadline(new Promise<never>(() => {}), 60_000, { signal: controller.signal });
  controller.abort(new Error("given up"));
  await rejects(late, /given up/);
});

Deno.test("deadline rejects at once when the signal has already aborted", async () => {
  await rejects(deadline(Promise.resolve(1), 60_000, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

Deno.test("deadline swallows a rejection that comes after it", async () => {
  using time = new FakeTime();
  const { promise, reject } = Promise.withResolvers<never>();
  const refused = rejects(deadline(promise, 1), { name: "TimeoutError" });
  time.tick(1);
  await refused;
  reject(new Error("nobody waits any more"));
  await time.runMicrotasks();
});
