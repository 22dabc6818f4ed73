/**
 * Processes that a killed server left behind: a plugin ends itself when its pipe closes, but not one that hangs.
 *
 * Each process has a random nonce on its command line. Both stand in a file of the data folder while it lives; at the
 * next start whatever still has that number *and* that nonce is killed with its whole process group, so that a number
 * which has been given to another process meanwhile is left alone.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { shellLines } from "./shell.ts";

const FILE = "plugins.json";

const running = z.record(z.uuid(), z.strictObject({ name: z.string(), pid: z.int().min(2) }));
const contents = z.strictObject({ version: z.literal(1), running });

/** Pairs of process id and nonce come as arguments; does something with each that still runs, and prints its id. */
const each = (action: string) => `
while [ $# -gt 1 ]; do
  if [ -r "/proc/$1/cmdline" ]; then line=$(tr '\\0' ' ' < "/proc/$1/cmdline"); else line=$(ps -o args= -p "$1"); fi
  case "$line" in *"$2"*) ${action} && echo "$1" ;; esac
  shift 2
done
exit 0`;

/**
 * The plugins' processes of a data folder that still run, by their ids. Without a server they are what a killed one
 * left behind.
 *
 * @param folder The data folder.
 */
export async function runningPlugins(folder: string): Promise<string[]> {
  return await forEach(readRunning(`${folder}/${FILE}`), "true");
}

async function forEach(processes: z.infer<typeof running>, action: string): Promise<string[]> {
  const pairs = Object.entries(processes).flatMap(([nonce, { pid }]) => [String(pid), nonce]);
  return await shellLines(each(action), pairs);
}

/** A file that is not ours holds nothing that could safely be killed. */
function readRunning(path: string): z.infer<typeof running> {
  try {
    return contents.parse(JSON.parse(Deno.readTextFileSync(path))).running;
  } catch {
    return {};
  }
}

/** The file of the processes that live. */
export class Leftovers {
  readonly #path: string;
  readonly #warn: (text: string) => void;
  #running: z.infer<typeof running> = {};

  /**
   * @param folder The data folder.
   * @param warn Takes a line when the file cannot be written: plugins run all the same, because a full disk must not
   * cost phones.
   */
  constructor(folder: string, warn: (text: string) => void) {
    this.#path = `${folder}/${FILE}`;
    this.#warn = warn;
  }

  /**
   * Ends what an earlier server left behind.
   *
   * @returns How many processes were ended.
   */
  async end(): Promise<number> {
    const left = readRunning(this.#path);
    if (Object.keys(left).length === 0) return 0;
    const ended = await forEach(left, 'kill -s KILL -- "-$1"');
    this.#write();
    return ended.length;
  }

  /** Writes down a process; to be called in the turn that started it, before it can do anything. */
  remember(nonce: string, process: { name: string; pid: number }): void {
    this.#running[nonce] = process;
    this.#write();
  }

  /** Strikes out a process that has ended. */
  forget(nonce: string): void {
    delete this.#running[nonce];
    this.#write();
  }

  #write(): void {
    const path = `${this.#path}.new`;
    try {
      Deno.writeTextFileSync(path, JSON.stringify({ version: 1, running: this.#running }), { mode: 0o600 });
      Deno.renameSync(path, this.#path);
    } catch (error) {
      const why = wordsOf(error);
      this.#warn(
        `Cannot write down the running plugins in ${this.#path}, so a killed server could leave one behind: ${why}`,
      );
    }
  }
}
