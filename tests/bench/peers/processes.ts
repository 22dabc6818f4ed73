/**
 * Child processes: run to their end, or started and ended with all that they have started.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { processTree } from "../process_tree.ts";

/** How long a process may take until it is ready. */
const PATIENCE_MS = 30_000;
/** How long its end in order may take before it becomes a kill. */
const ENDING_MS = 12_000;
/** As many characters of what it prints are kept for an error. */
const MOST_KEPT = 65_536;

/** A program and its arguments. */
export type Words = readonly [program: string, ...args: string[]];

/** A process that runs. */
export interface Running {
  pid: number;
  /** Ends it by a signal, SIGTERM by default; SIGKILL is for all that it has started, too. */
  stop(signal?: Deno.Signal): Promise<void>;
}

/** Starts a program, and waits until it prints what says that it is `ready`, if that is said. @throws {Error} If it ends before. */
export async function start(
  [program, ...args]: Words,
  { env = {}, ready }: { env?: Record<string, string>; ready?: RegExp } = {},
): Promise<Running> {
  const child = new Deno.Command(program, { args, env, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const { promise: said, resolve, reject } = Promise.withResolvers<void>();
  let printed = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed = (printed + text).slice(-MOST_KEPT);
      if (ready?.test(printed)) resolve();
    }
  };
  const pipes = Promise.all([read(child.stdout), read(child.stderr)]);
  const exit = child.status.then(async ({ code }) => {
    await pipes;
    reject(new Error(`${program} ${args.join(" ")} has ended with ${code}:\n${printed}`));
  });
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    const tree = await processTree(child.pid);
    for (const pid of signal === "SIGKILL" ? tree : [child.pid]) send(pid, signal);
    const late = new AbortController();
    await Promise.race([exit, delay(ENDING_MS, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    // What has outlived it holds its ports.
    for (const pid of tree) send(pid, "SIGKILL");
    await exit;
  };
  if (ready === undefined) resolve();
  const timer = setTimeout(
    () => reject(new Error(`${program} is not ready after ${PATIENCE_MS} ms:\n${printed}`)),
    PATIENCE_MS,
  );
  try {
    await said;
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { pid: child.pid, stop };
}

/** Runs a program to its end, and tells what it printed. @throws {Error} If it does not succeed. */
export async function output(
  [program, ...args]: Words,
  { input, env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) await ReadableStream.from([new TextEncoder().encode(input)]).pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`${program} ${args.join(" ")} has failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Whether there is a program of that name. */
export async function isThere(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", 'command -v "$0"', program], stdout: "null" })
    .output();
  return success;
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It has ended already, which is what is wanted.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
