/**
 * An export of the chain, page by page: every block, its rows as they are hashed, and of those that a filter leaves out
 * their hashes.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Expression, type Kysely, sql, type SqlBool } from "kysely";
import { type ExportFilter, faultOf } from "../../core/contract/history.ts";
import {
  type BlockHead,
  lineHash,
  Mismatch,
  NO_HASH,
  rowLine1,
  rowLines,
  saltAt,
  type StoredRow,
} from "../chain/mod.ts";
import type { ChainPage, ChainQuestion } from "../contract/store.ts";
import { blockLine, type ChainLine, chainLine } from "../reading/mod.ts";
import { ofPhones } from "./questions.ts";
import type { HistoryTables } from "./schema.ts";
import { BLOCK_COLUMNS, blockHead, columnsIn, hexOf, StoredRows } from "./stored_rows.ts";

/** Where a page ends: a client that does not read holds one or two of them. */
const PAGE_CHARACTERS = 65_536;
/** Rows that a page looks at, at most. */
const PAGE_ROWS = 512;

/** Hex digits of a hash. */
const HASH = 64;

/** A block as it is exported. */
interface Block {
  readonly head: BlockHead;
  readonly previous: string;
  readonly hash: string;
  /** The hashes of its rows and their salts, hex; empty in format 1. */
  readonly hashes: string;
  readonly salts: string;
}

/** A block whose head holds what is never written. */
interface DamagedBlock {
  readonly damaged: string;
  readonly number: number;
}

/** Reads pages of one database. */
export class ChainPages {
  readonly #database: DatabaseSync;
  readonly #onDamaged: (words: string) => void;
  #prepared: ReturnType<typeof prepare> | undefined;

  /**
   * @param database Read only is enough.
   * @param options.onDamaged Is told of each block and row that is not given for what it is not, in the words of a check.
   */
  constructor(database: DatabaseSync, { onDamaged }: { onDamaged: (words: string) => void }) {
    this.#database = database;
    this.#onDamaged = onDamaged;
  }

  /**
   * One page, in the snapshot that the connection has.
   *
   * @param db Over the same connection.
   * @throws What SQLite says where it cannot read.
   */
  async read(db: Kysely<HistoryTables>, { filter, at, upTo, lastSeq }: ChainQuestion): Promise<ChainPage> {
    const { rows } = this.#prepared ??= prepare(this.#database);
    const end = Math.min(at.seq + PAGE_ROWS - 1, lastSeq);
    const given = await givenRows(db, { filter, from: at.seq, to: end });
    rows.forget(at.seq);
    const page = new Page({ rows, given, onDamaged: this.#onDamaged });
    let { seq } = at;
    for (let number = at.block; number <= upTo; number++) {
      const block = this.#block(number);
      // What is missing shows by itself: the next one that is there follows.
      if (block === undefined) break;
      if ("damaged" in block) {
        page.damage(block.damaged);
        number = block.number;
        continue;
      }
      number = block.head.number;
      const { firstSeq } = block.head;
      // A block that says more than there can be is seen to be wrong by its hash.
      const last = Math.min(block.head.lastSeq, lastSeq);
      for (seq = Math.max(seq, firstSeq); seq <= last; seq++) {
        if (seq > end || page.isFull) return { text: page.text(), next: { block: number, seq } };
        // With its first row, and not before: the next page would begin it again.
        if (seq === firstSeq) page.begin(block);
        page.row(block, seq);
      }
    }
    return { text: page.text(), next: undefined };
  }

  /** The first block from a number on. */
  #block(from: number): Block | DamagedBlock | undefined {
    const { blocks, hash } = this.#prepared ??= prepare(this.#database);
    const [block] = blocks.all(from);
    if (block === undefined) return undefined;
    const head = headOf(block);
    if ("damaged" in head) return head;
    const before = hash.all(head.number - 1)[0];
    return {
      head,
      previous: hexOf(before?.["hash"]) ?? NO_HASH,
      hash: hexOf(block["hash"]) ?? "",
      hashes: hexOf(block["row_hashes"]) ?? "",
      salts: hexOf(block["salts"]) ?? "",
    };
  }
}

function prepare(database: DatabaseSync) {
  const columns = BLOCK_COLUMNS.map(columnsIn(database)).join(", ");
  return {
    rows: new StoredRows(database),
    blocks: database.prepare(`select ${columns} from block where block.number >= ? order by block.number limit 1`),
    hash: database.prepare("select hash from block where number = ?"),
  };
}

/** The head of a block, or what is wrong with it, in words. */
function headOf(block: Record<string, SQLOutputValue>): BlockHead | DamagedBlock {
  try {
    return blockHead(block);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const { number } = block;
    // Behind one whose number is never written stands nothing that is.
    if (typeof number !== "number") return { damaged: `a block: ${error.message}`, number: Infinity };
    return { damaged: wrong(number, error), number };
  }
}

/** A block that is wrong, in the words of a check. */
function wrong(block: number, { message }: Mismatch): string {
  return faultOf({ firstBad: { block, problem: message } }) ?? message;
}

/** The lines of one page. */
class Page {
  readonly #rows: StoredRows;
  readonly #given: ReadonlySet<number> | undefined;
  readonly #onDamaged: (words: string) => void;
  #text = "";
  /** Of rows that are left out, one after the other: their hashes, and how many have none. */
  #hashes: string[] = [];
  #left = 0;

  /** @param options.given The rows that are not left out; undefined if none is. */
  constructor({ rows, given, onDamaged }: {
    rows: StoredRows;
    given: ReadonlySet<number> | undefined;
    onDamaged: (words: string) => void;
  }) {
    this.#rows = rows;
    this.#given = given;
    this.#onDamaged = onDamaged;
  }

  get isFull(): boolean {
    return this.#text.length + this.#hashes.length * HASH >= PAGE_CHARACTERS;
  }

  text(): string {
    this.#flush();
    return this.#text;
  }

  /** Begins a block. */
  begin({ head, previous, hash }: Block): void {
    this.#add(blockLine(head, { previous, hash }));
  }

  /** Adds a block that cannot be given. */
  damage(damaged: string): void {
    this.#onDamaged(damaged);
    this.#add({ damaged });
  }

  /** Adds a row of the block that was begun last. */
  row({ head, hashes, salts }: Block, seq: number): void {
    const place = seq - head.firstSeq;
    const hash = hashes.slice(place * HASH, (place + 1) * HASH);
    if (this.#given?.has(seq) === false) {
      if (head.format === 1) this.#left++;
      else this.#hashes.push(hash);
      return;
    }
    try {
      this.#rows.skipTo(seq);
      const row = this.#rows.take(seq);
      this.#add(head.format === 1 ? line1(row) : line2(row, { salt: saltAt(salts, place), hash }));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      this.#onDamaged(wrong(head.number, error));
      this.#add({ damaged: error.message, ...(hash !== "" && { hash }) });
    }
  }

  #add(line: ChainLine): void {
    this.#flush();
    this.#text += chainLine(line);
  }

  #flush(): void {
    if (this.#hashes.length > 0) this.#text += chainLine({ hashes: this.#hashes.splice(0) });
    if (this.#left > 0) this.#text += chainLine({ left: this.#left });
    this.#left = 0;
  }
}

function line2(row: StoredRow, { salt, hash }: { salt: string; hash: string }): ChainLine {
  const { line, content } = rowLines(row, salt);
  if (lineHash(line) !== hash) throw new Mismatch(`row ${row.seq} is not the one that was written`);
  return { row: line, ...(content && { content }) };
}

function line1(row: StoredRow): ChainLine {
  const line = rowLine1(row);
  if (line === undefined) throw new Mismatch(`row ${row.seq} is not the one that was written`);
  return { row: JSON.parse(line) };
}

/** The rows that a filter does not leave out; undefined if there is none. A completion is of its request's phone. */
async function givenRows(
  db: Kysely<HistoryTables>,
  { filter, from, to }: { filter: ExportFilter; from: number; to: number },
): Promise<ReadonlySet<number> | undefined> {
  if (Object.keys(filter).length === 0) return undefined;
  const ofRequest = fits("accepted", filter);
  const found = await Promise.all([
    db.selectFrom("accepted").select("seq").where("seq", ">=", from).where("seq", "<=", to).where(ofRequest).execute(),
    db.selectFrom("fact").select("seq").where("seq", ">=", from).where("seq", "<=", to)
      .where(fits("fact", filter)).execute(),
    ...(["completed", "withdrawn"] as const).map((table) =>
      db.selectFrom(table).innerJoin("accepted", "accepted.seq", `${table}.request`).select(`${table}.seq`)
        .where(`${table}.seq`, ">=", from).where(`${table}.seq`, "<=", to).where(ofRequest).execute()
    ),
  ]);
  // Which history it is stands in the first row, and tells of nobody.
  return new Set([0, ...found.flat().map(({ seq }) => seq)]);
}

function fits(table: "accepted" | "fact", { phone, phones, from, to }: ExportFilter): Expression<SqlBool> {
  const at = sql.ref(`${table}.at`);
  const conditions: Expression<unknown>[] = [sql`true`];
  if (phone !== undefined) conditions.push(sql`${sql.ref(`${table}.phone`)} = ${phone}`);
  if (phones !== undefined) conditions.push(ofPhones(`${table}.phone`, phones));
  if (from !== undefined) conditions.push(sql`${at} >= ${from}`);
  if (to !== undefined) conditions.push(sql`${at} < ${to}`);
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}
