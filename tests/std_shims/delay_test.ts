import { delay } from "@std/async/delay";
import { FakeTime } from "@std/testing/time";
import { equal, rejects } from "node:assert/strict";

Deno.test("delay resolves when its time is over, not before", async () => {
  using time = new FakeTime();
  let over = false;
  const wait = delay(1_000).then(() => over = true);
  await time.tickAsync(999);
  await time.runMicrotasks();
  equal(over, false);
  time.tick(1);
  await wait;
});

Deno.test("delay counts further than one timer can", async () => {
  using time = new FakeTime();
  let over = false;
  const wait = delay(2 ** 31 + 1_000).then(() => over = true);
  time.tick(2 ** 31);
  await time.runMicrotasks();
  equal(over, false);
  time.tick(1_000);
  await wait;
});

Deno.test("delay takes what is not a positive time for none", async () => {
  await delay(-1);
  await delay(NaN);
});

Deno.test("delay rejects with the signal's reason and leaves no timer behind", async () => {
  const controller = new AbortController();
  const wait = delay(60_000, { signal: controller.signal });
  controller.abort("enough");
  equal(await wait.catch((reason) => reason), "enough");
});

Deno.test("delay rejects at once when the signal has already aborted, with an AbortError if it gives no reason", async () => {
  await rejects(delay(60_000, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

Deno.test("delay is not disturbed by a signal that aborts when it is over", async () => {
  const controller = new AbortController();
  await delay(0, { signal: controller.signal });
  controller.abort();
});

// Of our stand-in whatever `links` says: Deno 2.9 ignores the number by which the original names its timer to it.
Deno.test("delay keeps the process alive unless it is told not to", async () => {
  const code = `
    import { delay } from "${import.meta.resolve("../../server/std/async/delay.ts")}";
    delay(60_000, { persistent: false }).then(() => console.log("waited"));
    console.log("ended");
  `;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    signal: AbortSignal.timeout(30_000),
  }).output();
  equal(success, true);
  equal(new TextDecoder().decode(stdout), "ended\n");
});

Deno.test("delay that does not keep the process alive resolves like any other", async () => {
  using time = new FakeTime();
  const wait = delay(1_000, { persistent: false });
  time.tick(1_000);
  await wait;
});
