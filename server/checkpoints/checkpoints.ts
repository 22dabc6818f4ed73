/**
 * When checkpoints are made, and who is given each.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import type { Checkpoint } from "../core/contract/history.ts";
import type { Clock } from "../core/mod.ts";
import type { AttemptState, AttemptWatch } from "./attempts.ts";
import { Delivery } from "./delivery.ts";
import type { Sign } from "./signing.ts";
import { Stamping } from "./stamping.ts";
import type { Target } from "./target.ts";

/** How long a stamp is waited for. */
const STAMP_MS = 10_000;

/** What is made, how often, and for whom. */
export interface CheckpointsOptions {
  /** Makes one: what is on disk is sealed by it. */
  make(): Promise<Checkpoint>;
  /** Whether another one is due: something was written since this one that does not tell of checkpoints. */
  isDue(since: Checkpoint): Promise<boolean>;
  /** Signs each. */
  readonly sign?: Sign | undefined;
  readonly clock: Pick<Clock, "after">;
  /** Between two. */
  readonly everyMs: number;
  readonly targets: readonly Target[];
  /** The address of an authority that has to stamp each before a target is given it. */
  readonly stampedBy?: string | undefined;
  /** Writes it to the log. */
  readonly log?: ((checkpoint: Checkpoint) => void) | undefined;
  readonly watch: AttemptWatch & {
    /** None could be made. */
    notMade(reason: string): void;
  };
}

/** The checkpoints of a server, from its start to its stop. No target that fails keeps another from one, nor anybody waiting. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #deliveries: readonly Delivery[];
  readonly #stamping: Stamping | undefined;
  readonly #ending = new AbortController();
  #making: Promise<void> | undefined;
  #giveUp = () => {};
  #begun = false;
  #newest: Checkpoint | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#stamping = options.stampedBy === undefined ? undefined : new Stamping(options.stampedBy, options.watch);
    this.#deliveries = options.targets.map((target) => new Delivery(target, options.watch));
  }

  /** How each target does. */
  get states(): readonly AttemptState[] {
    return [...this.#deliveries, ...this.#stamping ? [this.#stamping] : []].map(({ state }) => state);
  }

  /** Makes the first one, and further ones when something was written since the last. */
  begin(): void {
    this.#begun = true;
    const { clock, everyMs } = this.#options;
    const turn = () => {
      this.#making ??= this.#make().finally(() => this.#making = undefined);
      this.#giveUp = clock.after(everyMs, turn);
    };
    if (this.#isWanted) turn();
  }

  /**
   * Brings the last one, of a history that nothing is written to any more. It never rejects.
   *
   * @param ms How long that may take in all.
   */
  async end(last: Checkpoint, ms: number): Promise<void> {
    this.#giveUp();
    this.#ending.abort();
    if (!this.#begun) return;
    this.#begun = false;
    const signal = AbortSignal.timeout(ms);
    const signed = this.#signed(last);
    this.#options.log?.(signed);
    // An authority that does not answer leaves time for the targets.
    const stamped = await this.#stamped(signed, AbortSignal.timeout(ms / 2));
    await Promise.all(this.#deliveries.map((delivery) => delivery.end(stamped, signal)));
  }

  #signed(checkpoint: Checkpoint): Checkpoint {
    return this.#options.sign?.(checkpoint) ?? checkpoint;
  }

  async #stamped(checkpoint: Checkpoint, signal: AbortSignal): Promise<Checkpoint> {
    if (this.#deliveries.length === 0) return checkpoint;
    return await this.#stamping?.stamp(checkpoint, signal) ?? checkpoint;
  }

  get #isWanted(): boolean {
    return this.#deliveries.length > 0 || this.#options.log !== undefined;
  }

  async #make(): Promise<void> {
    try {
      const { make, isDue } = this.#options;
      if (this.#newest !== undefined && !await isDue(this.#newest)) return;
      const checkpoint = await make();
      if (!this.#begun || checkpoint.block === this.#newest?.block) return;
      this.#newest = checkpoint;
      const signed = this.#signed(checkpoint);
      this.#options.log?.(signed);
      const stamped = await this.#stamped(
        signed,
        AbortSignal.any([this.#ending.signal, AbortSignal.timeout(STAMP_MS)]),
      );
      if (!this.#begun) return;
      for (const delivery of this.#deliveries) delivery.offer(stamped);
    } catch (error) {
      if (this.#begun) this.#options.watch.notMade(wordsOf(error));
    }
  }
}
