/**
 * The chain, whatever it is kept in: the kinds of rows, their canonical form, the hashes over it
 * (docs/history-format.md), and which requests are open. Every store writes this; it knows nothing of one.
 *
 * @module
 */
export {
  blockHash,
  type BlockHead,
  headLine,
  HISTORY_FORMAT,
  lineHash,
  NO_HASH,
  rowHash,
  rowHashes,
  type RowLines,
  rowLines,
  SALT_BYTES,
  saltAt,
  storable,
  type StoredRow,
} from "./canonical_form.ts";
export { blockHash1, rowLine1 } from "./format_1.ts";
export { Kept } from "./kept.ts";
export { Mismatch } from "./mismatch.ts";
export { OpenRequests } from "./open_requests.ts";
export { type Cell, COLUMNS, CONTENT, flatten, type Row, ROW_KINDS, type RowKind, unflatten } from "./rows.ts";
