/**
 * The one queue in front of the disk: group commit, and what happens when the disk does not take it.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { PhoneError } from "../core/contract/errors.ts";
import type { Fact } from "../core/contract/facts.ts";
import type { HistoryBounds } from "./bounds.ts";
import { type Cell, flatten, type Row, type RowKind } from "./chain/mod.ts";
import type { Commit } from "./contract/store.ts";

/** The queue's own rows: it alone knows when writing fails and when it works again. */
export type TroubleRow = (fact: Fact<"historyFailed" | "historyResumed">) => Row;

/** A write-ahead log that cannot be cut back. */
export interface HeldLog {
  /** How much of it could not be moved into the file. */
  readonly bytes: number;
  /** The processes that read the file, other than this one, where the system tells. */
  readonly readers: readonly number[];
}

/** Watches how the disk keeps up. */
export interface HistoryWatch {
  /** A block is on disk; it took so many milliseconds. */
  committed(block: { rows: number; ms: number }): void;
  /** Nothing can be accepted from now on, until `resumed`. */
  failed(reason: string): void;
  /** Writing works again. */
  resumed(): void;
  /** Somebody's reading keeps the write-ahead log from being cut back; undefined when nobody's does any more. */
  held(log: HeldLog | undefined): void;
}

/** A queue stands before one store, as the only one that writes to it. */
export interface RowQueueOptions {
  commit: Commit;
  /** Whether the next commit stops this thread. */
  stopsLoop?: (() => boolean) | undefined;
  bounds: HistoryBounds;
  /** Gives the wall time of commits. */
  now: () => number;
  /** Makes the row that says so. */
  troubleRow: TroubleRow;
  /** Is told how the disk keeps up. */
  watch?: HistoryWatch | undefined;
  /** Called once when the writer is broken for good. */
  onFatal: (error: Error) => void;
}

interface WaitingRow extends Row {
  resolve(seq: number): void;
  reject(error: Error): void;
}

/**
 * Rows on their way to the disk.
 *
 * Its states: *idle* until a row comes; then *committing*, one batch at a time, each taking all that came during the
 * one before. A commit that fails makes it *failing*: acceptances are refused, everything else keeps its place and is
 * tried again until it succeeds. `close` drains it.
 */
export class RowQueue {
  readonly #options: RowQueueOptions;
  #waiting: WaitingRow[] = [];
  #committing: WaitingRow[] = [];
  /** When the first of each came, monotonic milliseconds; what did not fit into a block, when that block was sent. */
  #waitingSince = 0;
  #committingSince = 0;
  #scheduled = false;
  #failing: { reason: string; pauseMs: number; timer: ReturnType<typeof setTimeout> | undefined } | undefined;
  /** Why nothing is accepted any more, though it is written. */
  #displaced: string | undefined;
  /** Why nothing is taken any more. */
  #ended: string | undefined;
  /** Resolves with how many rows did not reach the disk. */
  readonly #finished = Promise.withResolvers<number>();
  #isFinished = false;

  /** An empty queue. */
  constructor(options: RowQueueOptions) {
    this.#options = options;
  }

  /** How many rows are not yet on disk. */
  get length(): number {
    return this.#waiting.length + this.#committing.length;
  }

  /** Why nothing can be accepted now, in words; undefined when it can. */
  get trouble(): string | undefined {
    const { waitingRows, waitingMs } = this.#options.bounds;
    if (this.#ended !== undefined) return this.#ended;
    if (this.#displaced !== undefined) return this.#displaced;
    if (this.#failing) return `The history cannot be written: ${this.#failing.reason}`;
    if (this.length >= waitingRows) return `The history is behind: ${this.length} rows wait for the disk`;
    if (this.length === 0) return undefined;
    const waited = performance.now() - (this.#committing.length > 0 ? this.#committingSince : this.#waitingSince);
    return waited >= waitingMs
      ? `The history is behind: a row has waited ${Math.floor(waited)} ms for the disk`
      : undefined;
  }

  /** What became of what the store is kept in, in words. */
  get displaced(): string | undefined {
    return this.#displaced;
  }

  /**
   * Appends a row behind all others.
   *
   * @returns Its `seq`, when it is on disk.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if it is an acceptance and there is trouble. Any other row waits; one that
   * comes after the end waits for ever: nobody may be told that it is on disk, and the process is ending.
   */
  append(kind: RowKind, cells: Cell[]): Promise<number> {
    const { trouble } = this;
    if (kind === "accepted" && trouble !== undefined) return Promise.reject(new PhoneError("RESOURCEUNAVAIL", trouble));
    if (this.#ended !== undefined) return new Promise(() => {});
    return new Promise((resolve, reject) => {
      this.#wait({ kind, cells, resolve, reject });
      this.#schedule();
    });
  }

  /**
   * Takes nothing more and waits until everything is on disk.
   *
   * @param signal Gives up: acceptances that are not on disk then are rejected.
   * @returns How many rows did not reach the disk.
   */
  async close(signal: AbortSignal): Promise<number> {
    this.#ended ??= "The history is closed";
    const giveUp = () => this.#abandon("The history was closed before everything was on disk");
    signal.addEventListener("abort", giveUp, { once: true });
    if (this.length === 0) this.#finish(0);
    else if (signal.aborted) giveUp();
    const abandoned = await this.#finished.promise;
    signal.removeEventListener("abort", giveUp);
    return abandoned;
  }

  /** The writer is broken for good: acceptances that wait are rejected. */
  fail(error: Error): void {
    if (this.#isFinished) return;
    this.#abandon(error.message);
    this.#options.onFatal(error);
  }

  /**
   * What the store is kept in has been taken away: nothing is accepted from now on. What happens is still written, for
   * the copy that closing makes.
   */
  displace(reason: string): void {
    if (this.#displaced !== undefined || this.#isFinished) return;
    this.#displaced = reason;
    this.#tellFailure(reason);
    this.#schedule();
  }

  /** In a microtask, so that the rows of one call share a commit; if it stops this thread, those of a turn of its loop. */
  #schedule(): void {
    if (this.#scheduled || this.#committing.length > 0 || this.#failing?.timer !== undefined) return;
    this.#scheduled = true;
    const later = this.#options.stopsLoop?.() ? setImmediate : queueMicrotask;
    later(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#waiting.length === 0 || this.#committing.length > 0) return;
    const { commitRows } = this.#options.bounds;
    const batch = this.#waiting.length <= commitRows ? this.#waiting : this.#waiting.slice(0, commitRows);
    const begun = performance.now();
    this.#waiting = this.#waiting.slice(batch.length);
    this.#committing = batch;
    this.#committingSince = this.#waitingSince;
    this.#waitingSince = begun;
    this.#options.commit(flatten(batch), { count: batch.length, at: this.#options.now() }).then(
      (answer) => {
        if ("firstSeq" in answer) return this.#written(batch, { ...answer, begun });
        if ("displaced" in answer) this.displace(answer.displaced);
        this.#failed(batch, "failed" in answer ? answer.failed : answer.displaced);
      },
      (error: Error) => this.fail(error),
    );
  }

  #written(batch: WaitingRow[], { firstSeq, begun }: { firstSeq: number; begun: number }): void {
    if (this.#committing !== batch) return;
    this.#committing = [];
    this.#options.watch?.committed({ rows: batch.length, ms: performance.now() - begun });
    if (this.#failing) {
      if (this.#displaced === undefined) {
        this.#options.watch?.resumed();
        this.#note({ type: "historyResumed", detail: { after: this.#failing.reason } });
      }
      this.#failing = undefined;
    }
    // Before the rows' owners run: the disk can begin with what came meanwhile.
    this.#flush();
    let seq = firstSeq;
    for (const row of batch) row.resolve(seq++);
    if (this.#ended !== undefined && this.length === 0) this.#finish(0);
  }

  #failed(batch: WaitingRow[], reason: string): void {
    if (this.#committing !== batch) return;
    this.#committing = [];
    this.#waitingSince = this.#committingSince;
    const { retryFirstMs, retryMostMs } = this.#options.bounds;
    const before = this.#failing;
    const refused: WaitingRow[] = [];
    this.#waiting = [...batch, ...this.#waiting].filter((row) => row.kind !== "accepted" || !refused.push(row));
    const pauseMs = before ? Math.min(before.pauseMs * 2, retryMostMs) : retryFirstMs;
    const timer = setTimeout(() => {
      if (this.#failing) this.#failing.timer = undefined;
      this.#flush();
    }, pauseMs);
    this.#failing = { reason, pauseMs, timer };
    // Also what is tried again if nothing else waits.
    if (!before && this.#displaced === undefined) this.#tellFailure(reason);
    for (const row of refused) {
      row.reject(
        new PhoneError("RESOURCEUNAVAIL", `The request was not accepted: the history cannot be written: ${reason}`),
      );
    }
  }

  #tellFailure(reason: string): void {
    this.#note({ type: "historyFailed", detail: { reason } });
    this.#options.watch?.failed(reason);
  }

  /** Appends a row of the queue's own, which nobody waits for. */
  #note(trouble: Parameters<TroubleRow>[0]): void {
    const row = this.#options.troubleRow(trouble);
    this.#wait({ ...row, resolve: () => {}, reject: () => {} });
  }

  #wait(row: WaitingRow): void {
    if (this.#waiting.length === 0) this.#waitingSince = performance.now();
    this.#waiting.push(row);
  }

  #abandon(why: string): void {
    this.#ended = why;
    clearTimeout(this.#failing?.timer);
    this.#failing = undefined;
    const rows = [...this.#committing, ...this.#waiting];
    this.#committing = [];
    this.#waiting = [];
    for (const row of rows) if (row.kind === "accepted") row.reject(new PhoneError("RESOURCEUNAVAIL", why));
    this.#finish(rows.length);
  }

  #finish(abandoned: number): void {
    this.#isFinished = true;
    this.#finished.resolve(abandoned);
  }
}
