/**
 * How much a plugin's process weighs when processors are short: as much as any other, and a tenth once it computes
 * without a pause, so that the server and the other plugins come first. It goes on as fast as nobody else needs the
 * processor.
 *
 * @module
 */
import { shellLines } from "./shell.ts";

/** The part of the time from one look to the next that is without a pause. */
const NO_PAUSE = 0.9;
/** Looks in a row after which it is weighed less: a start that takes long is none. */
const LOOKS_UNTIL_LESS = 3;
/** Looks in a row after which it is weighed as before. */
const LOOKS_UNTIL_MORE = 10;
/** How nice it is then: a tenth of the weight of others. */
const NICENESS = 10;

/**
 * On Linux processes of different sessions are weighed by their sessions, where `nice` counts for nothing; where they
 * are not, `nice` does it, and only root can take it back.
 */
const WEIGH = `echo "$2" > "/proc/$1/autogroup"; renice "$2" -g "$1"`;

/** Of each thread, how long it had a processor or waited for one since it began, milliseconds. */
export type Threads = ReadonlyMap<string, number>;

/** The weight of one process. */
export class Weight {
  readonly #pid: number;
  #threads: Threads = new Map();
  #at = performance.now();
  #isLess = false;
  /** Looks in a row at which it should have been weighed otherwise. */
  #otherwise = 0;

  /** @param pid Its number, and that of a session of its own. */
  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Weighs it anew by what it did since the last look. @throws What Deno says if no shell can be started. */
  async look(threads: Threads): Promise<void> {
    const now = performance.now();
    const longest = (now - this.#at) * NO_PAUSE;
    const computes = [...threads].some(([thread, ms]) => ms - (this.#threads.get(thread) ?? ms) >= longest);
    this.#threads = threads;
    this.#at = now;
    this.#otherwise = computes === this.#isLess ? 0 : this.#otherwise + 1;
    if (this.#otherwise < (computes ? LOOKS_UNTIL_LESS : LOOKS_UNTIL_MORE)) return;
    this.#otherwise = 0;
    await shellLines(WEIGH, [String(this.#pid), String(computes ? NICENESS : 0)]);
    this.#isLess = computes;
  }
}
