import { deepEqual, ok } from "node:assert/strict";
import { systemClock } from "../../server/program/clock.ts";

const { after, monotonic } = systemClock;

/** Resolves when the clock has called. */
const called = (ms: number) => new Promise<void>((resolve) => after(ms, resolve));

Deno.test("what waits equally long is called in the order it was asked, and not before its time", async () => {
  const start = monotonic();
  const calls: string[] = [];
  after(8, () => calls.push("first"));
  after(8, () => calls.push("second"));
  after(3, () => calls.push("shorter"));
  await called(8);
  deepEqual(calls, ["shorter", "first", "second"]);
  ok(monotonic() - start >= 8);
});

Deno.test("what is given up is never called, and the rest is", async () => {
  const calls: number[] = [];
  const giveUp = [0, 1, 2, 3].map((number) => after(5, () => calls.push(number)));
  giveUp[0]!();
  giveUp[2]!();
  await called(5);
  deepEqual(calls, [1, 3]);
  giveUp[1]!();
});

Deno.test("a timer that is asked for while another runs keeps its own time", async () => {
  const again = Promise.withResolvers<number>();
  let first = 0;
  after(4, () => {
    first = monotonic();
    after(4, () => again.resolve(monotonic()));
  });
  ok(await again.promise - first >= 4);
});

Deno.test("giving up the last leaves nothing that keeps a process alive", () => {
  for (let count = 0; count < 3; count++) after(60_000, () => {})();
});

Deno.test("what has come while the process stood still is heard before what became due meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const written = `${folder}/written`;
    const args = ["-c", `echo; : > "$0"`, written];
    const child = new Deno.Command("sh", { args, stdin: "null", stdout: "piped" }).spawn();
    const happened: string[] = [];
    const due = called(1).then(() => happened.push("due"));
    const heard = child.output().then(() => happened.push("heard"));
    const start = monotonic();
    while (monotonic() - start < 300 || !isThere(written)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    await Promise.all([due, heard]);
    deepEqual(happened, ["heard", "due"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
