/**
 * Brings checkpoints to one target, however long that does not take them.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import type { Checkpoint } from "../core/contract/history.ts";
import { pause, unlessAborted } from "../tools/mod.ts";
import type { Target } from "./target.ts";

/** How long one attempt may take, and the pause after the first that failed; it doubles up to the longest. */
const ATTEMPT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How a target has done. */
export interface DeliveryState {
  readonly target: Target["name"];
  /** How many checkpoints it took. */
  readonly taken: number;
  /** How many attempts failed. */
  readonly failed: number;
  /** Whether the last one did. */
  readonly failing: boolean;
}

/** Is told when a target begins to fail, and when it takes checkpoints again. */
export interface DeliveryWatch {
  failed(target: Target["name"], reason: string): void;
  resumed(target: Target["name"]): void;
}

/** Keeps the newest checkpoint that a target has not taken, and nothing older. */
export class Delivery {
  readonly #target: Target;
  readonly #watch: DeliveryWatch;
  readonly #ending = new AbortController();
  #newest: Checkpoint | undefined;
  #running: Promise<void> | undefined;
  #taken = 0;
  #failed = 0;
  #failing = false;

  constructor(target: Target, watch: DeliveryWatch) {
    this.#target = target;
    this.#watch = watch;
  }

  get state(): DeliveryState {
    return { target: this.#target.name, taken: this.#taken, failed: this.#failed, failing: this.#failing };
  }

  /** Brings a checkpoint, now or when the target takes one again; an older one that waits is let go. */
  offer(checkpoint: Checkpoint): void {
    this.#newest = checkpoint;
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  /** Brings the last one, in one attempt, and none behind it. It never rejects. */
  async end(last: Checkpoint, signal: AbortSignal): Promise<void> {
    this.#ending.abort();
    await unlessAborted(this.#running ?? Promise.resolve(), signal).catch(() => {});
    await this.#bring(last, signal);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let wait = FIRST_PAUSE_MS; this.#newest !== undefined;) {
      const checkpoint: Checkpoint = this.#newest;
      if (await this.#bring(checkpoint, AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]))) {
        if (this.#newest === checkpoint) this.#newest = undefined;
        wait = FIRST_PAUSE_MS;
      } else {
        if (!await pause(wait, signal)) return;
        wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
      }
    }
  }

  /** One attempt; whether the target took it. */
  async #bring(checkpoint: Checkpoint, signal: AbortSignal): Promise<boolean> {
    const sent = this.#target.send(checkpoint, signal);
    try {
      await unlessAborted(sent, signal);
      this.#taken++;
      if (this.#failing) this.#watch.resumed(this.#target.name);
      this.#failing = false;
      return true;
    } catch (error) {
      if (this.#ending.signal.aborted && error === this.#ending.signal.reason) return false;
      this.#failed++;
      if (!this.#failing) this.#watch.failed(this.#target.name, wordsOf(error));
      this.#failing = true;
      // A disk that does not answer is not asked again before it has.
      await unlessAborted(sent, this.#ending.signal).catch(() => {});
      return false;
    }
  }
}
