/**
 * Re-derives the chain of a history from its rows, a slice at a time: one long read would keep the write-ahead log from
 * being cut back, and a worker of Deno can be ended between two slices only. Whatever is read is read whole, by `all`:
 * `iterate` ends on Deno as if there were no more when SQLite fails, and a check would say that all is well.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { wordsOf } from "../../core/contract/errors.ts";
import type { Check, KeptCheckpoint, Progress, Verdict } from "../../core/contract/history.ts";
import {
  blockHash,
  blockHash1,
  type BlockHead,
  COLUMNS,
  HISTORY_FORMAT,
  Kept,
  Mismatch,
  NO_HASH,
  rowHashes,
  rowLine1,
  SALT_BYTES,
  type StoredRow,
} from "../chain/mod.ts";
import { saysNothing, SQLITE, sqliteCode } from "./database.ts";
import {
  BLOCK_COLUMNS,
  blockHead,
  columnsIn,
  COMPLETIONS,
  exact,
  hexOf,
  lowest,
  requireSpan,
  StoredRows,
} from "./stored_rows.ts";

/** Rows of one slice: some 50 ms. */
export const SLICE_ROWS = 4_096;

/** Blocks that are read at once, each with the hashes of its rows. */
const WINDOW = 64;

/** A page that cannot be read is damage, and nothing that somebody did to a row. */
const DAMAGE: readonly number[] = [SQLITE.IOERR, SQLITE.CORRUPT, SQLITE.NOTADB];

/**
 * What is wrong, in words.
 *
 * @throws What SQLite says when the file could not be looked at.
 */
export function problemOf(error: unknown): string {
  if (saysNothing(error)) throw error;
  const code = sqliteCode(error);
  const damaged = code !== undefined && DAMAGE.includes(code);
  return damaged ? `the file is damaged, SQLite cannot read it: ${wordsOf(error)}` : wordsOf(error);
}

/** Goes through a chain, slice by slice, in as many snapshots: what has been looked at is never looked at again. */
export class ChainWalk {
  readonly #database: DatabaseSync;
  readonly #kept: Kept;
  readonly #from: KeptCheckpoint | undefined;
  readonly #verdict: Verdict;
  #statements: { rows: StoredRows } & Record<"blocks" | "newest" | "completions", StatementSync> | undefined;
  /** The last row of the newest block, when the walk began. */
  #lastSeq = -1;
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
   * @param asked Which checkpoints must be in the chain, and behind which one it begins.
   */
  constructor(database: DatabaseSync, { kept = [], from }: Pick<Check, "kept" | "from"> = {}) {
    this.#database = database;
    this.#kept = new Kept(from ? [...kept, from] : kept);
    this.#from = from;
    this.#verdict = { ok: false, ...(from && { from: from.block }), blocks: 0, records: 0 };
  }

  /** How many rows have been looked at, of how many. */
  get progress(): Progress {
    return { rows: this.#nextSeq, of: this.#lastSeq + 1 };
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
      const row = error instanceof Mismatch ? error.row : undefined;
      this.#verdict.firstBad = { block: this.#nextBlock, ...(row !== undefined && { row }), problem: problemOf(error) };
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
    return this.#verdict;
  }

  /** Whether the end was reached before the row `until`. */
  #slice(until: number): boolean {
    if (this.#statements === undefined) this.#begin();
    const { rows, blocks, newest, completions } = this.#statements ??= this.#prepare();
    rows.forget(this.#nextSeq);
    for (;;) {
      const read = blocks.all(lowest(this.#nextBlock), this.#nextBlock + WINDOW);
      for (const block of read) {
        this.#block(block, { rows, completions });
        if (this.#nextSeq >= until) return false;
      }
      if (read.length === 0) break;
    }
    // Nothing may lie behind: neither a block after one that is missing, nor a row that no block covers.
    if (newest.all(this.#nextBlock).length > 0) throw new Mismatch("the block is missing");
    if (this.#nextBlock === 0) throw new Mismatch("there is no block");
    const { length: unsealed } = rows.behind(this.#nextSeq - 1);
    if (unsealed > 0) this.#verdict.unsealed = unsealed;
    this.#kept.requireNoneFrom(this.#nextBlock);
    return true;
  }

  /** Looks how far there is to go, and at the block that is taken for right. */
  #begin(): void {
    const newest = `select ${exact("last_seq")} from block order by number desc limit 1`;
    const [block] = this.#database.prepare(newest).all();
    // One that is never written shows when the walk comes by.
    this.#lastSeq = typeof block?.["last_seq"] === "number" ? block["last_seq"] : -1;
    if (this.#from === undefined) return;
    // The walk does not come by: what stands there is held against what was kept, and not derived.
    const [origin] = this.#database.prepare("select history_id from origin where seq = 0").all();
    this.#kept.requireHistory(origin?.["history_id"]);
    const stored = this.#database.prepare("select hash from block where number = ?");
    for (const number of this.#kept.upTo(this.#from.block)) {
      this.#nextBlock = number;
      const [block] = stored.all(number);
      if (block === undefined) throw new Mismatch("the block is missing: a checkpoint says that there was one");
      this.#kept.require(number, hexOf(block["hash"]) ?? "");
    }
    this.skipTo(this.#from.block + 1);
  }

  #prepare() {
    const database = this.#database;
    return {
      rows: new StoredRows(database),
      blocks: database.prepare(
        `select ${BLOCK_COLUMNS.map(columnsIn(database)).join(", ")} from block ` +
          `where block.number >= ? and block.number < ? order by block.number limit ${WINDOW}`,
      ),
      completions: database.prepare(COMPLETIONS),
      newest: database.prepare("select number from block where number >= ? limit 1"),
    };
  }

  #block(
    block: Record<string, SQLOutputValue>,
    { rows, completions }: { rows: StoredRows; completions: StatementSync },
  ): void {
    const head = blockHead(block);
    if (head.number !== this.#nextBlock) throw new Mismatch("the block is missing");
    if (head.firstSeq !== this.#nextSeq || head.lastSeq < head.firstSeq) {
      throw new Mismatch(
        `the block covers rows ${head.firstSeq} to ${head.lastSeq}; it must begin with ${this.#nextSeq}`,
      );
    }
    requireSpan(head, completions);
    const stored: StoredRow[] = [];
    for (let seq = head.firstSeq; seq <= head.lastSeq; seq++) {
      const row = rows.take(seq);
      if (row.kind === "origin") this.#kept.requireHistory(row.cells[COLUMNS.origin.indexOf("history_id")]);
      stored.push(row);
    }
    const hash = derive(head, {
      previous: this.#previous,
      rows: stored,
      noted: hexOf(block["row_hashes"]),
      salts: hexOf(block["salts"]),
    });
    if (hash !== hexOf(block["hash"])) {
      throw new Mismatch(`its hash is ${hexOf(block["hash"])}; its rows and the block before give ${hash}`);
    }
    this.#kept.require(head.number, hash);
    this.#previous = hash;
    this.#nextBlock = head.number + 1;
    this.#nextSeq = head.lastSeq + 1;
    this.#verdict.blocks++;
    this.#verdict.records += stored.length;
  }
}

/** What the hash of a block is derived from, besides its head. */
interface Covered {
  readonly previous: string;
  readonly rows: readonly StoredRow[];
  /** The hashes of its rows and the salts of their content as they stand in the block, hex; undefined without any. */
  readonly noted: string | undefined;
  readonly salts: string | undefined;
}

/**
 * The hash of a block, from its rows.
 *
 * @throws {Mismatch} If a row is not the one that stands in the block, or the format is not known.
 */
function derive(head: BlockHead, covered: Covered): string {
  if (head.format === 1) return derive1(head, covered);
  if (head.format !== HISTORY_FORMAT) throw new Mismatch(`the block has format ${head.format}, which is not known`);
  const { noted, salts, previous } = covered;
  if (noted === undefined || salts === undefined) throw new Mismatch("it has no hashes of its rows, or no salts");
  const rows = rowHashes(covered.rows, salts);
  if (rows.join("") !== noted) {
    const changed = rows.findIndex((hash, place) => !noted.startsWith(hash, place * hash.length));
    if (changed === -1) throw new Mismatch("it has the hashes of more rows than it covers");
    const row = head.firstSeq + changed;
    throw new Mismatch(`row ${row} is not the one that was written`, { row });
  }
  if (salts.length !== rows.length * SALT_BYTES * 2) throw new Mismatch("it has the salts of more rows than it covers");
  return blockHash(head, { previous, rows });
}

function derive1(head: BlockHead, { previous, rows, noted, salts }: Covered): string {
  if (noted !== undefined || salts !== undefined) throw new Mismatch("it has what format 1 has not");
  const lines = rows.map((row) => {
    const line = rowLine1(row);
    if (line === undefined) throw new Mismatch(`row ${row.seq} is not the one that was written`, { row: row.seq });
    return line;
  });
  return blockHash1(head, { previous, lines });
}

/**
 * Re-derives every block from the first on, in one go.
 *
 * It cannot know of whole blocks that were cut off at the new end: a checkpoint kept elsewhere can.
 *
 * @param database Read only is enough.
 * @param asked As {@linkcode ChainWalk} is.
 */
export function verifyChain(database: DatabaseSync, asked?: Pick<Check, "kept" | "from">): Verdict {
  const walk = new ChainWalk(database, asked);
  for (;;) {
    const verdict = walk.next(SLICE_ROWS);
    if (verdict) return verdict;
  }
}
