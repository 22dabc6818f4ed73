import { retry, RetryError } from "@std/async/retry";
import { FakeTime } from "@std/testing/time";
import { deepEqual, equal, rejects } from "node:assert/strict";

/** Fails `failures` times, then gives how often it was called; notes the time of each call. */
function flaky(failures: number) {
  const calls: number[] = [];
  const run = () => {
    calls.push(Date.now());
    if (calls.length <= failures) throw new Error(`attempt ${calls.length}`);
    return calls.length;
  };
  return { calls, run };
}

Deno.test("retry gives what the first successful attempt gives, of a plain function too", async () => {
  const { calls, run } = flaky(2);
  equal(await retry(run, { minTimeout: 1 }), 3);
  equal(calls.length, 3);
  equal(await retry(() => Promise.resolve("at once")), "at once");
});

Deno.test("retry tries five times and then tells the last cause in a RetryError", async () => {
  const { calls, run } = flaky(Infinity);
  await rejects(retry(run, { minTimeout: 0, maxTimeout: 1 }), (error) => {
    equal(error instanceof RetryError, true);
    const { name, message, cause } = error as RetryError;
    deepEqual([name, message], ["RetryError", "Retrying exceeded the maxAttempts (5)."]);
    equal((cause as Error).message, "attempt 5");
    return true;
  });
  equal(calls.length, 5);
});

Deno.test("retry throws as it is what isRetriable says no to", async () => {
  const { calls, run } = flaky(Infinity);
  await rejects(retry(run, { minTimeout: 1, isRetriable: (error) => (error as Error).message !== "attempt 2" }), {
    name: "Error",
    message: "attempt 2",
  });
  equal(calls.length, 2);
});

Deno.test("retry without jitter waits minTimeout, then multiplier times longer each, up to maxTimeout", async () => {
  using time = new FakeTime(0);
  const { calls, run } = flaky(5);
  const result = retry(run, { maxAttempts: 6, minTimeout: 100, multiplier: 3, maxTimeout: 1_000, jitter: 0 });
  for (let wait = 0; wait < 5; wait++) await time.nextAsync();
  equal(await result, 6);
  deepEqual(calls, [0, 100, 400, 1_300, 2_300, 3_300]);
});

Deno.test("retry with jitter waits at most the whole wait and at least the part that is not left to chance", async () => {
  for (const [jitter, atLeast] of [[1, 0], [0.5, 500]] as const) {
    using time = new FakeTime(0);
    const { calls, run } = flaky(1);
    const result = retry(run, { jitter });
    await time.nextAsync();
    await result;
    equal(calls[1]! >= atLeast && calls[1]! <= 1_000, true, `waited ${calls[1]} ms with jitter ${jitter}`);
  }
});

Deno.test("retry refuses options out of their range before it tries anything", async () => {
  const { calls, run } = flaky(0);
  for (
    const options of [
      { maxAttempts: 0 },
      { maxAttempts: 1.5 },
      { maxAttempts: Infinity },
      { multiplier: 0.5 },
      { multiplier: Infinity },
      { multiplier: NaN },
      { maxTimeout: 0 },
      { maxTimeout: NaN },
      { minTimeout: -1 },
      { minTimeout: NaN },
      { minTimeout: 2, maxTimeout: 1 },
      { jitter: -0.1 },
      { jitter: 1.1 },
      { jitter: NaN },
    ]
  ) {
    await rejects(retry(run, options), RangeError, JSON.stringify(options));
  }
  equal(calls.length, 0);
});
