import { deepEqual, equal, rejects } from "node:assert/strict";
import { SerialQueue } from "../../server/tools/mod.ts";
import { turn } from "../harness/turn.ts";

/** Steps that end when they are told to, and the order in which they began. */
function steps(queue: SerialQueue) {
  const begun: string[] = [];
  const run = (name: string, signal?: AbortSignal) => {
    const work = Promise.withResolvers<string>();
    const result = queue.run(() => (begun.push(name), work.promise), signal);
    return { ...work, result };
  };
  return { begun, run };
}

Deno.test("steps run one after the other, in the order in which they were asked for, and each gives its own result", async () => {
  const { begun, run } = steps(new SerialQueue());
  const [one, two, three] = [run("one"), run("two"), run("three")];
  await turn();
  deepEqual(begun, ["one"]);
  three.resolve("3");
  one.resolve("1");
  equal(await one.result, "1");
  await turn();
  deepEqual(begun, ["one", "two"]);
  two.resolve("2");
  deepEqual(await Promise.all([two.result, three.result]), ["2", "3"]);
});

Deno.test("a step that fails, or throws before there is a promise, does not keep the next from its turn", async () => {
  const queue = new SerialQueue();
  await rejects(queue.run(() => Promise.reject(new Error("no line"))), /no line/);
  await rejects(
    queue.run(() => {
      throw new Error("no device");
    }),
    /no device/,
  );
  equal(await queue.run(() => 7), 7);
});

Deno.test("whoever gives up waiting loses its turn, and those behind still wait for those before", async () => {
  const { begun, run } = steps(new SerialQueue());
  const controller = new AbortController();
  const one = run("one");
  const two = run("two", controller.signal);
  const three = run("three");
  controller.abort(new Error("not needed"));
  await rejects(two.result, /not needed/);
  await turn();
  deepEqual(begun, ["one"]);
  one.resolve("1");
  three.resolve("3");
  equal(await three.result, "3");
  deepEqual(begun, ["one", "three"]);
});

Deno.test("a step that has begun ends by itself, whatever its signal says", async () => {
  const { run } = steps(new SerialQueue());
  const controller = new AbortController();
  const one = run("one", controller.signal);
  await turn();
  controller.abort(new Error("too late"));
  one.resolve("1");
  equal(await one.result, "1");
});
