/**
 * Re-derives the chain of a history from its rows, a slice at a time: one long read would keep the write-ahead log from
 * being cut back, and a worker of Deno can be ended between two slices only.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { wordsOf } from "../../core/contract/errors.ts";
import type { KeptCheckpoint, Verdict } from "../../core/contract/history.ts";
import {
  blockHash,
  type Cell,
  COLUMNS,
  HISTORY_FORMAT,
  NO_HASH,
  ROW_KINDS,
  type RowKind,
  rowLine,
} from "../chain/mod.ts";

/** Rows of one slice: some 50 ms. */
export const SLICE_ROWS = 4_096;

/** Something is not as the chain says. */
class Mismatch extends Error {}

/** Text is read as bytes: read as text it would end at a NUL, and broken UTF-8 would look like a whole U+FFFD. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A column so that no two contents look alike; a content that we never write becomes the text `changed`, which text
 * never is.
 */
function exact(column: string): string {
  return `case typeof(${column}) when 'text' then cast(${column} as blob) when 'integer' then ${column} ` +
    `when 'null' then null else 'changed' end as ${column}`;
}

function toCell(value: SQLOutputValue | undefined): Cell {
  if (value instanceof Uint8Array) return utf8.decode(value);
  if (value === null || typeof value === "number") return value;
  throw new Mismatch("a column holds what is never written there");
}

interface StoredRow {
  kind: RowKind;
  seq: number;
  cells: Cell[];
}

/** The rows of one table in the order of `seq`, one ahead. */
class Table implements Disposable {
  readonly #rows: Iterator<Record<string, SQLOutputValue>>;
  readonly #kind: RowKind;
  next: StoredRow | undefined;

  constructor(database: DatabaseSync, { kind, from }: { kind: RowKind; from: number }) {
    const columns = ["seq", ...COLUMNS[kind]].map(exact).join(", ");
    this.#kind = kind;
    this.#rows = database.prepare(`select ${columns} from ${kind} ${fromOn(`${kind}.seq`, from)}`).iterate();
    this.advance();
  }

  /** A statement that is not read to its end would keep the snapshot. */
  [Symbol.dispose](): void {
    this.#rows.return?.();
  }

  advance(): void {
    const { done, value } = this.#rows.next();
    this.next = done
      ? undefined
      : { kind: this.#kind, seq: Number(value.seq), cells: COLUMNS[this.#kind].map((column) => toCell(value[column])) };
  }
}

/**
 * Everything from a number on, in order; from the beginning also what lies before the first number.
 *
 * @param key With its table's name: without, it would be the column that {@linkcode exact} makes, and every slice would
 * sort all that is left.
 */
function fromOn(key: string, from: number): string {
  return `${from === 0 ? "" : `where ${key} >= ${from}`} order by ${key}`;
}

/** Takes the row of one `seq`, which must be in exactly one table. */
function take(tables: readonly Table[], seq: number): StoredRow {
  const found = tables.filter((table) => table.next !== undefined && table.next.seq <= seq);
  const row = found[0]?.next;
  if (!row) throw new Mismatch(`row ${seq} is missing`);
  if (found.length > 1 || row.seq !== seq) throw new Mismatch(`there is a row too many at or before ${seq}`);
  found[0]?.advance();
  return row;
}

/** The columns of a block that are whole numbers, in the order of its header line. */
const HEADS = ["number", "first_seq", "last_seq", "at", "format", "lowest_open"];

/** Goes through a chain, slice by slice, in as many snapshots: what has been looked at is never looked at again. */
export class ChainWalk {
  readonly #database: DatabaseSync;
  readonly #kept: readonly KeptCheckpoint[];
  readonly #verdict: Verdict = { ok: false, blocks: 0, records: 0 };
  /**
   * Where the walk is: the block and the row that must come next, and the hash of the block before. A chain begins with
   * block 0 and row 0; once old blocks can be cut off, these begin at the first kept block, with the hash of the head
   * before it. The verdict counts, and is no place.
   */
  #nextBlock = 0;
  #nextSeq = 0;
  #previous = NO_HASH;

  /**
   * @param database Read only is enough.
   * @param kept Checkpoints that must be in the chain.
   */
  constructor(database: DatabaseSync, kept: readonly KeptCheckpoint[]) {
    this.#database = database;
    this.#kept = kept;
  }

  /**
   * Looks at the next blocks, until they have had at least `rows` rows.
   *
   * @returns The verdict at the end or at the first fault; undefined if there is more to look at. A file that SQLite
   * itself finds damaged is a verdict too.
   */
  next(rows: number): Verdict | undefined {
    const database = this.#database;
    try {
      database.exec("begin");
      if (!this.#slice(this.#nextSeq + rows)) return undefined;
      this.#verdict.ok = true;
    } catch (error) {
      this.#verdict.firstBad = { block: this.#nextBlock, problem: wordsOf(error) };
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
    return this.#verdict;
  }

  /** Whether the end was reached before the row `until`. */
  #slice(until: number): boolean {
    using opened = new DisposableStack();
    const tables = ROW_KINDS.map((kind) => opened.use(new Table(this.#database, { kind, from: this.#nextSeq })));
    const columns = HEADS.map(exact).join(", ");
    const blocks = this.#database
      .prepare(`select ${columns}, hash from block ${fromOn("block.number", this.#nextBlock)}`).iterate();
    for (const block of blocks) {
      this.#block(block, tables);
      if (this.#nextSeq >= until) return false;
    }
    if (this.#verdict.blocks === 0) throw new Mismatch("there is no block");
    const left = tables.find((table) => table.next !== undefined)?.next;
    if (left) throw new Mismatch(`row ${left.seq} (${left.kind}) is covered by no block`);
    const cut = this.#kept.find(({ block }) => block >= this.#nextBlock);
    if (cut) throw new Mismatch(`the block is missing: a checkpoint says that there was a block ${cut.block}`);
    return true;
  }

  #block(block: Record<string, SQLOutputValue>, tables: readonly Table[]): void {
    const [number, firstSeq, lastSeq, at, format, lowestOpen] = HEADS.map((column) => Number(toCell(block[column])));
    const head = { number, firstSeq, lastSeq, at, format, lowestOpen } as Parameters<typeof blockHash>[0];
    if (head.number !== this.#nextBlock) throw new Mismatch("the block is missing");
    if (head.format !== HISTORY_FORMAT) throw new Mismatch(`the block has format ${head.format}, which is not known`);
    if (head.firstSeq !== this.#nextSeq || head.lastSeq < head.firstSeq) {
      throw new Mismatch(
        `the block covers rows ${head.firstSeq} to ${head.lastSeq}; it must begin with ${this.#nextSeq}`,
      );
    }
    const lines: string[] = [];
    for (let seq = head.firstSeq; seq <= head.lastSeq; seq++) {
      const row = take(tables, seq);
      if (row.kind === "origin") this.#checkOrigin(row.cells[COLUMNS.origin.indexOf("history_id")]);
      lines.push(rowLine(row.kind, row));
    }
    const hash = blockHash(head, { previous: this.#previous, lines });
    const stored = block.hash instanceof Uint8Array ? block.hash.toHex() : undefined;
    if (hash !== stored) throw new Mismatch(`its hash is ${stored}; its rows and the block before give ${hash}`);
    const other = this.#kept.find((kept) => kept.block === head.number && kept.hash !== hash);
    if (other) throw new Mismatch(`its hash is ${hash}; a checkpoint says ${other.hash}`);
    this.#previous = hash;
    this.#nextBlock = head.number + 1;
    this.#nextSeq = head.lastSeq + 1;
    this.#verdict.blocks++;
    this.#verdict.records += lines.length;
  }

  #checkOrigin(historyId: Cell | undefined): void {
    const other = this.#kept.find((kept) => kept.historyId !== undefined && kept.historyId !== historyId);
    if (other) throw new Mismatch(`the history is ${historyId}; a checkpoint is of the history ${other.historyId}`);
  }
}

/**
 * Re-derives every block from the first on, in one go.
 *
 * It cannot know of whole blocks that were cut off at the new end: a checkpoint kept elsewhere can.
 *
 * @param database Read only is enough.
 * @param kept Checkpoints that must be in the chain.
 */
export function verifyChain(database: DatabaseSync, kept: readonly KeptCheckpoint[] = []): Verdict {
  const walk = new ChainWalk(database, kept);
  for (;;) {
    const verdict = walk.next(SLICE_ROWS);
    if (verdict) return verdict;
  }
}
