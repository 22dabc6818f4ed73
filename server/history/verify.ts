/**
 * Re-derives the chain of a history from its rows.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { blockHash, HISTORY_FORMAT, NO_HASH, rowLine } from "./chain.ts";
import { wordsOf } from "../core/contract/errors.ts";
import { type Cell, COLUMNS, ROW_KINDS, type RowKind } from "./rows.ts";

/** What was found. */
export interface Verdict {
  /** Whether every row is covered by a block and every block's hash is right. */
  ok: boolean;
  /** How many blocks are right, from the first on. */
  blocks: number;
  /** How many rows they cover. */
  records: number;
  /** The first block that is wrong, and in what; a block that is not there if rows lie behind the newest one. */
  firstBad?: { block: number; problem: string };
}

/** Something is not as the chain says. */
class Mismatch extends Error {}

/** Text is read as bytes: read as text it would end at a NUL, and broken UTF-8 would look like a whole U+FFFD. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A column so that no two contents look alike; a content that we never write becomes the text `changed`, which text never is. */
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

  constructor(database: DatabaseSync, kind: RowKind) {
    const columns = ["seq", ...COLUMNS[kind]].map(exact).join(", ");
    this.#kind = kind;
    this.#rows = database.prepare(`select ${columns} from ${kind} order by seq`).iterate();
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

/** Takes the row of one `seq`, which must be in exactly one table. */
function take(tables: readonly Table[], seq: number): StoredRow {
  const found = tables.filter((table) => table.next !== undefined && table.next.seq <= seq);
  const row = found[0]?.next;
  if (!row) throw new Mismatch(`row ${seq} is missing`);
  if (found.length > 1 || row.seq !== seq) throw new Mismatch(`there is a row too many at or before ${seq}`);
  found[0]?.advance();
  return row;
}

function walk(database: DatabaseSync, verdict: Verdict): void {
  using opened = new DisposableStack();
  const tables = ROW_KINDS.map((kind) => opened.use(new Table(database, kind)));
  const heads = ["number", "first_seq", "last_seq", "at", "format", "lowest_open"];
  const blocks = database.prepare(`select ${heads.map(exact).join(", ")}, hash from block order by number`).iterate();
  let previous = NO_HASH;
  for (const block of blocks) {
    const [number, firstSeq, lastSeq, at, format, lowestOpen] = heads.map((column) => Number(toCell(block[column])));
    const head = { number, firstSeq, lastSeq, at, format, lowestOpen } as Parameters<typeof blockHash>[0];
    if (head.number !== verdict.blocks) throw new Mismatch("the block is missing");
    if (head.format !== HISTORY_FORMAT) throw new Mismatch(`the block has format ${head.format}, which is not known`);
    if (head.firstSeq !== verdict.records || head.lastSeq < head.firstSeq) {
      throw new Mismatch(
        `the block covers rows ${head.firstSeq} to ${head.lastSeq}; it must begin with ${verdict.records}`,
      );
    }
    const lines: string[] = [];
    for (let seq = head.firstSeq; seq <= head.lastSeq; seq++) {
      const row = take(tables, seq);
      lines.push(rowLine(row.kind, row));
    }
    const hash = blockHash(head, { previous, lines });
    const stored = block.hash instanceof Uint8Array ? block.hash.toHex() : undefined;
    if (hash !== stored) throw new Mismatch(`its hash is ${stored}; its rows and the block before give ${hash}`);
    previous = hash;
    verdict.blocks++;
    verdict.records += lines.length;
  }
  if (verdict.blocks === 0) throw new Mismatch("there is no block");
  const left = tables.find((table) => table.next !== undefined)?.next;
  if (left) throw new Mismatch(`row ${left.seq} (${left.kind}) is covered by no block`);
}

/**
 * Re-derives every block from the first on, in one snapshot.
 *
 * It cannot know of whole blocks that were cut off at the new end: a checkpoint kept elsewhere can.
 *
 * @param database Read only is enough. A file that SQLite itself finds damaged is a verdict too.
 */
export function verifyChain(database: DatabaseSync): Verdict {
  const verdict: Verdict = { ok: false, blocks: 0, records: 0 };
  try {
    database.exec("begin");
    walk(database, verdict);
    verdict.ok = true;
  } catch (error) {
    verdict.firstBad = { block: verdict.blocks, problem: wordsOf(error) };
  }
  if (database.isTransaction) database.exec("rollback");
  return verdict;
}
