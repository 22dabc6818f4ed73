/**
 * Inputs for every target, each target in a process of its own: one that crashes or hangs is seen from outside, and nothing else stands in its memory.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./lines.ts";
import type { AnyTarget } from "../target.ts";
import { again } from "./batches.ts";
import type { Told } from "./worker.ts";

/** How long a process may say nothing: a batch takes a second or two. */
const SILENCE_MS = 60_000;

/** How much is tried, and how. */
export interface FuzzOptions {
  /** Over all targets. */
  readonly inputs: number;
  readonly seed: number;
  /** Where in a batch, to see one failure again. */
  readonly path?: string | undefined;
  /** Processes at once. */
  readonly processes?: number;
  /** Told now and then how many have been tried in all. */
  readonly onProgress?: (tried: number) => void;
}

/** What came of it. */
export interface Fuzzed {
  /** How many inputs each target got. */
  readonly tried: Readonly<Record<string, number>>;
  /** What is wrong, in words. */
  readonly wrong: readonly string[];
}

/** Tries so many inputs on these targets, each its share. */
export async function fuzz(targets: readonly AnyTarget[], options: FuzzOptions): Promise<Fuzzed> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const tried: Record<string, number> = {};
  const wrong: string[] = [];
  const left = [...targets];
  const next = async (): Promise<void> => {
    const target = left.shift();
    if (target === undefined) return;
    const inputs = Math.ceil(options.inputs * target.share / shares);
    const words = await runProcess(target.name, {
      ...options,
      inputs,
      onProgress(count) {
        tried[target.name] = count;
        options.onProgress?.(Object.values(tried).reduce((sum, each) => sum + each, 0));
      },
    });
    if (words !== undefined) wrong.push(words);
    return next();
  };
  await Promise.all(Array.from({ length: options.processes ?? 3 }, next));
  return { tried, wrong };
}

async function runProcess(
  target: string,
  { inputs, seed, path, onProgress }: FuzzOptions & { onProgress(tried: number): void },
): Promise<string | undefined> {
  const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--v8-flags=--expose-gc",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--allow-run",
      "--allow-net=127.0.0.1,[::1],localhost",
      worker,
      ...["--target", target, "--inputs", String(inputs), "--seed", String(seed)],
      ...path === undefined ? [] : ["--path", path],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let told: Told = { tried: 0, nextSeed: seed };
  let silent = false;
  const silence = () =>
    setTimeout(() => {
      silent = true;
      child.kill("SIGKILL");
    }, SILENCE_MS);
  let timer = silence();
  const errors = child.stderr.text();
  for await (const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    told = JSON.parse(line);
    onProgress(told.tried);
    clearTimeout(timer);
    timer = silence();
  }
  clearTimeout(timer);
  const [status, printed] = await Promise.all([child.status, errors]);
  const rest = again(target, { seed: told.nextSeed, inputs: inputs - told.tried });
  if (told.wrong !== undefined) return told.wrong;
  if (silent) return `${target}: nothing was heard for ${SILENCE_MS} ms after ${told.tried} inputs\nagain: ${rest}`;
  if (!status.success) return `${target}: the process ended with ${status.code}: ${printed}\nagain: ${rest}`;
  return undefined;
}
