/**
 * Brings checkpoints to one target, however long that does not take them.
 *
 * @module
 */
import type { Checkpoint } from "../core/contract/history.ts";
import { pause, unlessAborted } from "../tools/mod.ts";
import { Attempts, type AttemptState, type AttemptWatch } from "./attempts.ts";
import type { Target } from "./target.ts";

/** How long one attempt may take, and the pause after the first that failed; it doubles up to the longest. */
const ATTEMPT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Keeps the newest checkpoint that a target has not taken, and nothing older. */
export class Delivery {
  readonly #target: Target;
  readonly #attempts: Attempts;
  readonly #ending = new AbortController();
  #newest: Checkpoint | undefined;
  #running: Promise<void> | undefined;

  constructor(target: Target, watch: AttemptWatch) {
    this.#target = target;
    this.#attempts = new Attempts(target.name, watch);
  }

  get state(): AttemptState {
    return this.#attempts.state;
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
      this.#attempts.took();
      return true;
    } catch (error) {
      if (this.#ending.signal.aborted && error === this.#ending.signal.reason) return false;
      this.#attempts.failed(error);
      // A disk that does not answer is not asked again before it has.
      await unlessAborted(sent, this.#ending.signal).catch(() => {});
      return false;
    }
  }
}
