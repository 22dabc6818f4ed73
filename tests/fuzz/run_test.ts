import { equal, match } from "node:assert/strict";
import fc from "fast-check";
import { fuzzed } from "./run/batches.ts";
import type { RunOptions, Subject, Target } from "./target.ts";

/** Tries inputs on a border that is made for a test. */
function tryOn(
  subject: Partial<Subject<number>>,
  { corpus = [], ...options }: Partial<RunOptions> & Pick<Partial<Target<number>>, "corpus"> = {},
): Promise<string | undefined> {
  const whole: Subject<number> = {
    attempt: () => Promise.resolve(),
    goOn: () => Promise.resolve(),
    memory: () => Promise.resolve(1_000_000),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...subject,
  };
  const target = { name: "made", share: 1, noise: 0, corpus, inputs: fc.nat(), open: () => Promise.resolve(whole) };
  return fuzzed(target).run({ inputs: 2_000, seed: 1, onProgress: () => {}, ...options });
}

const refusesLarge = (input: number) => input > 1_000 ? Promise.reject(new Error("too large")) : Promise.resolve();

Deno.test("a border that keeps its promises has nothing told of it", async () => {
  let tried = 0;
  equal(await tryOn({ attempt: () => Promise.resolve(void tried++) }), undefined);
  equal(tried, 2_000);
});

Deno.test("a broken promise is told with the smallest input that breaks it, and the command to see it again", async () => {
  const corpus = [1, 2, 3];
  const words = await tryOn({ attempt: refusesLarge }, { corpus });
  match(words ?? "", /^made: Error: too large/);
  match(words ?? "", /^the input: 1001$/m);
  const [, seed, path] =
    /^again: deno task fuzz --target made --seed (\d+) --inputs 500 --path ([\d:]+)$/m.exec(words ?? "") ?? [];
  let tried = 0;
  const attempt = (input: number) => {
    tried++;
    return refusesLarge(input);
  };
  match(await tryOn({ attempt }, { corpus, seed: Number(seed), inputs: 500, path }) ?? "", /^the input: 1001$/m);
  equal(tried < 100, true, `${tried} inputs were tried to see one again`);
});

Deno.test("a run begins with the corpus", async () => {
  match(await tryOn({ attempt: refusesLarge }, { corpus: [5, 77_777], inputs: 2 }) ?? "", /^the input: (1001|77777)$/m);
});

Deno.test("an input that is never answered is told, and so is a server that does not go on", async () => {
  match(await tryOn({ attempt: () => new Promise(() => {}) }, { inputs: 1, corpus: [0] }) ?? "", /more than 1000 ms/);
  const goOn = () => Promise.reject(new Error("it is gone"));
  match(await tryOn({ goOn }) ?? "", /^made: good use does not go on: Error: it is gone/);
});

Deno.test("a smaller input is looked for as long as a batch may take, and then what was found is told", async () => {
  let tried = 0;
  const attempt = () => tried++ === 0 ? refusesLarge(2_000) : new Promise<void>(() => {});
  const words = await tryOn({ attempt }, { batchMs: 1_500 });
  match(words ?? "", /^made: Error: too large/);
  match(words ?? "", /^again: .* --path 0$/m);
  equal(tried <= 4, true, `${tried} inputs were tried`);
});

Deno.test("a batch that takes too long is told, with the command to see it again", async () => {
  const words = await tryOn({ attempt: () => new Promise(() => {}) }, { batchMs: 100 });
  equal(words, "made: 0 inputs took 100 ms\nagain: deno task fuzz --target made --seed 1 --inputs 500");
});

Deno.test("what waits for the next turn of the loop has had it after each batch", async () => {
  let kept = 0;
  const attempt = () => {
    kept++;
    setTimeout(() => kept--);
    return Promise.resolve();
  };
  equal(await tryOn({ attempt, goOn: () => Promise.resolve(equal(kept, 0)) }), undefined);
});

Deno.test("the seed of the next batch is told after each", async () => {
  const told: [number, number][] = [];
  const onProgress = (...progress: [number, number]) => void told.push(progress);
  await tryOn({}, { corpus: [1, 2, 3], inputs: 1_003, seed: 7, onProgress });
  equal(JSON.stringify(told), "[[3,7],[503,8],[1003,9]]");
});

Deno.test("memory that grows with the inputs is told, and memory that goes up and down is not", async () => {
  let looks = 0;
  match(await tryOn({ memory: () => Promise.resolve(++looks * 100_000) }, { inputs: 8_000 }) ?? "", /memory grew by/);
  equal(await tryOn({ memory: () => Promise.resolve(++looks % 3 * 1_000_000) }, { inputs: 8_000 }), undefined);
});
