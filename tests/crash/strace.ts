/**
 * Watches what a process writes and syncs, with strace.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";

/** A finished call that changes a file, or makes what was changed durable. */
export interface FileCall {
  /** When it began and ended, wall milliseconds. */
  began: number;
  /** Infinity for one that the end of the process has cut off: what it did is not known. */
  ended: number;
  file: string;
  effect: { write: Uint8Array; at: number } | { truncate: number } | "sync";
}

/** A process that is being watched. */
export interface Watch extends AsyncDisposable {
  /** What was seen, in order. The process must have ended, and with it the watch. */
  calls(): Promise<FileCall[]>;
}

const SYNCS = ["fsync", "fdatasync"];
/** Whatever else could change a file is asked for too, so that it is noticed and not overlooked. */
const CALLS = [...SYNCS, "pwrite64", "ftruncate", "write", "writev", "pwritev", "pwritev2", "fallocate"];
const HOW_TO_GET = "install strace (on Debian: apt-get install strace) and run where a process may be traced";
const PATIENCE_MS = 10_000;
/** More than SQLite writes in one call. */
const LONGEST_WRITE = 65_536;

/** Why nothing can be watched here, and what to do; undefined if it can. */
export async function whyNoStrace(): Promise<string | undefined> {
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "null" }).spawn();
  const folder = await Deno.makeTempDir();
  const watching = await watch(child.pid, { files: [`${folder}/none`], log: `${folder}/log` })
    .catch((error: Error) => error);
  child.kill("SIGKILL");
  await child.status;
  await child.stdin.abort().catch(() => {});
  if (!(watching instanceof Error)) await watching[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
  return watching instanceof Error ? `${watching.message}: ${HOW_TO_GET}` : undefined;
}

/**
 * Attaches to a process with all its threads, and resolves when it is watched.
 *
 * @param options.files The files that matter.
 * @param options.log Where strace writes.
 * @throws {Error} If it cannot be watched.
 */
export async function watch(pid: number, options: { files: string[]; log: string }): Promise<Watch> {
  const strace = new Deno.Command("strace", {
    args: [
      ...["-f", "-y", "-ttt", "-T", "-xx", "-s", String(LONGEST_WRITE), "-e", `trace=${CALLS.join(",")}`],
      ...options.files.flatMap((file) => ["-P", file]),
      ...["-o", options.log, "-p", String(pid)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const told = strace.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await told.read();
  const rest = (async () => {
    while (!(await told.read()).done);
  })();
  const end = async () => {
    await deadline(strace.status, PATIENCE_MS);
    await rest;
  };
  if (!/attached/.test(value)) {
    await end();
    throw new Error(`strace cannot attach to process ${pid}: ${value.trim()}`);
  }
  return {
    async calls() {
      await end();
      return parse(await Deno.readTextFile(options.log));
    },
    [Symbol.asyncDispose]: end,
  };
}

const LINE = /^(?<thread>\d+) +(?<time>\d+\.\d+) (?<rest>.*)$/;
const RESUMED = /^<\.\.\. \w+ resumed>/;
const UNFINISHED = / <unfinished \.\.\.>$/;
const CALL = /^(?<name>\w+)\(\d+<(?<file>[^>]+)>(?:, )?(?<args>.*)$/;
const RESULT = /\) += (?<result>-?\d+|\?)(?: \w+ \([^)]*\))?(?: <(?<seconds>\d+\.\d+)>)?$/;

function parse(log: string): FileCall[] {
  const calls: FileCall[] = [];
  const unfinished = new Map<string, { text: string; began: number }>();
  for (const line of log.split("\n")) {
    const { thread = "", time = "", rest = "" } = LINE.exec(line)?.groups ?? {};
    if (UNFINISHED.test(rest)) {
      unfinished.set(thread, { text: rest.replace(UNFINISHED, ""), began: Number(time) });
      continue;
    }
    const before = RESUMED.test(rest) ? unfinished.get(thread) : undefined;
    if (before) unfinished.delete(thread);
    const text = before ? before.text + rest.replace(RESUMED, "") : rest;
    const call = read(text, { began: before?.began ?? Number(time), seen: Number(time), split: before !== undefined });
    if (call) calls.push(call);
  }
  for (const { text, began } of unfinished.values()) {
    const call = read(`${text}) = ?`, { began, seen: Infinity, split: true });
    if (call) calls.push(call);
  }
  return calls;
}

/** What a call did; undefined for a line that tells of no call, and for a call that failed. */
function read(text: string, when: { began: number; seen: number; split: boolean }): FileCall | undefined {
  const { name, file, args } = CALL.exec(text)?.groups ?? {};
  if (name === undefined || file === undefined || args === undefined) return undefined;
  const { result, seconds } = RESULT.exec(text)?.groups ?? {};
  if (result === undefined) throw new Error(`Cannot read the result of ${text.slice(-200)}`);
  if (result.startsWith("-")) return undefined;
  const ended = result === "?" ? Infinity : when.split ? when.seen : when.began + Number(seconds);
  const call = { began: when.began * 1_000, ended: ended * 1_000, file: new TextDecoder().decode(bytesOf(file)) };
  if (SYNCS.includes(name)) return { ...call, effect: "sync" };
  if (name === "ftruncate") return { ...call, effect: { truncate: parseInt(args) } };
  const [, hex, length, at] = /^"((?:\\x[0-9a-f]{2})*)", (\d+), (\d+)/.exec(args) ?? [];
  if (name !== "pwrite64" || hex === undefined) throw new Error(`Nothing is known of ${name} to ${file}`);
  const write = bytesOf(hex);
  if (write.length !== Number(length)) throw new Error(`A write of ${length} bytes to ${file} was not seen whole`);
  return { ...call, effect: { write, at: Number(at) } };
}

/** Bytes as strace writes them, paths too: `\x2f\x77`. */
function bytesOf(escaped: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(escaped.replaceAll("\\x", ""));
}
