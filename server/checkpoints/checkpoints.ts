/**
 * When checkpoints are made, and who is given each.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import type { Checkpoint } from "../core/contract/history.ts";
import type { Clock } from "../core/mod.ts";
import { Delivery, type DeliveryState, type DeliveryWatch } from "./delivery.ts";
import type { Sign } from "./signing.ts";
import type { Target } from "./target.ts";

/** What is made, how often, and for whom. */
export interface CheckpointsOptions {
  /** Makes one: what is on disk is sealed by it. */
  make(): Promise<Checkpoint>;
  /** Signs each. */
  readonly sign?: Sign | undefined;
  readonly clock: Pick<Clock, "after">;
  /** Between two. */
  readonly everyMs: number;
  readonly targets: readonly Target[];
  /** Writes it to the log. */
  readonly log?: ((checkpoint: Checkpoint) => void) | undefined;
  readonly watch: DeliveryWatch & {
    /** None could be made. */
    notMade(reason: string): void;
  };
}

/** The checkpoints of a server, from its start to its stop. No target that fails keeps another from one, nor anybody waiting. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #deliveries: readonly Delivery[];
  #giveUp = () => {};
  #begun = false;
  #newest: Checkpoint | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#deliveries = options.targets.map((target) => new Delivery(target, options.watch));
  }

  /** How each target does. */
  get states(): readonly DeliveryState[] {
    return this.#deliveries.map(({ state }) => state);
  }

  /** Makes the first one, and further ones when something was written since the last. */
  begin(): void {
    this.#begun = true;
    const { clock, everyMs } = this.#options;
    const turn = () => {
      void this.#make();
      this.#giveUp = clock.after(everyMs, turn);
    };
    if (this.#isWanted) turn();
  }

  /**
   * Brings the last one, of a history that nothing is written to any more. It never rejects.
   *
   * @param signal Gives up on targets that do not take it.
   */
  async end(last: Checkpoint, signal: AbortSignal): Promise<void> {
    this.#giveUp();
    if (!this.#begun) return;
    this.#begun = false;
    const signed = this.#signed(last);
    this.#options.log?.(signed);
    await Promise.all(this.#deliveries.map((delivery) => delivery.end(signed, signal)));
  }

  #signed(checkpoint: Checkpoint): Checkpoint {
    return this.#options.sign?.(checkpoint) ?? checkpoint;
  }

  get #isWanted(): boolean {
    return this.#deliveries.length > 0 || this.#options.log !== undefined;
  }

  async #make(): Promise<void> {
    try {
      const checkpoint = await this.#options.make();
      if (!this.#begun || checkpoint.block === this.#newest?.block) return;
      this.#newest = checkpoint;
      const signed = this.#signed(checkpoint);
      this.#options.log?.(signed);
      for (const delivery of this.#deliveries) delivery.offer(signed);
    } catch (error) {
      if (this.#begun) this.#options.watch.notMade(wordsOf(error));
    }
  }
}
