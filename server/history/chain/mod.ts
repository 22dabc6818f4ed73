/**
 * The chain, whatever it is kept in: the kinds of rows, their canonical form, the hashes over it
 * (docs/history-format.md), and which requests are open. Every store writes this; it knows nothing of one.
 *
 * @module
 */
export { blockHash, type BlockHead, HISTORY_FORMAT, NO_HASH, rowLine, storable } from "./canonical_form.ts";
export { OpenRequests } from "./open_requests.ts";
export { type Cell, COLUMNS, flatten, type Row, ROW_KINDS, type RowKind, unflatten } from "./rows.ts";
