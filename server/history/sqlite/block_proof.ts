/**
 * Rows that are read, held against the blocks that cover them: nobody takes for what was written what somebody has
 * changed, nor doubts what stands beside it. The check of the whole chain is `verify.ts`.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { wordsOf } from "../../core/contract/errors.ts";
import { faultOf } from "../../core/contract/history.ts";
import type { Damage } from "../../core/contract/record.ts";
import {
  blockHash,
  blockHash1,
  type BlockHead,
  COLUMNS,
  HISTORY_FORMAT,
  Mismatch,
  NO_HASH,
  rowHash,
  type RowKind,
  rowLine1,
  saltAt,
} from "../chain/mod.ts";
import { BoundedMap } from "../../tools/mod.ts";
import { BlockSearch, SpanStatements } from "./block_search.ts";
import { BLOCK_COLUMNS, blockHead, columnsIn, COMPLETIONS, hexOf, requireSpan, StoredRows } from "./stored_rows.ts";

/** A row, by its table and its place. */
export interface RowPlace {
  readonly kind: RowKind;
  readonly seq: number;
  /** The request that an index says it is of. */
  readonly request?: number;
}

/** Where a row says which request it is of, which is in every kind that does. */
const REQUEST = COLUMNS.completed.indexOf("request");

/** Hex digits of a hash. */
const HASH = 64;

/** Blocks that are remembered: what was found of one holds for as long as the same is read of it. */
const REMEMBERED = 32;

/** A block, as far as rows are held against it. */
interface Block {
  /** All that was read of it. */
  readonly told: string;
  readonly head: BlockHead;
  /** What is wrong with all of it, in words. */
  readonly problem: string | undefined;
  /** The hashes of its rows, and their salts, hex: of format 1 there are none. */
  readonly rows: readonly string[];
  readonly salts: string;
}

/** Holds rows against the blocks of a database, in whatever snapshot its connection has. */
export class BlockProof {
  readonly #database: DatabaseSync;
  readonly #remembered = new BoundedMap<number, Block>(REMEMBERED);
  #prepared: ReturnType<typeof prepare> | undefined;

  readonly #written: (() => number) | undefined;
  readonly #onDamaged: ((words: string | undefined) => void) | undefined;

  /**
   * @param database Read only is enough; it must have its tables when the first row is asked of.
   * @param options.written As {@linkcode BlockSearch} has it.
   * @param options.onDamaged Is told of each that is not as it was written, in the words of a check; undefined where it
   * could not be held against its block.
   */
  constructor(
    database: DatabaseSync,
    { written, onDamaged }: {
      written?: (() => number) | undefined;
      onDamaged?: (words: string | undefined) => void;
    } = {},
  ) {
    this.#database = database;
    this.#written = written;
    this.#onDamaged = onDamaged;
  }

  /**
   * What is wrong with which of these rows: those that are as they were written are left out, and those that no block
   * covers yet, of which nothing shows whether they were changed.
   */
  damaged(rows: readonly RowPlace[]): Map<RowPlace, Damage> {
    const found = new Map<RowPlace, Damage>();
    let search: BlockSearch | undefined;
    let block: Block | undefined;
    for (const row of rows.toSorted((one, other) => one.seq - other.seq)) {
      const { seq } = row;
      try {
        if (block === undefined || seq > block.head.lastSeq) {
          search ??= new BlockSearch(this.#statements.spans, { written: this.#written });
          block = this.#blockOf(seq, search);
        }
        const problem = block?.problem ?? this.#problemOf(row, block);
        if (problem === undefined) continue;
        found.set(row, this.#told({ ...(block && { block: block.head.number }), row: seq, problem }));
      } catch (error) {
        block = undefined;
        found.set(row, this.#told({ row: seq, problem: problemOf(error) }, error));
      }
    }
    return found;
  }

  /**
   * What is wrong with requests that have no completion, though a block says that none was open any more: it is gone.
   *
   * @param options.upTo The row up to which completions were looked for; the newest if left out.
   * @returns Them, by their ids.
   */
  uncompleted(requests: readonly number[], { upTo }: { upTo?: number | undefined } = {}): Map<number, Damage> {
    const found = new Map<number, Damage>();
    if (requests.length === 0) return found;
    try {
      const { spans } = this.#statements;
      const last = upTo ?? spans.newest().newest.last;
      const block = last < 0 ? undefined : this.#blockOf(last, new BlockSearch(spans));
      if (block === undefined || block.problem !== undefined) return found;
      const problem = `its completion is missing: block ${block.head.number} says that it had ended`;
      for (const row of requests) if (row < block.head.lowestOpen) found.set(row, this.#told({ row, problem }));
    } catch (error) {
      for (const row of requests) found.set(row, this.#told({ row, problem: problemOf(error) }, error));
    }
    return found;
  }

  /** Damage, when whoever wants to know of it was told. @param error What was thrown, where something was. */
  #told(damage: Damage, error?: unknown): Damage {
    this.#onDamaged?.(error === undefined || error instanceof Mismatch ? wordsOfDamage(damage) : undefined);
    return damage;
  }

  get #statements() {
    return this.#prepared ??= prepare(this.#database);
  }

  #blockOf(seq: number, search: BlockSearch): Block | undefined {
    let block: Block | undefined;
    const number = search.blockOf(seq, (number) => (block = this.#block(number)).problem === undefined);
    return number === undefined || block?.head.number === number ? block : this.#block(number);
  }

  #block(wanted: number): Block {
    const [block] = this.#statements.block.all(wanted);
    if (block === undefined) throw new Mismatch(`block ${wanted} is missing`);
    const head = blockHead(block);
    const [previous, hash, noted, salts] = ["previous", "hash", "row_hashes", "salts"].map((name) =>
      hexOf(block[name])
    );
    const told = [...Object.values(head), previous, hash, noted, salts].join();
    const known = this.#remembered.get(wanted);
    if (known?.told === told) return known;
    const rows = hashesIn(noted);
    requireSpan(head, this.#statements.completions);
    const derived = this.#hashOf(head, { previous: wanted === 0 ? NO_HASH : previous ?? "", rows });
    const problem = derived === hash ? undefined : `block ${wanted} is not the one that was written`;
    const found = { told, head, problem, rows, salts: salts ?? "" };
    // In format 1 the rows themselves stand under the hash, and are read each time.
    if (head.format !== 1) this.#remembered.set(wanted, found);
    return found;
  }

  /** The hash of a block: in format 1 of its rows, else of the hashes that stand in it, to which each row is held. */
  #hashOf(head: BlockHead, { previous, rows }: { previous: string; rows: readonly string[] }): string {
    if (head.format === 1) return this.#hash1Of(head, previous);
    if (head.format !== HISTORY_FORMAT) {
      throw new Mismatch(`block ${head.number} has format ${head.format}, which is not known`);
    }
    return rows.length === head.lastSeq - head.firstSeq + 1 ? blockHash(head, { previous, rows }) : "";
  }

  #hash1Of(head: BlockHead, previous: string): string {
    const { rows } = this.#statements;
    const { firstSeq, lastSeq } = head;
    rows.forget(firstSeq, { width: lastSeq - firstSeq + 1 });
    const lines: string[] = [];
    for (let seq = firstSeq; seq <= lastSeq; seq++) {
      const line = attempt(() => rowLine1(rows.take(seq)));
      if (line === undefined) return "";
      lines.push(line);
    }
    return blockHash1(head, { previous, lines });
  }

  /** What is wrong with a row of a block that is as it was written, or of none yet. */
  #problemOf({ kind, seq, request }: RowPlace, block: Block | undefined): string | undefined {
    const isHashed = block !== undefined && block.head.format !== 1;
    if (!isHashed && request === undefined) return undefined;
    const changed = `row ${seq} is not the one that was written`;
    const row = attempt(() => this.#statements.rows.at(kind, seq));
    if (row === undefined) return changed;
    if (request !== undefined && row.cells[REQUEST] !== request) {
      return `row ${seq} is not of request ${request}, though an index says so`;
    }
    if (!isHashed) return undefined;
    const place = seq - block.head.firstSeq;
    return rowHash(row, saltAt(block.salts, place)) === block.rows[place] ? undefined : changed;
  }
}

function prepare(database: DatabaseSync) {
  return {
    spans: new SpanStatements(database),
    rows: new StoredRows(database),
    completions: database.prepare(COMPLETIONS),
    block: database.prepare(
      `select ${BLOCK_COLUMNS.map(columnsIn(database)).join(", ")},
        (select hash from block as before where before.number = block.number - 1) as previous
        from block where block.number = ?`,
    ),
  };
}

/** What is read of a row, undefined if it holds what is never written. @throws What SQLite says if it cannot read. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Mismatch || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Damage in the words of a check. */
function wordsOfDamage({ block, row, problem }: Damage): string {
  if (block !== undefined) {
    return problem.startsWith(`block ${block} `) ? problem : faultOf({ firstBad: { block, problem } }) ?? problem;
  }
  return problem.startsWith(`row ${row} `) ? problem : `row ${row}: ${problem}`;
}

function problemOf(error: unknown): string {
  return error instanceof Mismatch ? error.message : `it could not be held against its block: ${wordsOf(error)}`;
}

/** The hashes in a text; none if that does not come out even. */
function hashesIn(hex = ""): string[] {
  if (hex.length % HASH !== 0) return [];
  return Array.from({ length: hex.length / HASH }, (_, nth) => hex.slice(nth * HASH, (nth + 1) * HASH));
}
