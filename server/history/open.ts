/**
 * Opens the history.
 *
 * @module
 */
import type { HistoryAudit, HistoryReader } from "../core/contract/history.ts";
import type { History } from "../core/ports.ts";
import { accessStores, type AttemptStore, type FoundAccess, type TokenStore } from "../access/mod.ts";
import { wordsOf } from "../core/contract/errors.ts";
import { WorkerAudit } from "./audit.ts";
import type { Head } from "./block_writer.ts";
import type { Durability } from "./database.ts";
import type { DataFolder } from "./data_folder.ts";
import { HistoryError } from "./errors.ts";
import { DEFAULT_LIMITS, type HistoryLimits } from "./limits.ts";
import { WorkerLink } from "./link.ts";
import { WorkerReader } from "./reader.ts";
import { Recorder } from "./recorder.ts";
import type { HistoryWatch } from "./row_queue.ts";
import type { WriterCalls } from "./writer_worker.ts";

/** How the history is opened. */
export interface OpenOptions {
  /** The folder that this process has taken. */
  folder: DataFolder;
  /** Whether a commit waits for the disk (`full`). */
  durability: Durability;
  /** Bounds that differ from the defaults. */
  limits?: Partial<HistoryLimits>;
  /** Wall time in milliseconds; `Date.now` if left out. */
  now?: () => number;
  /** Is told how the disk keeps up. */
  watch?: HistoryWatch;
  /** Called once if the writer is broken for good: the process must end (70). Requests that are open then are `lost` at the next start. */
  onFatal: (error: Error) => void;
}

/** A history that this process has open. */
export interface OpenHistory extends AsyncDisposable {
  /** Writes. */
  readonly history: History;
  /** Asks. */
  readonly reader: HistoryReader;
  /** Exports and checks. */
  readonly audit: HistoryAudit;
  /** The access tokens. */
  readonly tokens: TokenStore;
  /** The failed attempts to get in. */
  readonly attempts: AttemptStore;
  /** What the writer's own connection says it does. */
  readonly durability: Durability;
  /** Random, 32 hex digits, never changed: block 0 covers it. */
  readonly historyId: string;
  /** How many requests of a killed server were completed as `lost` at this start. */
  readonly recovered: number;
  /** The migrations that ran at this start. */
  readonly migrated: readonly string[];
  /** How many rows are not yet on disk. */
  waiting(): number;
  /** The newest block. */
  head(): Head;
  /**
   * Writes what waits, moves the log into the file and closes it.
   *
   * @param options.signal Gives up on a disk that does not answer; after `closeMs` if left out.
   * @returns How many rows did not reach the disk. Acceptances among them have been rejected; the promises of the others stay open, for they have happened.
   */
  close(options?: { signal?: AbortSignal }): Promise<number>;
}

/**
 * Opens the history of a data folder: makes or migrates its database, and completes what a killed server left open as `lost`.
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
  const { path } = options.folder;
  const file = `${path}/history.db`;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let recorder: Recorder | undefined;
  const link = new WorkerLink<WriterCalls>(new URL("./writer_worker.ts", import.meta.url), {
    onDeath: (error) => recorder?.fail(error),
  });
  const opened = await link.call("open", { file, backups: `${path}/backups`, durability: options.durability })
    .then((found) => ({ ...found, ...storesOver(link, found.access) }))
    .catch((error) => {
      link[Symbol.dispose]();
      throw error;
    });

  let head = opened.head;
  const history = recorder = new Recorder(async (flat) => {
    const answer = await link.call("write", flat);
    if ("head" in answer) head = answer.head;
    return answer;
  }, { limits, now: options.now ?? Date.now, watch: options.watch, onFatal: options.onFatal });
  const reader = new WorkerReader(file, { slice: limits.sliceRows });
  const audit = new WorkerAudit({ file, historyId: opened.historyId, head: () => head, reader });

  const close = async ({ signal = AbortSignal.timeout(limits.closeMs) } = {}): Promise<number> => {
    const end = () => link[Symbol.dispose]();
    audit.close();
    const [abandoned] = await Promise.all([history.close(signal), reader.close(signal)]);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    // Every row is on disk already: a log that could not be moved is read by the next start.
    await link.call("close", undefined).catch(() => {});
    signal.removeEventListener("abort", end);
    end();
    return abandoned;
  };

  return {
    history,
    reader,
    audit,
    tokens: opened.tokens,
    attempts: opened.attempts,
    durability: opened.durability,
    historyId: opened.historyId,
    recovered: opened.recovered,
    migrated: opened.migrated,
    waiting: () => history.waiting,
    head: () => head,
    close,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

/** What access keeps beside the chain, its calls carried to the writer. */
function storesOver(link: WorkerLink<WriterCalls>, found: FoundAccess): ReturnType<typeof accessStores> {
  try {
    return accessStores(found, {
      addToken: (token) => link.call("addToken", token),
      removeToken: (id) => link.call("removeToken", id),
      saveAttempts: (saved) => link.call("saveAttempts", saved),
    });
  } catch (error) {
    throw new HistoryError(wordsOf(error), { exitCode: 2, cause: error });
  }
}
