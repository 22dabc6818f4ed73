/**
 * Rows as they lie in the tables, to the byte: for whoever derives hashes from them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { type BlockHead, type Cell, COLUMNS, Mismatch, ROW_KINDS, type RowKind, type StoredRow } from "../chain/mod.ts";

/** Text is read as bytes: read as text it would end at a NUL, and broken UTF-8 would look like a whole U+FFFD. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A column so that no two contents look alike; a content that we never write becomes the text `changed`, which text
 * never is.
 */
export function exact(column: string): string {
  return `case typeof(${column}) when 'text' then cast(${column} as blob) when 'integer' then ${held(column)} ` +
    `when 'null' then null else 'changed' end as ${column}`;
}

/** A whole number as it is; the text `changed` of one that JavaScript does not hold, and which is never written. */
function held(column: string): string {
  return `iif(${column} between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}, ${column}, 'changed')`;
}

/** What an {@linkcode exact} column holds. @throws {Mismatch} If that is never written. */
export function toCell(value: SQLOutputValue | undefined, options?: { row: number }): Cell {
  if (value instanceof Uint8Array) return decoded(value, options);
  if (value === null || typeof value === "number") return value;
  throw new Mismatch("a column holds what is never written there", options);
}

function decoded(bytes: Uint8Array, options?: { row: number }): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Mismatch("a text is not in UTF-8", options);
  }
}

/** The columns that hold whole numbers; all others hold text. */
const NUMBERS: ReadonlySet<string> = new Set(["at", "request", "dispatched_at", "result", "took_us"]);

/** The bytes that the texts of a row have, and whether a number among its columns is a fraction's. */
function measures(columns: readonly string[]): string {
  const [texts, numbers] = [false, true].map((which) => columns.filter((column) => NUMBERS.has(column) === which));
  const bytes = texts?.map((column) => `coalesce(octet_length(${column}), 0)`).join(" + ") || "0";
  const sum = numbers?.map((column) => `coalesce(${column}, 0)`).join(" + ") || "0";
  return `${bytes} as bytes, typeof(${sum}) = 'real' as has_fraction`;
}

/**
 * Whether texts are those that are stored: one that ends at a NUL has fewer bytes, and what is no UTF-8 became U+FFFD.
 *
 * @param bytes How many they have where they are stored.
 */
function isRead(cells: readonly SQLOutputValue[], bytes: SQLOutputValue | undefined): boolean {
  let length = 0;
  for (const cell of cells) {
    if (typeof cell !== "string") continue;
    if (cell.includes("\uFFFD")) return false;
    length += cell.length;
  }
  return length === bytes || byteLength(cells) === bytes;
}

function byteLength(cells: readonly SQLOutputValue[]): number {
  return cells.reduce<number>((sum, cell) => sum + (typeof cell === "string" ? Buffer.byteLength(cell) : 0), 0);
}

/**
 * Says a column in a `select`: null for what came with format 2 in a file that was not migrated yet. There all of it is
 * missing; where one column is, somebody took it away.
 */
export function columnsIn(database: DatabaseSync): (column: string) => string {
  const [migrated] = database.prepare(
    `select 1 from sqlite_schema join pragma_table_info(sqlite_schema.name) as info
      where sqlite_schema.type = 'table' and info.name in (${[...SINCE_2].map((name) => `'${name}'`).join(", ")})`,
  ).all();
  return (column) => migrated === undefined && SINCE_2.has(column) ? `null as ${column}` : column;
}

const SINCE_2: ReadonlySet<string> = new Set(["token_name", "took_us", "row_hashes", "salts"]);

/**
 * Rows that a killed server can have left in no block: what it had not sealed, and one commit of the largest size. More
 * are somebody's doing.
 */
export const MOST_BEHIND = 8_192;

/**
 * Holds a block against what a block can cover: as many rows as a killed server can have left, and the completions of all
 * requests that were open then (`recovery.ts`). Whoever reads its rows would read the whole history for one of them.
 *
 * @throws {Mismatch} If it says that it covers more.
 */
export function requireSpan({ firstSeq, lastSeq }: BlockHead, completions: Pick<StatementSync, "all">): void {
  const rows = lastSeq - firstSeq + 1;
  if (rows <= MOST_BEHIND || rows - Number(completions.all(firstSeq, lastSeq)[0]?.["rows"]) <= MOST_BEHIND) return;
  throw new Mismatch(`it covers rows ${firstSeq} to ${lastSeq}: no block covers as many`);
}

/** The statement that {@linkcode requireSpan} takes. */
export const COMPLETIONS = "select count(*) as rows from completed where seq between ? and ?";

/** Numbers of `seq` that are read at once: the memory of a check. */
const WINDOW = 512;

/** Before everything: also what nobody writes, numbers below 0. */
const BEFORE_ALL = -(2n ** 63n);

/** A `seq` that JavaScript holds: one that it does not is before or behind all that is ever written. */
const HELD_SEQ = `max(min(seq, ${Number.MAX_SAFE_INTEGER}), -1)`;

/** From where a window reads: the first one also what lies before the first number. */
export function lowest(from: number): number | bigint {
  return from === 0 ? BEFORE_ALL : from;
}

/** A statement that gives rows as lists, read in two thirds of the time of objects; Deno's types lack the method. */
function prepareLists(database: DatabaseSync, sql: string): Pick<ListStatement, "all"> {
  const statement = database.prepare(sql) as unknown as ListStatement;
  statement.setReturnArrays(true);
  return statement;
}

interface ListStatement {
  setReturnArrays(enabled: boolean): void;
  all(...values: (number | bigint)[]): SQLOutputValue[][];
}

interface Table {
  readonly kind: RowKind;
  readonly window: Pick<ListStatement, "all">;
  /** The same where a number is one that JavaScript does not hold. */
  readonly heldWindow: Pick<ListStatement, "all">;
  readonly exactly: StatementSync;
  readonly after: StatementSync;
}

/** The columns of a block's header line, in its order: whole numbers. */
const HEADS = ["number", "first_seq", "last_seq", "at", "format", "lowest_open"];

/** The columns of a block, as {@linkcode blockHead} and {@linkcode hexOf} take them. */
export const BLOCK_COLUMNS: readonly string[] = [...HEADS.map(exact), "hash", "row_hashes", "salts"];

/** The head of a block that was read by {@linkcode BLOCK_COLUMNS}. @throws {Mismatch} If it holds what is never written. */
export function blockHead(block: Record<string, SQLOutputValue>): BlockHead {
  const [number, firstSeq, lastSeq, at, format, lowestOpen] = HEADS.map((column) => Number(toCell(block[column])));
  return { number, firstSeq, lastSeq, at, format, lowestOpen } as BlockHead;
}

/** What a blob holds, hex; undefined of what is none. */
export function hexOf(value: SQLOutputValue | undefined): string | undefined {
  return value instanceof Uint8Array ? value.toHex() : undefined;
}

/** A row that was read, and is looked at when it is taken: one that holds what is never written spoils no other. */
interface ReadRow {
  readonly table: Table;
  readonly seq: number;
  readonly values: SQLOutputValue[];
}

/** The rows of all tables in the order of `seq`, read a window at a time: what SQLite cannot read is thrown. */
export class StoredRows {
  readonly #tables: readonly Table[];
  #read: ReadRow[] = [];
  #place = 0;
  /** The first `seq` behind the window, and how many it holds. */
  #end = 0;
  #width = WINDOW;

  constructor(database: DatabaseSync) {
    const columnIn = columnsIn(database);
    this.#tables = ROW_KINDS.map((kind): Table => {
      const stored = COLUMNS[kind].map(columnIn);
      const columns = stored.filter((column) => (COLUMNS[kind] as readonly string[]).includes(column));
      // With the table's name: without, it would be the column that `exact` makes, and all that is left would be sorted.
      const bounds = `where ${kind}.seq >= ? and ${kind}.seq < ? order by ${kind}.seq limit ${WINDOW + 1}`;
      const window = (seq: string, cells: readonly string[]) =>
        `select ${seq}, ${measures(columns)}, ${cells.join(", ")} from ${kind} ${bounds}`;
      return {
        kind,
        window: prepareLists(database, window("seq", stored)),
        heldWindow: prepareLists(
          database,
          window(HELD_SEQ, stored.map((column) => NUMBERS.has(column) ? held(column) : column)),
        ),
        exactly: database.prepare(`select ${columns.map(exact).join(", ")} from ${kind} where ${kind}.seq = ?`),
        after: database.prepare(
          `select ${HELD_SEQ} as seq from ${kind} where ${kind}.seq >= ? order by ${kind}.seq limit 1`,
        ),
      };
    });
  }

  /**
   * Forgets what was read: the next row is read in the snapshot of now.
   *
   * @param options.width How many numbers of `seq` are read at once, where all that is wanted are fewer than usual.
   */
  forget(from: number, { width = WINDOW } = {}): void {
    this.#read = [];
    this.#place = 0;
    this.#end = from;
    this.#width = Math.min(width, WINDOW);
  }

  /** The row that one table has at a `seq`; undefined if it has none. @throws {Mismatch} If it holds what is never written. */
  at(kind: RowKind, seq: number): StoredRow | undefined {
    const table = this.#tables.find((one) => one.kind === kind);
    const [values] = table ? listsOf(table, { from: seq, end: seq + 1 }) : [];
    return table && values && storedRow({ table, seq, values });
  }

  /** Takes the row of one `seq`, which must be in exactly one table. @throws {Mismatch} If it is not. */
  take(seq: number): StoredRow {
    if (seq >= this.#end) this.#readFrom(seq);
    const row = this.#read[this.#place];
    if (row === undefined || row.seq > seq) throw new Mismatch(`row ${seq} is missing`, { row: seq });
    if (row.seq < seq || this.#read[this.#place + 1]?.seq === seq) {
      throw new Mismatch(`there is a row too many at or before ${seq}`, { row: seq });
    }
    this.#place++;
    return storedRow(row);
  }

  /** Passes over what comes before a `seq`. */
  skipTo(seq: number): void {
    while ((this.#read[this.#place]?.seq ?? seq) < seq) this.#place++;
  }

  /** The first row from a `seq` on. */
  after(seq: number): Pick<StoredRow, "kind" | "seq"> | undefined {
    return this.#tables
      .flatMap(({ kind, after }) => after.all(lowest(seq)).map((row) => ({ kind, seq: Number(row["seq"]) })))
      .sort((one, other) => one.seq - other.seq)[0];
  }

  /**
   * The rows behind the newest block, in order.
   *
   * @throws {Mismatch} If they are not as a server leaves them that is killed: without a gap, and not many.
   */
  behind(lastSeq: number): StoredRow[] {
    const rows: StoredRow[] = [];
    this.forget(lastSeq + 1);
    for (;;) {
      const seq = lastSeq + 1 + rows.length;
      const next = this.after(seq);
      if (next === undefined) return rows;
      if (next.seq !== seq || rows.length === MOST_BEHIND) {
        throw new Mismatch(`row ${next.seq} (${next.kind}) is covered by no block`, { row: next.seq });
      }
      rows.push(this.take(seq));
    }
  }

  #readFrom(seq: number): void {
    this.#end = seq + this.#width;
    this.#place = 0;
    this.#read = this.#tables
      .flatMap((table) =>
        listsOf(table, { from: lowest(seq), end: this.#end }).map((values) => ({
          table,
          seq: Number(values[0]),
          values,
        }))
      )
      .sort((one, other) => one.seq - other.seq);
  }
}

/** What a table has from one `seq` to before another. */
function listsOf({ window, heldWindow }: Table, { from, end }: { from: number | bigint; end: number }) {
  try {
    return window.all(from, end);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return heldWindow.all(from, end);
  }
}

function storedRow({ table: { kind, exactly }, seq, values: [, bytes, hasFraction, ...cells] }: ReadRow): StoredRow {
  if (hasFraction !== 0 || !isRead(cells, bytes)) return exactRow({ kind, seq }, exactly.all(seq)[0]);
  if (cells.every(isCell)) return { kind, seq, cells };
  throw new Mismatch("a column holds what is never written there", { row: seq });
}

function isCell(value: SQLOutputValue): value is Cell {
  return value === null || typeof value === "number" || typeof value === "string";
}

function exactRow({ kind, seq }: Omit<StoredRow, "cells">, row: Record<string, SQLOutputValue> = {}): StoredRow {
  return { kind, seq, cells: COLUMNS[kind].map((column) => toCell(row[column] ?? null, { row: seq })) };
}
