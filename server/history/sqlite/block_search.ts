/**
 * Which block covers a row. Blocks have no index by `seq`, which would cost as much as the blocks themselves: their
 * numbers and those of their rows rise together, so that a few looks find the one.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { Mismatch } from "../chain/mod.ts";
import { MOST_BEHIND } from "./stored_rows.ts";

/** Which rows a block says that it covers. */
interface Span {
  readonly number: number;
  readonly first: number;
  readonly last: number;
}

const NONE: Span = { number: -1, first: -1, last: -1 };

/** The statements of searches, prepared once for a connection. */
export class SpanStatements {
  readonly #next: StatementSync;
  readonly #newest: StatementSync;
  readonly #fitting: StatementSync;

  constructor(database: DatabaseSync) {
    this.#next = database.prepare(
      "select number, first_seq, last_seq from block where number >= ? order by number limit 1",
    );
    this.#newest = database.prepare("select number, first_seq, last_seq from block order by number desc limit 1");
    this.#fitting = database.prepare(
      `select number, first_seq, last_seq from block where last_seq >= first_seq and first_seq = 1 +
        coalesce((select last_seq from block as before where before.number = block.number - 1), -1)
        order by number desc limit 1`,
    );
  }

  /** The first block from a number on. */
  from(number: number): Span | undefined {
    return spanOf(this.#next.all(number)[0]);
  }

  /** The newest block, and the newest that begins behind the one before. */
  newest(): { newest: Span; fitting: Span } {
    return { newest: spanOf(this.#newest.all()[0]) ?? NONE, fitting: spanOf(this.#fitting.all()[0]) ?? NONE };
  }
}

function spanOf(row: Record<string, SQLOutputValue> | undefined): Span | undefined {
  if (row === undefined) return undefined;
  return { number: Number(row["number"]), first: Number(row["first_seq"]), last: Number(row["last_seq"]) };
}

/** How often a search begins again, without the blocks that led it to nowhere. */
const DETOURS = 3;

/** Searches for the blocks of rows, in their order, in one snapshot. */
export class BlockSearch {
  readonly #spans: SpanStatements;
  readonly #newest: Span;
  readonly #isCut: boolean;
  readonly #written: (() => number) | undefined;
  /** What ends before all that is still looked for. */
  #before = NONE;

  /** @param options.written The newest row that the writer can have written by now; unknown if it is another process. */
  constructor(spans: SpanStatements, { written }: { written?: (() => number) | undefined } = {}) {
    this.#written = written;
    const { newest, fitting } = spans.newest();
    this.#spans = spans;
    this.#newest = fitting;
    this.#isCut = newest.number !== fitting.number;
  }

  /**
   * The number of the block that covers a row, which comes behind those that were asked for before; undefined if it was
   * not sealed yet.
   *
   * @param isSound Whether a block is as it was written: one that is not counts only if no other covers the row.
   * @throws {Mismatch} If no block covers it, and one should.
   */
  blockOf(seq: number, isSound: (number: number) => boolean): number | undefined {
    const { first, last, number } = this.#newest;
    const isBehind = seq > last;
    if (isBehind && !this.#isCut && seq <= (this.#written?.() ?? last + MOST_BEHIND)) return undefined;
    if (!isBehind && seq >= first) return number;
    const doubted = new Set<number>();
    let unsound: number | undefined;
    for (let detour = 0; !isBehind && detour <= DETOURS; detour++) {
      const found = this.#find(seq, doubted);
      if (found === undefined) continue;
      if (!isSound(found.number)) {
        unsound ??= found.number;
        doubted.add(found.number);
        continue;
      }
      this.#before = { number: found.number - 1, first: found.first - 1, last: found.first - 1 };
      return found.number;
    }
    if (unsound !== undefined) return unsound;
    throw new Mismatch(`row ${seq} is covered by no block`, { row: seq });
  }

  /** @param doubted Numbers of blocks that are passed over; those that led to nowhere are added. */
  #find(seq: number, doubted: Set<number>): Span | undefined {
    let low = this.#before;
    let high = this.#newest;
    // Blocks from here on are behind what is looked for.
    let end = high.number;
    for (let look = 0; end - low.number > 1; look++) {
      // Now by where it would lie if all blocks were alike, now in the middle, for they are not.
      const part = look % 2 === 0 ? (seq - low.last) / (high.first - low.last) : 0.5;
      const guess = low.number + Math.max(1, Math.floor((end - low.number) * part));
      const from = Math.min(guess, end - 1);
      const found = this.#plausible(from, { low, high, end, doubted });
      if (found !== undefined && found.first <= seq && seq <= found.last) return found;
      if (found !== undefined && found.last < seq) low = found;
      else {
        high = found ?? high;
        end = from;
      }
    }
    for (const { number } of [low, high]) doubted.add(number);
    return undefined;
  }

  /** The first block from a number on that lies between two others, as it says itself. */
  #plausible(
    from: number,
    { low, high, end, doubted }: { low: Span; high: Span; end: number; doubted: ReadonlySet<number> },
  ): Span | undefined {
    let span = this.#spans.from(from);
    for (; span && span.number < end; span = this.#spans.from(span.number + 1)) {
      const isBetween = span.first > low.last && span.last >= span.first && span.last < high.first;
      if (isBetween && !doubted.has(span.number)) return span;
    }
    return undefined;
  }
}
