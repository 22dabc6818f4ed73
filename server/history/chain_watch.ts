/**
 * Checks the whole chain again and again for as long as the history is open, slowly, and keeps what was found: also what
 * an auditor's check finds, and what somebody meets who reads.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { faultOf, type HistoryAudit, type Verdict } from "../core/contract/history.ts";
import type { HistoryBounds } from "./bounds.ts";
import type { Met } from "./contract/store.ts";

/** What is known of the chain. */
export interface ChainState {
  /** What is wrong with it or beside it, in words; undefined while nothing is known to be. */
  readonly broken: string | undefined;
  /** The last check of all of it that came to an end. */
  readonly checked: {
    /** When it had ended, wall time, milliseconds. */
    readonly at: number;
    /** How many blocks it found right, from the first on, and how many rows they cover. */
    readonly blocks: number;
    readonly rows: number;
  } | undefined;
  /** Why the last one could not be ended, in words. */
  readonly failed: string | undefined;
}

/** What is checked, and who is told. */
export interface ChainWatchOptions {
  readonly bounds: Pick<HistoryBounds, "checkFirstMs" | "checkEveryMs">;
  /** Checks all of it, beside all other work. */
  check(signal: AbortSignal): Promise<Verdict>;
  /** Gives the wall time. */
  now: () => number;
  /** What the start has found already, and told. */
  broken: string | undefined;
  /** Called when something else is found to be wrong. */
  onBroken(reason: string): void;
  /** Called when a check has ended, or could not be. */
  onChecked(state: ChainState): void;
}

/** Checks, one check at a time: the first soon after the start, the next a while after the end of each. */
export class ChainWatch {
  readonly #options: ChainWatchOptions;
  readonly #ending = new AbortController();
  #state: ChainState;
  #told: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: Promise<void> | undefined;
  /** Whether to check once more as soon as the check that is under way has ended. */
  #again = false;
  /** How often something was found to be wrong. */
  #finds = 0;

  /** Begins. */
  constructor(options: ChainWatchOptions) {
    this.#options = options;
    this.#state = { broken: options.broken, checked: undefined, failed: undefined };
    this.#told = options.broken;
    this.#after(options.bounds.checkFirstMs);
  }

  /** What is known now. */
  get state(): ChainState {
    return this.#state;
  }

  /**
   * An audit whose checks are taken for what they find, those of the whole chain. That a chain is wrong where a checkpoint
   * of somebody was asked for may be the checkpoint's fault: then it is checked again without it.
   */
  watched(audit: HistoryAudit): HistoryAudit {
    return {
      ...audit,
      verify: async (options) => {
        const since = this.#finds;
        const verdict = await audit.verify(options);
        const { kept = [], from } = options;
        if (from === undefined && (verdict.firstBad === undefined || kept.length === 0)) this.#take(verdict, { since });
        else if (!verdict.ok) this.#checkSoon();
        return verdict;
      },
    };
  }

  /**
   * Takes what somebody met who read: what is not as it was written breaks the chain, until a check that begins later
   * finds it whole. What could not be held against its block shows nothing, and has the whole chain checked.
   */
  met({ damaged }: Met): void {
    if (this.#ending.signal.aborted) return;
    const { broken, failed } = this.#state;
    if (damaged !== undefined) this.#finds++;
    // One finding is told, and not each row of all that are read: the check says where it begins.
    if (broken !== undefined) return;
    if (damaged !== undefined) {
      this.#state = { ...this.#state, broken: damaged };
      this.#tell(damaged);
    } else if (failed === undefined) this.#checkSoon();
  }

  /** Checks no more; resolves when a check that is under way has been given up. */
  async end(): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#timer);
    await this.#checking;
  }

  #checkSoon(): void {
    if (this.#checking === undefined) this.#after(0);
    else this.#again = true;
  }

  #after(ms: number): void {
    if (this.#ending.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#checking = this.#check(), ms);
  }

  async #check(): Promise<void> {
    const { check, bounds, onChecked } = this.#options;
    const { signal } = this.#ending;
    const since = this.#finds;
    this.#again = false;
    try {
      this.#take(await check(signal), { since });
    } catch (error) {
      if (!signal.aborted) this.#state = { ...this.#state, failed: wordsOf(error) };
    }
    this.#checking = undefined;
    if (signal.aborted) return;
    onChecked(this.#state);
    this.#after(this.#again ? 0 : bounds.checkEveryMs);
  }

  /** @param options.since What had been found when the check began: it may have passed what was found meanwhile. */
  #take(verdict: Verdict, { since }: { since: number }): void {
    const { blocks, records } = verdict;
    const found = faultOf(verdict);
    const broken = found ?? (this.#finds > since ? this.#state.broken : undefined);
    this.#state = { broken, checked: { at: this.#options.now(), blocks, rows: records }, failed: undefined };
    if (found !== undefined) this.#finds++;
    else if (broken !== undefined) this.#checkSoon();
    if (broken !== undefined) this.#tell(broken);
  }

  #tell(broken: string): void {
    if (broken === this.#told) return;
    this.#told = broken;
    this.#options.onBroken(broken);
  }
}
