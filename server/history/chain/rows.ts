/**
 * The kinds of history rows and their columns: the one list that tables, statements and the canonical form are made of.
 *
 * @module
 */
import { keysOf } from "../../core/contract/keys.ts";

/** What one column of a history row holds. */
export type Cell = string | number | null;

/** The columns of each kind of row after `seq`, in the order of the canonical form. A kind is also its table's name. */
export const COLUMNS = {
  /** The birth of the history: its random id. Always `seq` 0, alone in block 0. */
  origin: ["at", "history_id"],
  /** A request was accepted; its `seq` is the request's id. */
  accepted: [
    "at",
    "operation",
    "phone",
    "plugin",
    "application",
    "application_name",
    "token",
    "handle",
    "reference",
    "params",
    "token_name",
  ],
  /** A request was completed. */
  completed: ["request", "at", "dispatched_at", "outcome", "result", "cause", "message", "reply", "took_us"],
  /** A close overtook the reply of a completed request. */
  withdrawn: ["request"],
  /** Another auditable fact. */
  fact: [
    "at",
    "type",
    "token",
    "application",
    "address",
    "plugin",
    "phone",
    "handle",
    "result",
    "code",
    "detail",
    "token_name",
  ],
} as const;

/** A kind of history row, and the name of its table. */
export type RowKind = keyof typeof COLUMNS;

/** Every kind of row. */
export const ROW_KINDS = keysOf(COLUMNS);

/**
 * What may have to be taken out of a row one day, such as what somebody wrote: a row's hash covers it by a salted hash
 * of its own, which can stay when it goes.
 */
export const CONTENT = {
  origin: [],
  accepted: ["reference", "params"],
  completed: ["message"],
  withdrawn: [],
  fact: ["detail"],
} as const satisfies { readonly [Kind in RowKind]: readonly typeof COLUMNS[Kind][number][] };

/** A row before it has its `seq`: the cells are in the order of {@linkcode COLUMNS}. */
export interface Row {
  /** Which table it belongs to. */
  kind: RowKind;
  /** What its columns hold. */
  cells: Cell[];
}

/** Many rows as one array of `kind, cell, cell, …`: that crosses to a worker several times as fast as objects do. */
export function flatten(rows: readonly Row[]): Cell[] {
  const flat: Cell[] = [];
  for (const { kind, cells } of rows) {
    flat.push(kind);
    for (const cell of cells) flat.push(cell);
  }
  return flat;
}

/** Undoes {@linkcode flatten}. */
export function unflatten(flat: readonly Cell[]): Row[] {
  const rows: Row[] = [];
  for (let start = 0; start < flat.length;) {
    const kind = flat[start] as RowKind;
    const end = start + 1 + COLUMNS[kind].length;
    rows.push({ kind, cells: flat.slice(start + 1, end) });
    start = end;
  }
  return rows;
}
