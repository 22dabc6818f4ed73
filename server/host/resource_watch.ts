/**
 * What the plugins' processes take of the machine, looked at every second: memory, what lies in their temporary folders,
 * and processor time. The system's own limits ({@linkcode ProcessLimits}) are for one file and for all that a process
 * may write to; this is what it holds.
 *
 * Whoever holds too much is ended; whoever computes without a pause is weighed less ({@linkcode Weight}).
 *
 * @module
 */
import { within } from "../tools/mod.ts";
import type { PluginLimits } from "./launch.ts";
import { exceeded } from "./refusal.ts";
import { shellLines } from "./shell.ts";
import { sizeOf } from "./temporary_folders.ts";
import { Weight } from "./weight.ts";

/** A process that is watched. */
export interface Watched {
  /** Its number, and that of a session of its own. */
  pid: number;
  /** Its temporary folder. */
  temporary: string;
  limits: Pick<PluginLimits, "heapMb" | "memoryMb" | "temporaryMb">;
  /** It holds more, in words. */
  exceed(why: string): void;
}

/** What is seen of a process at one look. */
interface Seen {
  /** Resident, bytes. */
  memory: number;
  /** In files that it has open and that stand in no folder any more, bytes. */
  unlinked: number;
  threads: Map<string, number>;
}

const EVERY_MS = 1_000;
/** How long a look that is under way is waited for, milliseconds. */
const LAST_LOOK_MS = 2_000;
const KILOBYTE = 1_024;
const MEGABYTE = 1_048_576;

/**
 * Tells of each process `PID memory KILOBYTES`, of each thread `PID thread MILLISECONDS THREAD`, which is how long it
 * had a processor or waited for one, and of each file that it has open and that stands in no folder any more, as what a
 * database spills, `PID INODE KILOBYTES`. Without /proc only the first is known.
 */
const LOOK = `
if ! [ -r /proc/self/stat ]; then
  for pid; do echo "$pid memory $(ps -o rss= -p "$pid")"; done
  exit
fi
# Two folders at least, so that each stands above its files; and no file by name, for there can be too many to name.
folders=/dev/null/
for pid; do
  while read -r key value _; do
    case $key in VmRSS:) echo "$pid memory $value"; break ;; esac
  done < "/proc/$pid/status"
  for task in "/proc/$pid/task"/*; do
    read -r had waited _ < "$task/schedstat" && echo "$pid thread $(((had + waited) / 1000000)) \${task##*/}"
  done
  folders="$folders /proc/$pid/fd"
done
ls -Llisk $folders | while read -r inode blocks mode links _; do
  case $inode in /proc/*) pid=\${inode#/proc/} pid=\${pid%%/*} ;; esac
  case $mode-$links in -*-0) echo "$pid $inode $blocks" ;; esac
done`;

/** Watches over processes for as long as there are any. */
export class ResourceWatch {
  readonly #watched = new Map<Watched, Weight>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking: Promise<void> | undefined;

  /** Watches a process until what is returned is called. */
  watch(process: Watched): () => void {
    this.#watched.set(process, new Weight(process.pid));
    this.#timer ??= setInterval(() => {
      this.#looking ??= this.#look().finally(() => this.#looking = undefined);
    }, EVERY_MS);
    return () => {
      this.#watched.delete(process);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Waits for the look that is under way, when nothing is watched any more. */
  async end(): Promise<void> {
    if (this.#looking) await within(this.#looking, LAST_LOOK_MS);
  }

  async #look(): Promise<void> {
    // When not even a shell can be started, there are still the folders to look at.
    const seen = await look([...this.#watched.keys()].map(({ pid }) => pid)).catch(() => new Map<number, Seen>());
    for (const [process, weight] of this.#watched) {
      const { memory, unlinked, threads } = seen.get(process.pid) ?? nothing();
      const { bytes } = await sizeOf(process.temporary).catch(() => ({ bytes: 0 }));
      if (!this.#watched.has(process)) continue;
      const { heapMb, memoryMb, temporaryMb } = process.limits;
      const mostMb = heapMb + memoryMb;
      if (memory > mostMb * MEGABYTE) process.exceed(exceeded("memory", mostMb));
      else if (bytes + unlinked > temporaryMb * MEGABYTE) process.exceed(exceeded("temporary files", temporaryMb));
      else await weight.look(threads).catch(() => {});
    }
  }
}

const nothing = (): Seen => ({ memory: 0, unlinked: 0, threads: new Map() });

async function look(pids: readonly number[]): Promise<Map<number, Seen>> {
  const seen = new Map(pids.map((pid) => [pid, nothing()]));
  // A file can be open more than once.
  const lines = new Set(await shellLines(LOOK, pids.map(String)));
  for (const line of lines) {
    const [pid, what, value, thread = ""] = line.split(/\s+/);
    const process = seen.get(Number(pid));
    if (!process) continue;
    if (what === "thread") process.threads.set(thread, Number(value));
    else process[what === "memory" ? "memory" : "unlinked"] += Number(value) * KILOBYTE;
  }
  return seen;
}
