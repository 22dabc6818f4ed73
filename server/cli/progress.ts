/**
 * What shows people that something long goes on.
 *
 * @module
 */

/** Between two states that are shown, milliseconds. */
const EACH_MS = 200;

/** One line on standard error that changes in its place; nothing where that is no terminal. */
export class ProgressLine implements Disposable {
  readonly #isShown = Deno.stderr.isTerminal();
  readonly #begun = performance.now();
  #last = -Infinity;

  /** Milliseconds since it was begun. */
  get elapsed(): number {
    return performance.now() - this.#begun;
  }

  /** Shows how far it is. @param words Makes them, where they are shown now; no wider than a terminal. */
  show(words: () => string): void {
    if (!this.#isShown || this.elapsed - this.#last < EACH_MS) return;
    this.#last = this.elapsed;
    this.#write(words());
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    if (this.#last >= 0) this.#write("");
  }

  #write(line: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${line}`));
  }
}

const BAR = 24;

/** How much of something is done, how long it took, and how long the rest will take if it goes on so. */
export function progressText({ done, of, elapsed }: { done: number; of: number; elapsed: number }): string {
  const part = of > 0 ? Math.min(done / of, 1) : 0;
  const bar = "#".repeat(Math.floor(part * BAR)).padEnd(BAR, "-");
  const left = part > 0 ? `, ${clockText(elapsed / part - elapsed)} left` : "";
  return `[${bar}] ${String(Math.floor(part * 100)).padStart(3)} %  ${clockText(elapsed)}${left}`;
}

/** A span as a clock shows it: `1:05`, `2:00:09`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, ...rest] = parts;
  const [first, ...others] = hours ? parts : rest;
  return [first, ...others.map((part) => String(part).padStart(2, "0"))].join(":");
}
