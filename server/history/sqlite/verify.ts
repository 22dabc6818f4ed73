/**
 * Re-derives the chain of a history from its rows, a slice at a time: one long read would keep the write-ahead log from
 * being cut back, and a worker of Deno can be ended between two slices only. Whatever is read is read whole, by `all`:
 * `iterate` ends on Deno as if there were no more when SQLite fails, and a check would say that all is well.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
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
import { SQLITE, sqliteCode } from "./database.ts";

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

/** Numbers of `seq`, and blocks, that are read at once: the memory of a check. */
const WINDOW = 512;

/** Before everything: also what nobody writes, numbers below 0. */
const BEFORE_ALL = -(2n ** 63n);

/** From where a window reads: the first one also what lies before the first number. */
function lowest(from: number): number | bigint {
  return from === 0 ? BEFORE_ALL : from;
}

/** The rows of all tables in the order of `seq`, read a window at a time: what SQLite cannot read is thrown. */
class Rows {
  readonly #tables: readonly { kind: RowKind; window: StatementSync; after: StatementSync }[];
  #read: StoredRow[] = [];
  #place = 0;
  /** The first `seq` behind the window. */
  #end = 0;

  constructor(database: DatabaseSync) {
    this.#tables = ROW_KINDS.map((kind) => {
      const columns = ["seq", ...COLUMNS[kind]].map(exact).join(", ");
      // With the table's name: without, it would be the column that `exact` makes, and all that is left would be sorted.
      const bounds = `where ${kind}.seq >= ? and ${kind}.seq < ? order by ${kind}.seq limit ${WINDOW + 1}`;
      return {
        kind,
        window: database.prepare(`select ${columns} from ${kind} ${bounds}`),
        after: database.prepare(`select seq from ${kind} where seq >= ? order by seq limit 1`),
      };
    });
  }

  /** Forgets what was read: the next row is read in the snapshot of now. */
  forget(from: number): void {
    this.#read = [];
    this.#place = 0;
    this.#end = from;
  }

  /** Takes the row of one `seq`, which must be in exactly one table. */
  take(seq: number): StoredRow {
    if (seq >= this.#end) this.#readFrom(seq);
    const row = this.#read[this.#place];
    if (row === undefined || row.seq > seq) throw new Mismatch(`row ${seq} is missing`);
    if (row.seq < seq || this.#read[this.#place + 1]?.seq === seq) {
      throw new Mismatch(`there is a row too many at or before ${seq}`);
    }
    this.#place++;
    return row;
  }

  /** The first row from a `seq` on. */
  after(seq: number): Pick<StoredRow, "kind" | "seq"> | undefined {
    return this.#tables
      .flatMap(({ kind, after }) => after.all(lowest(seq)).map((row) => ({ kind, seq: Number(row["seq"]) })))
      .sort((one, other) => one.seq - other.seq)[0];
  }

  #readFrom(seq: number): void {
    this.#end = seq + WINDOW;
    this.#place = 0;
    this.#read = this.#tables.flatMap(({ kind, window }) =>
      window.all(lowest(seq), this.#end).map((row) => ({
        kind,
        seq: Number(row["seq"]),
        cells: COLUMNS[kind].map((column) => toCell(row[column])),
      }))
    ).sort((one, other) => one.seq - other.seq);
  }
}

/** The columns of a block that are whole numbers, in the order of its header line. */
const HEADS = ["number", "first_seq", "last_seq", "at", "format", "lowest_open"];

/** A page that cannot be read is damage, and nothing that somebody did to a row. */
const DAMAGE: readonly number[] = [SQLITE.IOERR, SQLITE.CORRUPT, SQLITE.NOTADB];

/** Says nothing of the file. */
const PASSES: readonly number[] = [SQLITE.BUSY, SQLITE.LOCKED, SQLITE.NOMEM, SQLITE.PROTOCOL];

/**
 * What is wrong, in words.
 *
 * @throws What SQLite says when the file could not be looked at.
 */
function problemOf(error: unknown): string {
  const code = sqliteCode(error);
  if (code !== undefined && PASSES.includes(code)) throw error;
  const damaged = code !== undefined && DAMAGE.includes(code);
  return damaged ? `the file is damaged, SQLite cannot read it: ${wordsOf(error)}` : wordsOf(error);
}

/** Goes through a chain, slice by slice, in as many snapshots: what has been looked at is never looked at again. */
export class ChainWalk {
  readonly #database: DatabaseSync;
  readonly #kept: readonly KeptCheckpoint[];
  readonly #verdict: Verdict = { ok: false, blocks: 0, records: 0 };
  #statements: { rows: Rows; blocks: StatementSync; newest: StatementSync } | undefined;
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

  /** Goes to a block, taking the one before for right. @throws What SQLite says. */
  skipTo(number: number): void {
    const [before] = this.#database.prepare("select last_seq, hash from block where number = ?").all(number - 1);
    if (before === undefined) return;
    this.#nextBlock = number;
    this.#nextSeq = Number(before["last_seq"]) + 1;
    this.#previous = before["hash"] instanceof Uint8Array ? before["hash"].toHex() : NO_HASH;
  }

  /**
   * Looks at the next blocks, until they have had at least `rows` rows.
   *
   * @returns The verdict at the end, which is the newest block and row, or at the first fault; undefined if there is
   * more to look at. A file that SQLite itself finds damaged is a verdict too.
   * @throws What SQLite says if the file could not be looked at, as of a lock.
   */
  next(rows: number): Verdict | undefined {
    const database = this.#database;
    try {
      database.exec("begin");
      if (!this.#slice(this.#nextSeq + rows)) return undefined;
      this.#verdict.ok = true;
    } catch (error) {
      this.#verdict.firstBad = { block: this.#nextBlock, problem: problemOf(error) };
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
    return this.#verdict;
  }

  /** Whether the end was reached before the row `until`. */
  #slice(until: number): boolean {
    const { rows, blocks, newest } = this.#statements ??= this.#prepare();
    rows.forget(this.#nextSeq);
    for (;;) {
      const read = blocks.all(lowest(this.#nextBlock), this.#nextBlock + WINDOW);
      for (const block of read) {
        this.#block(block, rows);
        if (this.#nextSeq >= until) return false;
      }
      if (read.length === 0) break;
    }
    // Nothing may lie behind: neither a block after one that is missing, nor a row that no block covers.
    if (newest.all(this.#nextBlock).length > 0) throw new Mismatch("the block is missing");
    if (this.#verdict.blocks === 0) throw new Mismatch("there is no block");
    const left = rows.after(this.#nextSeq);
    if (left) throw new Mismatch(`row ${left.seq} (${left.kind}) is covered by no block`);
    const cut = this.#kept.find(({ block }) => block >= this.#nextBlock);
    if (cut) throw new Mismatch(`the block is missing: a checkpoint says that there was a block ${cut.block}`);
    return true;
  }

  #prepare() {
    const database = this.#database;
    const columns = HEADS.map(exact).join(", ");
    return {
      rows: new Rows(database),
      blocks: database.prepare(
        `select ${columns}, hash from block where block.number >= ? and block.number < ? order by block.number limit ${WINDOW}`,
      ),
      newest: database.prepare("select number from block where number >= ? limit 1"),
    };
  }

  #block(block: Record<string, SQLOutputValue>, rows: Rows): void {
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
      const row = rows.take(seq);
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

/** How many blocks a sample has: some 20 ms. */
const SAMPLES = 16;

/**
 * Re-derives a few blocks, evenly spread from the first to the newest: what a start can afford.
 *
 * @returns What is wrong with one of them, in words; undefined if nothing is.
 */
export function sampleChain(database: DatabaseSync): string | undefined {
  try {
    const [newest] = database.prepare("select max(number) as number from block").all();
    const last = Number(newest?.["number"] ?? 0);
    const places = new Set(Array.from({ length: SAMPLES }, (_, nth) => Math.round(last * nth / (SAMPLES - 1))));
    for (const place of places) {
      const walk = new ChainWalk(database, []);
      walk.skipTo(place);
      const bad = walk.next(1)?.firstBad;
      if (bad) return `block ${bad.block}: ${bad.problem}`;
    }
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
