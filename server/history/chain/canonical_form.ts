/**
 * The canonical form of rows and blocks and the hashes over them, as docs/history-format.md promises: of the format
 * that is written.
 *
 * @module
 */
import { hash } from "node:crypto";
import { type Cell, COLUMNS, CONTENT, ROW_KINDS, type RowKind } from "./rows.ts";

/** The version of the canonical form that is written; it stands in every block. */
export const HISTORY_FORMAT = 2;

/** What block 0 names as the hash before it: 32 zero bytes, hex. */
export const NO_HASH = "0".repeat(64);

/** The head of a block: everything that its hash covers besides its rows, except the hash of the block before. */
export interface BlockHead {
  /** 0, 1, 2 … without a gap. */
  number: number;
  /** The `seq` of its first row. */
  firstSeq: number;
  /** The `seq` of its last row; the next block begins one higher. */
  lastSeq: number;
  /** Wall time of the newest commit that it covers, milliseconds. */
  at: number;
  /** The version of the canonical form. */
  format: number;
  /** The lowest id of a request that is open after this block; the next `seq` if none is. */
  lowestOpen: number;
}

/** A row with its place. */
export interface StoredRow {
  kind: RowKind;
  seq: number;
  /** In the order of the kind's columns. */
  cells: readonly Cell[];
}

/** Bytes of a salt: nobody can try all of them. */
export const SALT_BYTES = 16;

/**
 * SHA-256 of lines in UTF-8, each ended by a line feed, lower-case hex: the same as bytes costs three times as much.
 */
export function hashOf(lines: string): string {
  return hash("sha256", `${lines}\n`, "hex");
}

/** Where in a row the content stands, and where everything else. */
const PLACES = Object.fromEntries(
  ROW_KINDS.map((kind) => {
    const isContent = (column: string) => (CONTENT[kind] as readonly string[]).includes(column);
    const places = COLUMNS[kind].map((column, place) => ({ place, isContent: isContent(column) }));
    const of = (content: boolean) => places.filter((one) => one.isContent === content).map((one) => one.place);
    return [kind, { content: of(true), rest: of(false) }];
  }),
) as Record<RowKind, { content: number[]; rest: number[] }>;

/** What a row's hash is derived from: its line, and the line of its content where it has some. */
export interface RowLines {
  line: readonly Cell[];
  content?: readonly Cell[];
}

/** The lines of a row. @param salt Its own, hex: without it nobody can guess a row from its hash. */
export function rowLines({ kind, seq, cells }: StoredRow, salt: string): RowLines {
  const { content: places, rest } = PLACES[kind];
  const line: Cell[] = [seq, kind];
  for (const place of rest) line.push(cells[place] ?? null);
  if (!places.some((place) => cells[place] !== null)) {
    line.push(salt);
    return { line };
  }
  const content = [salt, ...places.map((place) => cells[place] ?? null)];
  line.push(lineHash(content));
  return { line, content };
}

/** The hash of a line: of well-formed strings, safe integers and nulls `JSON.stringify` makes the form of RFC 8785. */
export function lineHash(line: readonly Cell[]): string {
  return hashOf(JSON.stringify(line));
}

/** The salt of the row in one place of a block. @param salts Those of all its rows, hex. */
export function saltAt(salts: string, place: number): string {
  return salts.slice(place * SALT_BYTES * 2, (place + 1) * SALT_BYTES * 2);
}

/** The hash of a row. @param salt Its own, hex. */
export function rowHash(row: StoredRow, salt: string): string {
  return lineHash(rowLines(row, salt).line);
}

/** The hashes of the rows of a block. @param salts Theirs, one after the other, hex. */
export function rowHashes(rows: readonly StoredRow[], salts: string): string[] {
  return rows.map((row, place) => rowHash(row, saltAt(salts, place)));
}

/** The line of a block's head, to which its rows are added, one line each. */
export function headLine(head: BlockHead, previous: string): string {
  const { number, firstSeq, lastSeq, at, format, lowestOpen } = head;
  return JSON.stringify([number, firstSeq, lastSeq, at, format, lowestOpen, previous]);
}

/**
 * The hash of a block: SHA-256 over its header line and the hashes of its rows in the order of `seq`, each ended by a
 * line feed.
 */
export function blockHash(head: BlockHead, content: { previous: string; rows: readonly string[] }): string {
  return hashOf(`${headLine(head, content.previous)}\n${content.rows.join("\n")}`);
}

/**
 * A text as the history can hold it: NUL and unpaired surrogates become U+FFFD, as UTF-8 and SQLite's text functions
 * would otherwise change or cut it between writing and reading, and its block would seem forged.
 */
export function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\uFFFD") : whole;
}
