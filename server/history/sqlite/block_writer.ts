/**
 * Writes rows, and seals them into blocks: a row is on disk before it is sealed, so that nobody waits for a block and a
 * block need not be paid for by a single row.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
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
  rowHashes,
  type RowKind,
  SALT_BYTES,
  storable,
  type StoredRow,
  unflatten,
} from "../chain/mod.ts";
import type { Committed, Head } from "../contract/store.ts";
import { SQLITE, sqliteCode } from "./database.ts";

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

/** Rows that are on disk and in no block yet, at most before one is sealed: the more, the less a row costs. */
const SEAL_ROWS = 256;

/** The hashes of rows, and their salts one after the other; both hex. */
export interface Hashed {
  readonly hashes: readonly string[];
  readonly salts: string;
}

/** None is. */
export const NOT_HASHED: Hashed = { hashes: [], salts: "" };

/** Hashes rows, of which the first ones may have been hashed before. */
function hashed(rows: readonly StoredRow[], before: Hashed): Hashed {
  const rest = rows.slice(before.hashes.length);
  // Web Crypto gives 64 KiB at most, which are the salts of 4,096 rows: a killed server can have left more open.
  const salts = randomBytes(rest.length * SALT_BYTES).toHex();
  return { hashes: [...before.hashes, ...rowHashes(rest, salts)], salts: before.salts + salts };
}

/** Where a writer stands: what another must know to go on in its place. */
export interface BlockState {
  readonly head: Head;
  readonly unsealed: readonly StoredRow[];
  /** The wall time of the newest commit. */
  readonly at: number;
  /** The first of them that were hashed before their block is due. */
  readonly hashed: Hashed;
  /** The requests that are open, oldest first, and a number below which none is. */
  readonly open: { readonly ids: readonly number[]; readonly lowest: number };
}

/** The texts of the statements that insert one row, and as many as go at once. */
export interface InsertTexts {
  readonly one: string;
  readonly many: string;
}

/** The statements of every table that a writer fills. */
export type Inserts = Readonly<Record<RowKind | "block", InsertTexts>>;

/** The columns of a block, in the order in which they are inserted. */
export const INSERTED_BLOCK: readonly string[] = [
  "number",
  "first_seq",
  "last_seq",
  "at",
  "format",
  "lowest_open",
  "hash",
  "row_hashes",
  "salts",
];

/** What stands before block 0. */
export const BEFORE_ALL: Head = { block: -1, lastSeq: -1, hash: NO_HASH, at: 0 };

/** What a change of the database leads to. */
type Written = Pick<BlockState, "head" | "unsealed" | "at">;

/**
 * Appends rows to a database, and seals them into blocks. One at a time: nothing else may write its rows meanwhile.
 */
export class BlockWriter {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #willWrite: (lastSeq: number) => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #rows: Record<RowKind, TableInsert>;
  readonly #blocks: TableInsert;
  #open = new OpenRequests([], { lowest: 0 });
  #head: Head = BEFORE_ALL;
  #unsealed: readonly StoredRow[] = [];
  #at = 0;
  #hashed: Hashed = NOT_HASHED;
  #isGiven = true;

  /**
   * @param options.state Where it goes on; left out, it writes nothing before it takes a place.
   * @param options.willWrite Is told the newest row that a transaction writes, before it does.
   */
  constructor(
    database: DatabaseSync,
    options: { now: () => number; willWrite?: (lastSeq: number) => void; inserts: Inserts; state?: BlockState },
  ) {
    const { inserts, state } = options;
    this.#database = database;
    this.#now = options.now;
    this.#willWrite = options.willWrite ?? (() => {});
    // Prepared, since the errors of `exec` come without SQLite's result code.
    this.#begin = database.prepare("begin immediate");
    this.#commit = database.prepare("commit");
    this.#rollback = database.prepare("rollback");
    this.#rows = Object.fromEntries(
      ROW_KINDS.map((kind) => [kind, new TableInsert(database, { ...inserts[kind], width: COLUMNS[kind].length + 1 })]),
    ) as Record<RowKind, TableInsert>;
    this.#blocks = new TableInsert(database, { ...inserts.block, width: INSERTED_BLOCK.length });
    if (state) this.take(state);
  }

  /** Gives up its place to another: it writes nothing more until it takes it again. */
  give(): BlockState {
    this.#isGiven = true;
    const { ids, lowestOpen: lowest } = this.#open;
    return { head: this.#head, unsealed: this.#unsealed, at: this.#at, hashed: this.#hashed, open: { ids, lowest } };
  }

  /** Goes on where another has left off. */
  take({ head, unsealed, at, hashed, open }: BlockState): void {
    this.#head = head;
    this.#unsealed = unsealed;
    this.#at = at;
    this.#hashed = hashed;
    this.#open = new OpenRequests(open.ids, open);
    this.#isGiven = false;
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
   * Writes flat rows, and answers also for a failure that may pass.
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
   * Writes rows; when it returns they are as durable as the connection was told to be. They are sealed with those
   * before them when there are many.
   *
   * @param options.seal Whether they are sealed at once, with all that was not.
   * @returns The `seq` of the first row; the others follow without a gap.
   * @throws What SQLite says if the transaction fails; then nothing has changed. An `Error` if a row completes a
   * request that is not open.
   */
  write(rows: readonly Row[], options?: { seal: boolean }): number {
    const firstSeq = this.#head.lastSeq + this.#unsealed.length + 1;
    this.#willWrite(firstSeq + rows.length - 1);
    this.#transact(() => this.#append(rows, { firstSeq, seal: options?.seal ?? false }));
    return firstSeq;
  }

  /**
   * Changes other tables of the database and writes a row that tells of it, both or neither.
   *
   * @param change What is done by the same connection; false if there is nothing to tell.
   * @throws What SQLite or the change says; then nothing has changed.
   */
  async writeWith(row: Row, change: () => Promise<boolean>): Promise<void> {
    const firstSeq = this.#head.lastSeq + this.#unsealed.length + 1;
    try {
      this.#start();
      const isTold = await change();
      this.#willWrite(firstSeq);
      this.#end(this.#append(isTold ? [row] : [], { firstSeq, seal: false }));
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Hashes what is on disk and in no block, so that whoever waits for the block need not wait for that. */
  hash(): void {
    if (!this.#isGiven) this.#hashed = hashed(this.#unsealed, this.#hashed);
  }

  /**
   * Seals what is on disk and in no block.
   *
   * @throws What SQLite says if the transaction fails; then nothing has changed.
   */
  seal(): void {
    if (this.#unsealed.length === 0) return;
    this.#transact(() => this.#sealed(this.#unsealed, this.#at));
  }

  /** Does something in a transaction, all or none. */
  #transact(change: () => Written): void {
    try {
      this.#start();
      this.#end(change());
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  #start(): void {
    if (this.#isGiven) throw new Error("The history was written to by whoever has given that up");
    this.#open.begin();
    this.#begin.run();
  }

  #end({ head, unsealed, at }: Written): void {
    this.#commit.run();
    if (head !== this.#head) this.#hashed = NOT_HASHED;
    this.#head = head;
    this.#unsealed = unsealed;
    this.#at = at;
  }

  #undo(): void {
    this.#open.undo();
    // A full disk makes SQLite roll back by itself.
    if (this.#database.isTransaction) this.#rollback.run();
  }

  /** Inserts rows behind all others, and their block if it is time. */
  #append(rows: readonly Row[], { firstSeq, seal }: { firstSeq: number; seal: boolean }): Written {
    const unsealed = [...this.#unsealed, ...this.#insert(rows, firstSeq)];
    const at = nearestTime(this.#now());
    const isSealed = seal || unsealed.length >= SEAL_ROWS;
    return isSealed ? this.#sealed(unsealed, at) : { head: this.#head, unsealed, at };
  }

  /** Inserts rows, and gives them as they are stored. */
  #insert(rows: readonly Row[], firstSeq: number): StoredRow[] {
    const values: Record<RowKind, Cell[]> = { origin: [], accepted: [], completed: [], withdrawn: [], fact: [] };
    const stored = rows.map(({ kind, cells: given }, index): StoredRow => {
      const seq = firstSeq + index;
      const cells = given.map((cell) => typeof cell === "string" ? storable(cell) : cell);
      // Whatever the clock said: a time that the reader does not know would stay there for ever.
      for (const place of TIMES[kind]) cells[place] = heldTime(cells[place] ?? null);
      if (kind === "accepted") this.#open.accept(seq);
      else if (kind === "completed") this.#open.complete(Number(cells[0]));
      values[kind].push(seq, ...cells);
      return { kind, seq, cells };
    });
    for (const kind of ROW_KINDS) this.#rows[kind].insert(values[kind]);
    return stored;
  }

  /** Inserts the block of these rows, the next ones, of which the newest were committed then. */
  #sealed(rows: readonly StoredRow[], at: number): Written {
    const firstSeq = this.#head.lastSeq + 1;
    const lastSeq = this.#head.lastSeq + rows.length;
    const head: BlockHead = {
      number: this.#head.block + 1,
      firstSeq,
      lastSeq,
      at,
      format: HISTORY_FORMAT,
      lowestOpen: this.#open.lowest(lastSeq + 1),
    };
    const { hashes, salts } = hashed(rows, this.#hashed);
    const hash = blockHash(head, { previous: this.#head.hash, rows: hashes });
    const block = [head.number, head.firstSeq, head.lastSeq, head.at, head.format, head.lowestOpen];
    this.#blocks.insert([...block, ...[hash, hashes.join(""), salts].map((hex) => Uint8Array.fromHex(hex))]);
    return { head: { block: head.number, lastSeq, hash, at }, unsealed: [], at };
  }
}

/**
 * Rows that one statement inserts where there are as many. To run a statement costs half of what inserting a row does;
 * with more of them no more is saved.
 */
export const AT_ONCE = 16;

/** The prepared `insert` of one table. */
class TableInsert {
  readonly #width: number;
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  /** @param texts The statements, and how many columns they have. */
  constructor(database: DatabaseSync, { one, many, width }: InsertTexts & { width: number }) {
    this.#width = width;
    this.#one = database.prepare(one);
    this.#many = database.prepare(many);
  }

  /** Inserts rows: the values of the columns of each, one row after the other. */
  insert(values: readonly SQLInputValue[]): void {
    const many = this.#width * AT_ONCE;
    let start = 0;
    for (; start + many <= values.length; start += many) this.#many.run(...values.slice(start, start + many));
    for (; start < values.length; start += this.#width) this.#one.run(...values.slice(start, start + this.#width));
  }
}
