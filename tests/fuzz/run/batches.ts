/**
 * Inputs, tried in batches: each has a seed of its own, and after each it is asked whether good use goes on.
 *
 * @module
 */
import fc from "fast-check";
import { pause } from "../../../server/tools/mod.ts";
import type { AnyTarget, RunOptions, Subject, Target } from "../target.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { Patience } from "./patience.ts";

/** Inputs in a batch. */
const BATCH = 500;

/** How long one may take: less than the silence that a process is ended for, so that what was found is told. */
const BATCH_MS = 45_000;

/** Seeds go from 0 to below this. */
const SEEDS = 0x8000_0000;

/** A target, ready to be run. */
export function fuzzed<Input>(target: Target<Input>): AnyTarget {
  const { name, share } = target;
  return { name, share, run: (options) => run(target, options) };
}

async function run<Input>(target: Target<Input>, options: RunOptions): Promise<string | undefined> {
  await using subject = await target.open();
  const memory = new MemoryWatch(options.inputs, target.noise);
  // By itself: within a batch it would shift what the path of a failure counts.
  const corpus = options.path === undefined ? target.corpus.slice(0, options.inputs) : [];
  for (let tried = 0, batch = 0; tried < options.inputs;) {
    const examples = tried === 0 ? corpus : [];
    const numRuns = examples.length || Math.min(BATCH, options.inputs - tried);
    const seedOf = (batch: number) => (options.seed + batch) % SEEDS;
    const wrong = await tryBatch(target, subject, { ...options, numRuns, seed: seedOf(batch), examples });
    if (wrong !== undefined) return wrong;
    tried += numRuns;
    if (examples.length === 0) batch++;
    const grown = memory.look(tried, await subject.memory());
    if (grown !== undefined) return `${target.name}: ${grown}\nagain: ${again(target.name, options)}`;
    options.onProgress(tried, seedOf(batch));
  }
  return undefined;
}

async function tryBatch<Input>(
  target: Target<Input>,
  subject: Subject<Input>,
  { numRuns, seed, path, examples, batchMs = BATCH_MS }:
    & Pick<RunOptions, "seed" | "path" | "batchMs">
    & { numRuns: number; examples: readonly Input[] },
): Promise<string | undefined> {
  using patience = new Patience();
  const property = fc.asyncProperty(target.inputs, (input) => patience.do(() => subject.attempt(input)));
  const details = await fc.check(property, {
    numRuns,
    seed,
    examples: examples.map((input): [Input] => [input]),
    interruptAfterTimeLimit: batchMs,
    ...path !== undefined && { path },
  });
  if (details.interrupted && details.counterexample === null) {
    return `${target.name}: ${details.numRuns} inputs took ${batchMs} ms\nagain: ${
      again(target.name, { seed, inputs: numRuns })
    }`;
  }
  if (details.failed) {
    return [
      `${target.name}: ${details.errorInstance instanceof Error ? details.errorInstance.stack : details.errorInstance}`,
      `the input: ${JSON.stringify(details.counterexample?.[0])}`,
      `again: ${again(target.name, { seed, inputs: numRuns })}${
        examples.length === 0 ? ` --path ${details.counterexamplePath}` : ""
      }`,
    ].join("\n");
  }
  try {
    // What waits for the next turn of the loop has it: inputs that wait for nothing but promises leave it none.
    await pause(0);
    await subject.goOn();
  } catch (error) {
    const words = error instanceof Error ? error.stack : error;
    return `${target.name}: good use does not go on: ${words}\nagain: ${again(target.name, { seed, inputs: numRuns })}`;
  }
  return undefined;
}

/** The command that tries the same inputs again. */
export function again(target: string, { seed, inputs }: { seed: number; inputs: number }): string {
  return `deno task fuzz --target ${target} --seed ${seed} --inputs ${inputs}`;
}
