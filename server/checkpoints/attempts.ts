/**
 * What became of the attempts at one thing: counted, and told when it begins to fail and when it works again.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { printable } from "../core/contract/text.ts";
import type { CheckpointTarget } from "../core/contract/facts.ts";

/** What is told of why one failed, characters: it may be what somebody out there says. */
const LONGEST_REASON = 500;

/** How the attempts went. */
export interface AttemptState {
  readonly target: CheckpointTarget;
  /** How many succeeded. */
  readonly taken: number;
  /** How many failed. */
  readonly failed: number;
  /** Whether the last one did. */
  readonly failing: boolean;
}

/** Is told when a target begins to fail, and when it takes checkpoints again. */
export interface AttemptWatch {
  failed(target: CheckpointTarget, reason: string): void;
  resumed(target: CheckpointTarget): void;
}

/** The attempts at one target. */
export class Attempts {
  readonly #target: CheckpointTarget;
  readonly #watch: AttemptWatch;
  #taken = 0;
  #failed = 0;
  #failing = false;

  constructor(target: CheckpointTarget, watch: AttemptWatch) {
    this.#target = target;
    this.#watch = watch;
  }

  get state(): AttemptState {
    return { target: this.#target, taken: this.#taken, failed: this.#failed, failing: this.#failing };
  }

  took(): void {
    this.#taken++;
    if (this.#failing) this.#watch.resumed(this.#target);
    this.#failing = false;
  }

  failed(error: unknown): void {
    this.#failed++;
    if (!this.#failing) this.#watch.failed(this.#target, whyOf(error));
    this.#failing = true;
  }
}

function whyOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const words = printable(wordsOf(error));
  return words.length > LONGEST_REASON ? `${words.slice(0, LONGEST_REASON - 1)}…` : words;
}
