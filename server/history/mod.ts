/**
 * The history: an append-only record in SQLite, written in blocks that are chained by hash (docs/history-format.md).
 *
 * One process takes the data folder and opens the history in it. Rows go through one queue to a worker that commits them in groups;
 * questions go to another worker that can only read. A history that is not opened is looked at by `examine.ts`, which is entered by itself: it loads Kysely, that
 * a server needs in its workers only.
 *
 * @module
 */
export type { Head } from "./sqlite/block_writer.ts";
export type { Durability } from "./sqlite/database.ts";
export { type DataFolder, ownerOfDataFolder, takeDataFolder } from "./data_folder.ts";
export { HistoryError } from "./contract/errors.ts";
export { HISTORY_FORMAT } from "./chain/canonical_form.ts";
export { DEFAULT_LIMITS, type HistoryLimits } from "./bounds.ts";
export { type OpenHistory, openHistory, type OpenOptions } from "./open.ts";
export type { HistoryWatch } from "./row_queue.ts";
