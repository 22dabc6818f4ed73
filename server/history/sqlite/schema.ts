/**
 * The tables of the history as Kysely is told of them; `migrations/` makes them, docs/history-format.md explains them.
 *
 * @module
 */
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
}

/** The access tokens: not history rows, for they come and go. `scopes` and `phones` are JSON. */
export interface TokenTable {
  id: string;
  name: string;
  hash: Uint8Array;
  scopes: string;
  phones: string | null;
  created_at: number;
}

/** Failed attempts to get in, by address: not history rows either, for they count for a minute only. */
export interface AttemptTable {
  address: string;
  since: number;
  count: number;
}

/** Every table. */
export type HistoryTables = { [Kind in RowKind]: RowTable<Kind> } & {
  block: BlockTable;
  token: TokenTable;
  attempt: AttemptTable;
};
