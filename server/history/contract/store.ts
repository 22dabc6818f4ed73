/**
 * What a store of the history must bring. There is one: SQLite in threads of its own (`worker/`, over `sqlite/`).
 * `open.ts` knows of it only what stands here.
 *
 * **Another store**, such as PostgreSQL, is a folder beside `sqlite/` with one function from {@linkcode StoreOptions}
 * to {@linkcode Store}; `open.ts` is where one is chosen. Its blocks are those of `chain/`, so that a history can be
 * checked wherever it lies; it asks its own questions and walks over its own chain, as `sqlite/questions.ts` and
 * `sqlite/verify.ts` do, and `reading/` makes answers of its rows. Threads, and with them `worker/`, are for an engine
 * whose calls block.
 *
 * **Cutting off old blocks** follows docs/decisions/0012-no-retention-yet.md, and so does what must stay: the heads of
 * the blocks that go, block 0 and the newest whole, and every block with the acceptance of a request that is open or
 * whose completion stays. What was removed, and by whom, becomes a fact of the history itself. It belongs in `sqlite/`,
 * called by the writer between two blocks, since nothing else may write; {@linkcode BlockStore} gains a method. A check
 * begins today at block 0, with `NO_HASH` before it: `ChainWalk` of `sqlite/verify.ts` has the block and the row that
 * must come next in fields of its own, which would begin at the first kept block, with the hash of the head before it,
 * and say so.
 *
 * @module
 */
import type { AttemptStore, TokenStore } from "../../access/mod.ts";
import type { Fact } from "../../core/contract/facts.ts";
import type { Check, ExportFilter, HistoryReader, LineFormat, Verdict } from "../../core/contract/history.ts";
import type { Cell } from "../chain/mod.ts";

/**
 * An open store. Opening brings its tables to this build's, gives a new history its id in block 0, and completes what a
 * killed server left open as `lost`, in this order.
 */
export interface Store {
  /** What opening found and did. */
  readonly opened: Opened;
  readonly blocks: BlockStore;
  readonly reading: ReadingStore;
  readonly tokens: TokenStore;
  readonly attempts: AttemptStore;
}

/**
 * Appends rows, and seals them into blocks. The queue before it makes one call at a time, and nothing else writes rows.
 */
export interface BlockStore {
  readonly commit: Commit;
  /** Whether the next commit stops this thread: then the rows of a whole turn of its loop should share it. */
  stopsLoop(): boolean;
  /** The newest block. */
  head(): Head;
  /**
   * Seals the rows that are on disk and in no block yet.
   *
   * @returns The newest block: the one before if it cannot be written now. Then those rows are sealed later.
   */
  seal(): Promise<Head>;
  /** Whether there are rows behind a block but facts that tell of checkpoints: how they went, that one was read. */
  hasNews(block: number): Promise<boolean>;
  /** Looks after what the store is kept in, where less than so many bytes may be held by somebody who reads. */
  look(bounds: { heldBytes: number }): Promise<Look>;
  /**
   * Closes the store for writing, behind the last commit. `signal` gives up on both: what was committed stays.
   *
   * @returns Undefined if it was given up.
   */
  close(signal: AbortSignal): Promise<Closed | undefined>;
}

/** How what the store is kept in was found. */
export interface Look {
  /** Why what is written now would be lost with this process, in words: see {@linkcode Committed}. */
  readonly displaced?: string;
  /** Bytes of a write-ahead log that could not be moved, since somebody reads what was there before; only many. */
  readonly heldBytes?: number;
}

/** How a store was closed. */
export interface Closed extends Pick<Look, "displaced"> {
  /** The path of the copy that was made of one that is displaced. */
  readonly copy?: string;
  /** Why there is no copy, in words. */
  readonly failed?: string;
}

/** One commit, before it is made. */
export interface Asked {
  /** How many rows it has. */
  readonly count: number;
  /** The wall time, milliseconds: the clock is that of whoever opened the history. */
  readonly at: number;
}

/**
 * Appends flat rows (`flatten` of `chain/`), all or none: they get the next numbers of `seq`, in their order, without a
 * gap, and a block covers them soon: when there are many, or when {@linkcode BlockStore.seal} is called. When it resolves
 * they are as durable as {@linkcode Durability} says, for applications are told so at once.
 *
 * @returns The `seq` of the first row, or in words why nothing was written, if the same rows may be given again: then
 * they are, until they are on disk.
 * @throws If trying again can never help. The history is broken for good then, and the server ends.
 */
export type Commit = (rows: Cell[], asked: Asked) => Promise<Committed>;

/**
 * Rows that are on disk, with the newest block, or why they are not: in words, when trying again can help. `displaced`
 * is said once, when what the store is kept in was found deleted or replaced: the rows may be given again, except for
 * acceptances, and are kept for the copy that closing makes.
 */
export type Committed = { firstSeq: number; head: Head } | { failed: string } | { displaced: string };

/** Answers from what is committed, beside the writing: neither waits for the other. Each answer is of one moment. */
export interface ReadingStore extends HistoryReader {
  /** One page of an export, oldest first. A bounded one: many exports can be under way. */
  export(question: ExportQuestion): Promise<ExportPage>;
  /** One page of an export of the chain, likewise. */
  chain(question: ChainQuestion): Promise<ChainPage>;
  /**
   * Derives every block from its rows again, and looks for what was kept of checkpoints. Damage is a verdict, whatever
   * finds it; a check that cannot be ended rejects with a `PhoneError`, or with the reason of `signal`.
   */
  verify(check: Check): Promise<Verdict>;
  /** Gives up checks and refuses questions from now on: what the store is kept in is not what it was. */
  refuse(reason: string): void;
  /** Gives up checks, lets questions be answered and takes no more. `signal` gives up on those too. */
  close(signal: AbortSignal): Promise<void>;
}

/** The newest block. */
export interface Head {
  /** Its number. */
  block: number;
  /** Its last row. */
  lastSeq: number;
  /** Its hash, lower-case hex. */
  hash: string;
  /** Wall time of the newest commit that it covers, milliseconds. */
  at: number;
}

/**
 * `full`: a commit is on the disk when it is answered. `normal`: a power failure may take the last commits, a crash of
 * the server none.
 */
export type Durability = "full" | "normal";

/** The newest block, as it was noted beside the store. */
export interface NotedHead extends Pick<Head, "block" | "hash" | "at"> {
  readonly historyId: string;
  /** Whether the database's write-ahead log lay beside it, with rows that nothing else had. */
  readonly log: boolean;
  /** What an operator did who brought an earlier state back, in words. */
  readonly wentBack?: string | undefined;
}

/** What a data folder says of the history that lay in it. */
export interface Traces {
  /** The newest block that was noted. */
  readonly head?: NotedHead;
  /** Another file by which there was one, by its name. */
  readonly file?: string;
  /** Whether a write-ahead log is there now. */
  readonly log: boolean;
}

/** One commit. */
export interface MadeCommit {
  /** How long it took, without the way to the thread that made it, milliseconds; for ever if it failed. */
  readonly ms: number;
  readonly rows: number;
}

/** Says where the next commit is better made: in the thread that opened the store, or in another. */
export interface Place {
  /** Whether in the thread that opened it. */
  readonly isLoop: boolean;
  /** A commit was made, wherever that was. */
  made(commit: MadeCommit): void;
  /** The thread that opened it was stopped for so long by sealing, milliseconds. */
  stopped(ms: number): void;
}

/** What is about to be done to tables of an older build. */
export interface Migrating {
  /** The migrations that will run. */
  readonly names: readonly string[];
  /** Bytes of what is copied aside before: as many must be free. */
  readonly bytes: number;
}

/** How a store is opened. Opening rejects with a {@linkcode HistoryError} if the operator must change something. */
export interface StoreOptions {
  /** The path of the data folder, which this process has taken. */
  folder: string;
  durability: Durability;
  /** How far back one question looks, in numbers of `seq`. */
  sliceRows: number;
  /** What is known of the history that lay in the folder. */
  traces: Traces;
  /** Whether one that is missing, older or another is taken as it is, by the operator's choice. */
  accept: boolean;
  /** Gives the wall time of what opening writes, and of facts that are written with a change of a token, milliseconds. */
  now: () => number;
  /** Is told each fact that is written with a change of a token. */
  onFact: (fact: Fact) => void;
  /** Is told what opening is about to do to a store of an older build, which takes its time. */
  onMigrating: (migrating: Migrating) => void;
  /** Is told what an answer has met that is not as it was written. */
  onMet: (met: Met) => void;
  /** Says where commits are made. */
  place: Place;
  /** Called once if the store breaks for good, whether or not a commit is under way to hear of it. */
  onBroken: (error: Error) => void;
}

/** What an answer met among what it read that is not right. */
export interface Met {
  /** What is not as it was written, in words, the first of it; undefined where something could only not be looked at. */
  readonly damaged: string | undefined;
}

/** What opening a store found and did. */
export interface Opened {
  /** Random, 32 hex digits, never changed: block 0 covers it. */
  readonly historyId: string;
  /** What the store itself says it does. */
  readonly durability: Durability;
  /** How many requests of a killed server were completed as `lost`. */
  readonly recovered: number;
  /** The migrations that ran. */
  readonly migrated: readonly string[];
  /** Wall time of the newest block that was there, milliseconds; undefined if there was none. */
  readonly lastAt: number | undefined;
  /** What the operator accepted: why this may not be the history that was there, in words. */
  readonly accepted: string | undefined;
  /** What is wrong, in words, with what the start has looked at: the newest blocks, a few others, and the tables. */
  readonly damaged: string | undefined;
}

/** Which part of an export. */
export interface ExportQuestion {
  filter: ExportFilter;
  format: LineFormat;
  /** The `seq` that the page begins behind; 0 for the first page, which begins with the head of the format. */
  after: number;
  /** The last `seq` that is exported. A completion behind it has not happened yet. */
  upTo: number;
}

/** A part of an export. */
export interface ExportPage {
  /** Whole lines, or none. */
  text: string;
  /** What the next page begins behind; undefined at the end. */
  next: number | undefined;
}

/** Where a page of an export of the chain begins. */
export interface ChainPlace {
  block: number;
  /** The row; the first page begins with 0. */
  seq: number;
}

/** Which part of an export of the chain. */
export interface ChainQuestion {
  filter: ExportFilter;
  at: ChainPlace;
  /** The last block that is exported, and its last row. */
  upTo: number;
  lastSeq: number;
}

/** A part of an export of the chain. */
export interface ChainPage {
  /** Whole lines, or none. */
  text: string;
  /** Where the next page begins; undefined at the end. */
  next: ChainPlace | undefined;
}

/**
 * The data folder or the history in it cannot be used; the message says what is wrong and what to do.
 *
 * @example
 * ```ts
 * import { HistoryError } from "./store.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(new HistoryError("The data folder is in use by process 7", { exitCode: 2 }).exitCode, 2);
 * ```
 */
export class HistoryError extends Error {
  /**
   * What the process exits with: 2 if the operator must change something, 57 if the history is of a newer build, 70 if
   * it was taken away while it was open.
   */
  readonly exitCode: 2 | 57 | 70;

  /** Words for the operator, the exit code, and what went wrong underneath. */
  constructor(message: string, options: { exitCode: 2 | 57 | 70; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HistoryError";
    this.exitCode = options.exitCode;
  }
}
