/**
 * The history as the core writes it: its port, over the queue.
 *
 * @module
 */
import type { Acceptance, Completion, History } from "../core/mod.ts";
import { type AnyFact, type Fact, FACTS } from "../core/contract/facts.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { clockTrouble } from "../core/contract/time.ts";
import type { HistoryBounds } from "./bounds.ts";
import type { Cell } from "./chain/mod.ts";
import type { Commit } from "./contract/store.ts";
import { factCells } from "./fact_cells.ts";
import { type HistoryWatch, RowQueue } from "./row_queue.ts";

/** Writes what happens into the queue. */
export class Recorder implements History {
  readonly #queue: RowQueue;
  readonly #bounds: HistoryBounds;
  readonly #now: () => number;
  readonly nameOf: (token: string) => string | undefined;
  #dropped = 0;

  /** @param commit The store's. @param options.now Gives the wall time of facts and commits. */
  constructor(
    commit: Commit,
    options: {
      bounds: HistoryBounds;
      now: () => number;
      nameOf: (token: string) => string | undefined;
      stopsLoop?: () => boolean;
      watch?: HistoryWatch | undefined;
      onFatal: (error: Error) => void;
    },
  ) {
    this.#bounds = options.bounds;
    this.#now = options.now;
    this.nameOf = options.nameOf;
    this.#queue = new RowQueue({
      commit,
      stopsLoop: options.stopsLoop,
      bounds: options.bounds,
      now: options.now,
      troubleRow: (fact) => ({ kind: "fact", cells: this.#cells(fact) }),
      watch: options.watch,
      onFatal: options.onFatal,
    });
  }

  /** How many rows are not yet on disk. */
  get waiting(): number {
    return this.#queue.length;
  }

  get trouble(): string | undefined {
    return this.#queue.trouble ?? clockTrouble(this.#now());
  }

  /** Why what the history is kept in is not what it was, in words. */
  get displaced(): string | undefined {
    return this.#queue.displaced;
  }

  accept(row: Acceptance): Promise<number> {
    const wrong = clockTrouble(this.#now());
    if (wrong !== undefined) return Promise.reject(new PhoneError("RESOURCEUNAVAIL", wrong));
    return this.#queue.append("accepted", [
      row.at,
      row.operation,
      row.phone,
      row.plugin,
      row.application.id,
      row.application.name,
      row.token,
      row.handle,
      row.reference ?? null,
      JSON.stringify(row.params),
      this.nameOf(row.token) ?? null,
    ]);
  }

  async complete(row: Completion): Promise<void> {
    await this.#queue.append("completed", [
      row.requestId,
      row.at,
      row.dispatchedAt,
      row.outcome,
      row.result,
      row.cause ?? null,
      row.message ?? null,
      row.reply,
      row.tookUs ?? null,
    ]);
  }

  async withdraw(requestId: number): Promise<void> {
    await this.#queue.append("withdrawn", [requestId]);
  }

  async note(fact: Fact, options?: { optional?: boolean }): Promise<void> {
    if (options?.optional && this.#queue.length > this.#bounds.waitingRows / 2) this.#dropped++;
    else await this.#queue.append("fact", this.#cells(fact));
  }

  #cells(fact: AnyFact): Cell[] {
    if (this.#dropped > 0 && "dropped" in FACTS[fact.type].detail) {
      fact = { ...fact, detail: { ...fact.detail, dropped: this.#dropped } };
      this.#dropped = 0;
    }
    const tokenName = fact.token === undefined ? undefined : this.nameOf(fact.token);
    return factCells(fact, { at: this.#now(), tokenName });
  }

  /** Takes nothing more until everything is on disk, or `signal` gives up. Resolves with how many rows are not. */
  close(signal: AbortSignal): Promise<number> {
    return this.#queue.close(signal);
  }

  /** What the history is kept in has been taken away. */
  displace(reason: string): void {
    this.#queue.displace(reason);
  }

  /** The writer is broken for good. */
  fail(error: Error): void {
    this.#queue.fail(error);
  }
}
