/**
 * The store that there is: SQLite, whose calls block, in threads of their own. A writer; a reader, from the first
 * question on; a verifier for each check.
 *
 * @module
 */
export { CommitPlace } from "./commit_place.ts";
export { WorkerReader } from "./reader.ts";
export { openSqliteStore } from "./store.ts";
