/**
 * The history: an append-only record in SQLite, written in blocks that are chained by hash (docs/history-format.md).
 *
 * One process takes the data folder (`data_folder.ts`) and opens the history in it (`open.ts`). A row goes from the
 * `recorder.ts` through the one queue (`row_queue.ts`) to a store, which commits rows in groups: `contract/` says what
 * a store must bring, and where another one, or the cutting of old blocks, has its place. `audit.ts` is what an auditor
 * takes away of any store. `chain_watch.ts` has the whole chain checked in the background. `lookout.ts` watches that the
 * file stays where it is, and notes its newest block beside it (`noted_head.ts`). Who has only the file looks at it
 * (`examine.ts`) or takes it as an auditor does (`history_file.ts`), both without a trace (`quiet_file.ts`), or brings
 * back what it was before a migration (`way_back.ts`); who has only an export of the chain proves that
 * (`chain_file.ts`). The rooms inside:
 *
 * - `chain/`: rows, their canonical form, the hashes over them; of no engine;
 * - `reading/`: what rows become for those who read: records, facts, lines of an export; of no engine;
 * - `sqlite/`: the database, its tables, the writer of blocks, the questions, the check of the chain. It has no door:
 *   each thread enters by the file that it needs, and loads nothing else;
 * - `worker/`: the store over these, each part in a thread of its own.
 *
 * What is large is loaded when it is called: most commands only ask who has the folder, and a server needs Kysely in
 * its workers only. A server begins its writer's thread before all else (`writer_thread.ts`).
 *
 * @module
 */
import type { Check } from "../core/contract/history.ts";
import type { ChainVerdict } from "./chain_file.ts";
import type { Examination } from "./examine.ts";
import type { HistoryFile } from "./history_file.ts";
import type { OpenHistory, OpenOptions } from "./open.ts";
import type { DataFolder } from "./data_folder.ts";
import type { WayBack } from "./way_back.ts";

export type { ChainVerdict } from "./chain_file.ts";
export type { ChainState } from "./chain_watch.ts";
export { DEFAULT_BOUNDS, type HistoryBounds } from "./bounds.ts";
export { HISTORY_FORMAT } from "./chain/mod.ts";
export { type Durability, type Head, HistoryError, type Migrating } from "./contract/store.ts";
export { type DataFolder, HISTORY_FILE, ownerOfDataFolder, takeDataFolder } from "./data_folder.ts";
export type { HistoryFile } from "./history_file.ts";
export type { OpenHistory, OpenOptions } from "./open.ts";
export type { HeldLog, HistoryWatch } from "./row_queue.ts";
export type { WayBack } from "./way_back.ts";
export { beginWriter } from "./writer_thread.ts";

/** Opens the history of a data folder: `openHistory` of `open.ts`. */
export async function openHistory(options: OpenOptions): Promise<OpenHistory> {
  const open = await import("./open.ts");
  return await open.openHistory(options);
}

/** Looks at the file of a history that this process has not opened: `examineHistory` of `examine.ts`. */
export async function examineHistory(path: string, options: { thorough: boolean }): Promise<Examination> {
  const examine = await import("./examine.ts");
  return await examine.examineHistory(path, options);
}

/** Looks at a data folder in which no history lies: `examineAbsence` of `examine.ts`. */
export async function examineAbsence(folder: string): Promise<string | undefined> {
  const examine = await import("./examine.ts");
  return await examine.examineAbsence(folder);
}

/** Opens a history's file for an auditor: `openHistoryFile` of `history_file.ts`. */
export async function openHistoryFile(path: string): Promise<HistoryFile> {
  const file = await import("./history_file.ts");
  return await file.openHistoryFile(path);
}

/** Looks for the way back to a copy that was made before a migration: `findWayBack` of `way_back.ts`. */
export async function findWayBack(asked: { folder: string; copy?: string | undefined }): Promise<WayBack> {
  const back = await import("./way_back.ts");
  return await back.findWayBack(asked);
}

/** Puts such a copy into the place of the history: `goBack` of `way_back.ts`. */
export async function goBack(folder: DataFolder, way: WayBack): Promise<string> {
  const back = await import("./way_back.ts");
  return await back.goBack(folder, way);
}

/** Whether a file is an export of the chain, as its first line says. */
export async function isChainFile(path: string): Promise<boolean> {
  const file = await import("./chain_file.ts");
  return await file.openingOf(path) !== undefined;
}

/** Proves an export of the chain: `verifyChainFile` of `chain_file.ts`. */
export async function verifyChainFile(path: string, check: Check): Promise<ChainVerdict> {
  const file = await import("./chain_file.ts");
  return await file.verifyChainFile(path, check);
}
