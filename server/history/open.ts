/**
 * Opens the history: a store, with the queue before it and the auditor's port over it.
 *
 * @module
 */
import type { AttemptStore, TokenStore } from "../access/mod.ts";
import type { Fact } from "../core/contract/facts.ts";
import type { Checkpoint, HistoryAudit, HistoryReader } from "../core/contract/history.ts";
import type { History } from "../core/mod.ts";
import { DEFAULT_BOUNDS, type HistoryBounds } from "./bounds.ts";
import {
  type Closed,
  type Durability,
  type Head,
  HistoryError,
  type Look,
  type Migrating,
  type Opened,
  type Place,
} from "./contract/store.ts";
import { type DataFolder, HISTORY_FILE } from "./data_folder.ts";
import { auditOf, checkpointAt } from "./audit.ts";
import { type ChainState, ChainWatch } from "./chain_watch.ts";
import { clockTrouble } from "../core/contract/time.ts";
import { unlessAborted } from "../tools/mod.ts";
import { Lookout } from "./lookout.ts";
import { expectNoLog, noteHead, tracesIn } from "./noted_head.ts";
import { Recorder } from "./recorder.ts";
import type { HeldLog, HistoryWatch } from "./row_queue.ts";
import { CommitPlace, openSqliteStore } from "./worker/mod.ts";

/** How the history is opened. */
export interface OpenOptions {
  /** The folder that this process has taken. */
  folder: DataFolder;
  /** Whether a commit waits for the disk (`full`). */
  durability: Durability;
  /** Whether a history that is missing, older or another is taken as it is, by the operator's choice. */
  accept?: boolean;
  /** Bounds that differ from the defaults. */
  bounds?: Partial<HistoryBounds>;
  /** Wall time in milliseconds, of facts and blocks; `Date.now` if left out. */
  now?: () => number;
  /** Is told how the disk keeps up. */
  watch?: HistoryWatch;
  /** Is told each fact that the history writes by itself, with a change of a token. */
  onFact?: (fact: Fact) => void;
  /** Is told that the tables of an older build are being brought to this one's, before that is done. */
  onMigrating?: (migrating: Migrating) => void;
  /** Is told when the whole chain was checked, or could not be. */
  onChecked?: (state: ChainState) => void;
  /** Says in which thread commits are made; one that follows disk and load if left out. */
  place?: Place;
  /** Gives the ids of the processes, other than this one, that read a database. */
  readers?: (file: string) => Promise<readonly number[]>;
  /**
   * Called once if the writer is broken for good: the process must end (70). Requests that are open then are `lost` at
   * the next start.
   */
  onFatal: (error: Error) => void;
}

/** A history that this process has open, and what opening it found and did. */
export interface OpenHistory extends Opened, AsyncDisposable {
  /** Writes. */
  readonly history: History;
  /** Answers questions. */
  readonly reader: HistoryReader;
  /** Exports and checks. */
  readonly audit: HistoryAudit;
  /** The access tokens. */
  readonly tokens: TokenStore;
  /** The failed attempts to get in. */
  readonly attempts: AttemptStore;
  /** What is known of the chain: what the start, checks in the background and those of auditors have found. */
  chain(): ChainState;
  /** How many rows are not yet on disk. */
  waiting(): number;
  /** The write-ahead log, while somebody's reading keeps it from being cut back. */
  heldLog(): HeldLog | undefined;
  /** What became of the file where it was taken away, in words: then nothing is accepted any more. */
  displaced(): string | undefined;
  /** The newest block. */
  head(): Head;
  /** The same as a checkpoint; after the end it is the last one. */
  newest(): Checkpoint;
  /**
   * Writes what waits, answers what was asked, and closes the store.
   *
   * @throws {HistoryError} With 70 if the file was taken away while it was open: the message says where a copy is.
   * @param options.signal Gives up on a disk that does not answer; after `closeMs` if left out.
   * @returns How many rows did not reach the disk. Acceptances among them have been rejected; the promises of the
   * others stay open, for they have happened.
   */
  close(options?: { signal?: AbortSignal }): Promise<number>;
}

/**
 * Opens the history of a data folder: makes or migrates its database, and completes what a killed server left open as
 * `lost`.
 *
 * @example
 * ```ts
 * import { openHistory, takeDataFolder } from "./mod.ts";
 * import { equal } from "node:assert/strict";
 *
 * using folder = await takeDataFolder(await Deno.makeTempDir());
 * await using opened = await openHistory({ folder, durability: "full", onFatal: console.error });
 * equal(opened.history.trouble, undefined);
 * ```
 * @throws {HistoryError} If the operator must change something; its `exitCode` says what the process exits with.
 */
export async function openHistory(options: OpenOptions): Promise<OpenHistory> {
  const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
  const { path } = options.folder;
  const { now = Date.now } = options;
  const wrong = clockTrouble(now());
  if (wrong !== undefined) throw new HistoryError(`Cannot open the history of ${path}: ${wrong}`, { exitCode: 2 });
  const traces = await tracesIn(path);
  if (traces.log) await expectNoLog(path);
  let recorder: Recorder | undefined;
  let watching: ChainWatch | undefined;
  const store = await openSqliteStore({
    folder: path,
    durability: options.durability,
    sliceRows: bounds.sliceRows,
    traces,
    accept: options.accept ?? false,
    now,
    onFact: options.onFact ?? (() => {}),
    onMigrating: options.onMigrating ?? (() => {}),
    onMet: (met) => watching?.met(met),
    place: options.place ?? new CommitPlace(),
    onBroken: (error) => recorder?.fail(error),
  });
  const { opened, blocks, reading, tokens, attempts } = store;
  const history = recorder = new Recorder(blocks.commit, {
    bounds,
    now,
    nameOf: tokens.nameOf,
    stopsLoop: blocks.stopsLoop,
    watch: options.watch,
    onFatal: options.onFatal,
  });
  const { historyId } = opened;
  const isFull = opened.durability === "full";
  const noteWithoutLog = () => noteHead(path, { ...blocks.head(), historyId, log: false });
  // All of it has been moved out of the log.
  await noteWithoutLog().catch(async (error) => {
    const signal = AbortSignal.timeout(bounds.closeMs);
    await Promise.all([reading.close(signal), blocks.close(signal)]);
    throw error;
  });
  const lookout = new Lookout({
    bounds,
    look: blocks.look,
    head: blocks.head,
    seal: blocks.seal,
    // A power cut may take what `normal` has not moved into the file.
    note: async (head) => isFull ? await noteHead(path, { ...head, historyId, log: true }) : undefined,
    readers: () => options.readers?.(`${path}/${HISTORY_FILE}`) ?? Promise.resolve([]),
    onHeld: (log) => options.watch?.held(log),
    onDisplaced(reason) {
      reading.refuse(reason);
      history.displace(reason);
    },
  });

  const audit = auditOf(store);
  const chain = watching = new ChainWatch({
    bounds,
    check: (signal) => audit.verify({ signal, share: bounds.checkShare }),
    now,
    broken: opened.damaged,
    onBroken(reason) {
      const fact = { type: "historyDamaged", detail: { reason } } as const;
      options.onFact?.(fact);
      void history.note(fact);
    },
    onChecked: (state) => options.onChecked?.(state),
  });

  const close = async ({ signal = AbortSignal.timeout(bounds.closeMs) } = {}): Promise<number> => {
    const [abandoned] = await Promise.all([history.close(signal), reading.close(signal), chain.end()]);
    await unlessAborted(lookout.end(), signal).catch(() => {});
    await unlessAborted(blocks.seal(), signal).catch(() => {});
    // A copy takes longer than an end may: what was done to the file since the last look is asked for before.
    const look = await unlessAborted(blocks.look(bounds), signal).catch((): Look => ({}));
    const gone = history.displaced ?? look.displaced;
    // Before the log goes: killed in between, the note is right with a log and without. A full disk takes none.
    const note = () => noteWithoutLog().catch(() => expectNoLog(path)).catch(() => {});
    if (isFull && !signal.aborted) await unlessAborted(note(), signal).catch(() => {});
    const closed = await blocks.close(gone === undefined ? signal : AbortSignal.timeout(bounds.saveMs));
    const displaced = closed?.displaced ?? gone;
    if (displaced !== undefined) throw lost(path, { displaced, ...closed });
    if (closed && !isFull) await note();
    return abandoned;
  };

  return {
    ...opened,
    history,
    reader: reading,
    audit: chain.watched(audit),
    chain: () => chain.state,
    tokens,
    attempts,
    waiting: () => history.waiting,
    heldLog: () => lookout.held,
    displaced: () => history.displaced,
    head: () => blocks.head(),
    newest: () => checkpointAt(blocks.head(), historyId),
    close,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

/** What the operator must do when the file was taken away. */
function lost(folder: string, { displaced, copy, failed = "there was no time" }: Closed & { displaced: string }) {
  return new HistoryError(
    `The history of ${folder} was taken away while it was open: ${displaced}. ` +
      (copy === undefined
        ? `It could not be copied either: ${failed}. What was not moved elsewhere is lost`
        : `All of it until now is in ${copy}: put that in the place of ${HISTORY_FILE}, without a -wal and a -shm beside ` +
          "it, before the next start"),
    { exitCode: 70 },
  );
}
