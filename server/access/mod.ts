/**
 * Access: who may get in, with what, how often, and who tried. It knows no transport.
 *
 * Whatever enters by here is loaded by the history's writer too, a thread of its own: see `store.ts` before a package
 * is imported in this room.
 *
 * @module
 */
export type { Attempts, AttemptStore, KeptToken, TokenStore } from "./contract.ts";
export { accessStores, type AccessTables, accessWrites, findAccess, type FoundAccess } from "./store.ts";
