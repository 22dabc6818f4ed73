/**
 * Processes that a killed server left behind: a plugin ends itself when its pipe closes, but not one that hangs.
 *
 * While a process lives, its number, when it began and the number of its server stand in a file of the data folder. At
 * the next start whatever still has that number *and* began at that moment is killed with its whole process group: a
 * number that was given to another process meanwhile is left alone, and a process that calls itself otherwise is known
 * all the same. Only what is certainly gone is struck out.
 *
 * A process whose parent still is its server is not left behind: the file came with a copy of the folder of a server that
 * runs. To a process whose server has gone the system gives another parent, which ran beside that server and so has
 * another number. Where the folder is by then does not matter.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import { shellLines } from "./shell.ts";

const FILE = "plugins.json";

const process = z.strictObject({
  name: z.string(),
  pid: z.int().min(2),
  /** The server that started it. */
  parent: z.int().min(1),
  /** When it began, as {@linkcode BEGAN} tells it; missing for a moment after its launch. */
  began: z.string().min(1).exactOptional(),
});
const running = z.record(z.uuid(), process);
const contents = z.strictObject({ version: z.literal(2), running });

type Running = z.infer<typeof running>;

/**
 * `began PID` tells when a process began: the start of the system and clock ticks since, or where there is no /proc the
 * second. Nothing, and false, if there is none or it has ended. `is PID BEGAN NONCE` is whether it is that one; as long
 * as it has not been looked when it began, its command line tells. `left PID BEGAN NONCE PARENT` is whether it is that
 * one, and has another parent by now.
 */
const BEGAN = `
stat() {
  stat=
  while read -r line; do stat="$stat $line"; done < "/proc/$1/stat" || return
  echo "\${stat##*) }"
}
began() {
  if ! [ -r /proc/self/stat ]; then
    LC_ALL=C TZ=UTC0 ps -o lstart= -p "$1"
    return
  fi
  set -- $(stat "$1")
  case $1 in ''|Z|X) return 1 ;; esac
  read -r boot < /proc/sys/kernel/random/boot_id
  echo "$boot \${20}"
}
is() {
  now=$(began "$1") || return
  [ -z "$2" ] || { [ "$now" = "$2" ]; return; }
  if [ -r "/proc/$1/cmdline" ]; then words=$(tr '\\0' ' ' < "/proc/$1/cmdline"); else words=$(ps -o args= -p "$1"); fi
  case $words in *"$3"*) ;; *) false ;; esac
}
parent() {
  if [ -r /proc/self/stat ]; then set -- $(stat "$1"); else set -- - $(ps -o ppid= -p "$1"); fi
  echo "$2"
}
left() {
  [ "$(parent "$1")" != "$4" ] && is "$@"
}`;

/** Tells the number of each process that is left. What {@linkcode BEGAN}'s `left` takes of each comes as arguments. */
const TELL = `${BEGAN}
while [ $# -gt 3 ]; do
  if left "$@"; then echo "$1"; fi
  shift 4
done`;

/** How often it is looked whether a killed process is gone, a tenth of a second apart: one that waits for a disk takes long. */
const LOOKS = 20;

/** Kills each process that is left with its group; tells `PID`, and `PID left` of one that is not gone in time. */
const KILL = `${BEGAN}
while [ $# -gt 3 ]; do
  if left "$@"; then
    kill -s KILL -- "-$1"
    looks=0
    while is "$@" && [ $looks -lt ${LOOKS} ]; do looks=$((looks + 1)); sleep 0.1; done
    if is "$@"; then echo "$1 left"; else echo "$1"; fi
  fi
  shift 4
done`;

/**
 * The processes that a killed server of a data folder has left behind and that still run, by their ids.
 *
 * @param folder The data folder.
 */
export async function leftPlugins(folder: string): Promise<string[]> {
  return await forEach(readRunning(`${folder}/${FILE}`), TELL);
}

async function forEach(processes: Running, script: string): Promise<string[]> {
  const args = Object.entries(processes).flatMap(([nonce, { pid, began = "", parent }]) => [
    String(pid),
    began,
    nonce,
    String(parent),
  ]);
  return await shellLines(script, args);
}

/** A file that is not ours holds nothing that could safely be killed. */
function readRunning(path: string): Running {
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
  #running: Running = {};

  /**
   * @param folder The data folder.
   * @param warn Takes a line when the file cannot be written: plugins run all the same, because a full disk must not
   * cost phones; and one for each process that cannot be ended.
   */
  constructor(folder: string, warn: (text: string) => void) {
    this.#path = `${folder}/${FILE}`;
    this.#warn = warn;
  }

  /**
   * Ends what an earlier server left behind. What is not gone in time stays written down for the next start.
   *
   * @returns How many processes were ended.
   */
  async end(): Promise<number> {
    const left = readRunning(this.#path);
    if (Object.keys(left).length === 0) return 0;
    const lines = await forEach(left, KILL);
    const remaining = new Set(lines.filter((line) => line.endsWith(" left")).map((line) => parseInt(line)));
    for (const [nonce, process] of Object.entries(left)) {
      if (!remaining.has(process.pid)) continue;
      this.#running[nonce] = process;
      this.#warn(
        `Cannot end process ${process.pid} of the plugin ${process.name}, which an earlier server left behind`,
      );
    }
    this.#write();
    return lines.length - remaining.size;
  }

  /**
   * Writes down a process, in the turn that started it, before it can do anything.
   *
   * @returns Resolves when it has also been written down when it began, if it has not ended before.
   */
  async remember(nonce: string, { name, pid }: { name: string; pid: number }): Promise<void> {
    const process = { name, pid, parent: Deno.pid };
    this.#running[nonce] = process;
    this.#write();
    const [began] = await shellLines(`${BEGAN}\nbegan "$1"`, [String(pid)]).catch(() => []);
    if (began === undefined || !(nonce in this.#running)) return;
    this.#running[nonce] = { ...process, began };
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
      Deno.writeTextFileSync(path, JSON.stringify({ version: 2, running: this.#running }), { mode: 0o600 });
      Deno.renameSync(path, this.#path);
    } catch (error) {
      const why = wordsOf(error);
      this.#warn(
        `Cannot write down the running plugins in ${this.#path}, so a killed server could leave one behind: ${why}`,
      );
    }
  }
}
