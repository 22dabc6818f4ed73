/**
 * The tables of the history as Kysely is told of them; `migrations/` makes them, docs/history-format.md explains them.
 *
 * @module
 */
import type { AccessTables } from "../../access/contract/tables.ts";
import type { Cell, COLUMNS, RowKind } from "../chain/mod.ts";

/** A table of history rows: `seq` and the columns of its kind. */
type RowTable<Kind extends RowKind> = { seq: number } & Record<typeof COLUMNS[Kind][number], Cell>;

/** The heads of the blocks. */
interface BlockTable {
  number: number;
  first_seq: number;
  last_seq: number;
  at: number;
  format: number;
  lowest_open: number;
  hash: Uint8Array;
  row_hashes: Uint8Array | null;
  salts: Uint8Array | null;
}

/** Every table. */
export type HistoryTables = { [Kind in RowKind]: RowTable<Kind> } & { block: BlockTable } & AccessTables;
