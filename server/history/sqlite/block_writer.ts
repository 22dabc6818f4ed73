/**
 * Writes rows in blocks: one transaction, one block.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { sql } from "kysely";
import { wordsOf } from "../../core/contract/errors.ts";
import { nearestTime } from "../../core/contract/time.ts";
import {
  blockHash,
  type BlockHead,
  type Cell,
  COLUMNS,
  HISTORY_FORMAT,
  NO_HASH,
  OpenRequests,
  type Row,
  ROW_KINDS,
  type RowKind,
  rowLine,
  storable,
  unflatten,
} from "../chain/mod.ts";
import { type Committed, type Head, HistoryError } from "../contract/store.ts";
import { SQLITE, sqliteCode, type WritableDatabase } from "./database.ts";

/** Where the times stand in each kind of row. */
const TIMES = Object.fromEntries(
  ROW_KINDS.map((kind) => [
    kind,
    COLUMNS[kind].flatMap((column, place) => column === "at" || column === "dispatched_at" ? [place] : []),
  ]),
) as Record<RowKind, number[]>;

function heldTime(cell: Cell): Cell {
  return typeof cell === "number" ? nearestTime(cell) : cell;
}

/** Appends blocks to a database. One at a time: nothing else may write its rows meanwhile. */
export class BlockWriter {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #rows: Record<RowKind, TableInsert>;
  readonly #blocks: TableInsert;
  readonly #open: OpenRequests;
  #head: Head;

  private constructor(
    database: WritableDatabase,
    options: { now: () => number; head: Head; open: OpenRequests },
  ) {
    this.#database = database.raw;
    this.#now = options.now;
    this.#head = options.head;
    this.#open = options.open;
    // Prepared, since the errors of `exec` come without SQLite's result code.
    this.#begin = database.raw.prepare("begin immediate");
    this.#commit = database.raw.prepare("commit");
    this.#rollback = database.raw.prepare("rollback");
    this.#rows = Object.fromEntries(
      ROW_KINDS.map((kind) => [kind, new TableInsert(database, { name: kind, columns: ["seq", ...COLUMNS[kind]] })]),
    ) as Record<RowKind, TableInsert>;
    this.#blocks = new TableInsert(database, {
      name: "block",
      columns: ["number", "first_seq", "last_seq", "at", "format", "lowest_open", "hash"],
    });
  }

  /**
   * Goes on after the newest block of a database.
   *
   * @throws {HistoryError} If there are rows that no block covers: somebody cut the chain.
   */
  static async open(database: WritableDatabase, options: { now: () => number }): Promise<BlockWriter> {
    const { db } = database;
    const block = await db.selectFrom("block").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
    const head = block
      ? { block: block.number, lastSeq: block.last_seq, hash: block.hash.toHex(), at: block.at }
      : { block: -1, lastSeq: -1, hash: NO_HASH, at: 0 };
    for (const kind of ROW_KINDS) {
      const { last } = await db.selectFrom(kind).select((of) => of.fn.max("seq").as("last")).executeTakeFirstOrThrow();
      if (last !== null && last > head.lastSeq) {
        throw new HistoryError(
          `Cannot go on with this history: block ${head.block} ends at row ${head.lastSeq}, but there is a row ${last} (${kind}) ` +
            "that no block covers. Somebody has changed the database; restore a copy",
          { exitCode: 2 },
        );
      }
    }
    const lowest = block?.lowest_open ?? 0;
    const open = await db.selectFrom("accepted")
      .leftJoin("completed", "completed.request", "accepted.seq")
      .where("accepted.seq", ">=", lowest)
      .where("completed.seq", "is", null)
      .select("accepted.seq")
      .orderBy("accepted.seq")
      .execute();
    return new BlockWriter(database, {
      now: options.now,
      head,
      open: new OpenRequests(open.map((row) => row.seq), { lowest }),
    });
  }

  /** The newest block. */
  get head(): Head {
    return this.#head;
  }

  /** The requests that are open, oldest first. */
  get openRequests(): number[] {
    return this.#open.ids;
  }

  /**
   * Writes flat rows as one block, and answers also for a failure that may pass.
   *
   * @throws If trying again can never help: a row is wrong, which is a fault of ours and not of the disk.
   */
  commit(flat: readonly Cell[]): Committed {
    try {
      return { firstSeq: this.write(unflatten(flat)), head: this.#head };
    } catch (error) {
      const code = sqliteCode(error);
      if (code === undefined || code === SQLITE.CONSTRAINT || code === SQLITE.MISMATCH) throw error;
      return { failed: wordsOf(error) };
    }
  }

  /**
   * Writes rows as one block; when it returns they are as durable as the connection was told to be.
   *
   * @returns The `seq` of the first row; the others follow without a gap.
   * @throws What SQLite says if the transaction fails; then nothing has changed. An `Error` if a row completes a
   * request that is not open.
   */
  write(rows: readonly Row[]): number {
    this.#open.begin();
    try {
      this.#begin.run();
      const head = this.#insert(rows);
      this.#commit.run();
      const firstSeq = this.#head.lastSeq + 1;
      this.#head = head;
      return firstSeq;
    } catch (error) {
      this.#open.undo();
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.#rollback.run();
      throw error;
    }
  }

  #insert(rows: readonly Row[]): Head {
    const lines: string[] = [];
    const values: Record<RowKind, Cell[]> = { origin: [], accepted: [], completed: [], withdrawn: [], fact: [] };
    const firstSeq = this.#head.lastSeq + 1;
    let seq = firstSeq;
    for (const row of rows) {
      const cells = row.cells.map((cell) => typeof cell === "string" ? storable(cell) : cell);
      // Whatever the clock said: a time that the reader does not know would stay there for ever.
      for (const place of TIMES[row.kind]) cells[place] = heldTime(cells[place] ?? null);
      if (row.kind === "accepted") this.#open.accept(seq);
      else if (row.kind === "completed") this.#open.complete(Number(cells[0]));
      values[row.kind].push(seq, ...cells);
      lines.push(rowLine(row.kind, { seq, cells }));
      seq++;
    }
    for (const kind of ROW_KINDS) this.#rows[kind].insert(values[kind]);
    const head: BlockHead = {
      number: this.#head.block + 1,
      firstSeq,
      lastSeq: seq - 1,
      at: nearestTime(this.#now()),
      format: HISTORY_FORMAT,
      lowestOpen: this.#open.lowest(seq),
    };
    const hash = blockHash(head, { previous: this.#head.hash, lines });
    const block = [head.number, head.firstSeq, head.lastSeq, head.at, head.format, head.lowestOpen];
    this.#blocks.insert([...block, Uint8Array.fromHex(hash)]);
    return { block: head.number, lastSeq: head.lastSeq, hash, at: head.at };
  }
}

/**
 * Rows that one statement inserts where there are as many. To run a statement costs half of what inserting a row does;
 * with more of them no more is saved.
 */
const AT_ONCE = 16;

/**
 * The `insert` of one table, built by Kysely and prepared: for hundreds of rows a commit, anything else costs five
 * times as much.
 */
class TableInsert {
  readonly #width: number;
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  /** For a table's columns, in this order. */
  constructor({ raw, db }: WritableDatabase, table: { name: string; columns: readonly string[] }) {
    const columns = sql.join(table.columns.map((column) => sql.ref(column)));
    const row = sql`(${sql.join(table.columns.map(() => sql.val(null)))})`;
    const prepare = (rows: number) => {
      const values = sql.join(Array.from({ length: rows }, () => row));
      return raw.prepare(sql`insert into ${sql.table(table.name)} (${columns}) values ${values}`.compile(db).sql);
    };
    this.#width = table.columns.length;
    this.#one = prepare(1);
    this.#many = prepare(AT_ONCE);
  }

  /** Inserts rows: the values of the columns of each, one row after the other. */
  insert(values: readonly SQLInputValue[]): void {
    const many = this.#width * AT_ONCE;
    let start = 0;
    for (; start + many <= values.length; start += many) this.#many.run(...values.slice(start, start + many));
    for (; start < values.length; start += this.#width) this.#one.run(...values.slice(start, start + this.#width));
  }
}
