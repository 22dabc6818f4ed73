/**
 * What the plugins' processes take of the machine, looked at every second: memory, what lies in their temporary folders,
 * and processor time. The system's own limits ({@linkcode ProcessLimits}) are for one file and for all that a process
 * may write to; this is what it holds.
 *
 * Whoever holds too much is ended. Whoever computes without end is weighed less, so that the server and the other
 * plugins come first: it goes on as fast as nobody else needs the processor.
 *
 * @module
 */
import type { PluginLimits } from "./launch.ts";
import { exceeded } from "./refusal.ts";
import { shellLines } from "./shell.ts";
import { sizeOf } from "./temporary_folders.ts";

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
  /** Processor time that it had or waited for since its start, seconds. */
  wanted: number | undefined;
}

/** How a process is weighed. */
interface Weight {
  /** What it had wanted at the last look. */
  wanted: number | undefined;
  isHeavy: boolean;
  /** Looks in a row at which it was as it is not weighed. */
  changed: number;
}

const EVERY_MS = 1_000;
const KILOBYTE = 1_024;
const MEGABYTE = 1_048_576;
const TICKS_A_SECOND = 100;
/** The part of a processor that is much, from one look to the next. */
const HEAVY = 0.5;
/** Looks in a row after which it is weighed less: a start that takes long is none. */
const LOOKS_UNTIL_HEAVY = 3;
/** Looks in a row after which it is weighed as before. */
const LOOKS_UNTIL_LIGHT = 10;
/** How nice it is then: a tenth of the weight of others. */
const NICENESS = 10;

/**
 * Tells of each process `PID memory KILOBYTES` and `PID wanted TICKS`, which is its processor time and what it
 * waited for a processor, and of each file that it has open and that stands in
 * no folder any more, as what a database spills, `PID INODE KILOBYTES`. Without /proc only the first is known.
 */
const LOOK = `
if ! [ -r /proc/self/stat ]; then
  for pid; do echo "$pid memory $(ps -o rss= -p "$pid")"; done
  exit
fi
paths=
for pid; do
  while read -r key value _; do
    case $key in VmRSS:) echo "$pid memory $value"; break ;; esac
  done < "/proc/$pid/status"
  stat=
  while read -r line; do stat="$stat $line"; done < "/proc/$pid/stat"
  waited=0
  for task in "/proc/$pid/task"/*; do
    read -r _ nanoseconds _ < "$task/schedstat" && waited=$((waited + nanoseconds / 10000000))
  done
  set -- \${stat##*) }
  [ $# -lt 13 ] || echo "$pid wanted $((\${12} + \${13} + waited))"
  paths="$paths /proc/$pid/fd/*"
done
ls -dLlisk $paths | while read -r inode blocks mode links rest; do
  case $mode-$links in -*-0) rest=\${rest%/fd/*}; echo "\${rest##*/} $inode $blocks" ;; esac
done`;

/**
 * On Linux processes of different sessions are weighed by their sessions, where `nice` counts for nothing; where they
 * are not, `nice` does it, and only root can take it back.
 */
const WEIGH = `echo "$2" > "/proc/$1/autogroup"; renice "$2" -g "$1"`;

/** Watches over processes for as long as there are any. */
export class ResourceWatch {
  readonly #watched = new Map<Watched, Weight>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking: Promise<void> | undefined;

  /** Watches a process until what is returned is called. */
  watch(process: Watched): () => void {
    this.#watched.set(process, { wanted: undefined, isHeavy: false, changed: 0 });
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

  async #look(): Promise<void> {
    const seen = await look([...this.#watched.keys()].map(({ pid }) => pid));
    for (const [process, weight] of this.#watched) {
      const { memory, unlinked, wanted } = seen.get(process.pid) ?? NOTHING;
      const { bytes } = await sizeOf(process.temporary).catch(() => ({ bytes: 0 }));
      if (!this.#watched.has(process)) continue;
      const { heapMb, memoryMb, temporaryMb } = process.limits;
      const mostMb = heapMb + memoryMb;
      if (memory > mostMb * MEGABYTE) process.exceed(exceeded("memory", mostMb));
      else if (bytes + unlinked > temporaryMb * MEGABYTE) process.exceed(exceeded("temporary files", temporaryMb));
      else await weigh(process, { weight, wanted });
    }
  }
}

const NOTHING: Seen = { memory: 0, unlinked: 0, wanted: undefined };

async function look(pids: readonly number[]): Promise<Map<number, Seen>> {
  const seen = new Map(pids.map((pid) => [pid, { ...NOTHING }]));
  // A file can be open more than once.
  const lines = new Set(await shellLines(LOOK, pids.map(String)));
  for (const line of lines) {
    const [pid, what, value] = line.split(/\s+/);
    const process = seen.get(Number(pid));
    if (!process) continue;
    if (what === "wanted") process.wanted = Number(value) / TICKS_A_SECOND;
    else process[what === "memory" ? "memory" : "unlinked"] += Number(value) * KILOBYTE;
  }
  return seen;
}

async function weigh(
  { pid }: Watched,
  { weight, wanted }: { weight: Weight; wanted: number | undefined },
): Promise<void> {
  const isHeavy = wanted !== undefined && weight.wanted !== undefined && wanted - weight.wanted >= HEAVY;
  weight.wanted = wanted;
  weight.changed = isHeavy === weight.isHeavy ? 0 : weight.changed + 1;
  if (weight.changed < (isHeavy ? LOOKS_UNTIL_HEAVY : LOOKS_UNTIL_LIGHT)) return;
  weight.changed = 0;
  weight.isHeavy = isHeavy;
  await shellLines(WEIGH, [String(pid), String(isHeavy ? NICENESS : 0)]);
}
