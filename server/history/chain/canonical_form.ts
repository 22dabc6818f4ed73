/**
 * The canonical form of rows and blocks and the hashes over them, as docs/history-format.md promises.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Cell, RowKind } from "./rows.ts";

/** The version of the canonical form; it stands in every block. */
export const HISTORY_FORMAT = 1;

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
  /** Wall time of its commit, milliseconds. */
  at: number;
  /** The version of the canonical form. */
  format: number;
  /** The lowest id of a request that is open after this block; the next `seq` if none is. */
  lowestOpen: number;
}

/** A row in its canonical form: of well-formed strings, safe integers and nulls `JSON.stringify` makes RFC 8785. */
export function rowLine(kind: RowKind, row: { seq: number; cells: readonly Cell[] }): string {
  return JSON.stringify([row.seq, kind, ...row.cells]);
}

/**
 * The hash of a block, lower-case hex: SHA-256 over its header line and its rows' lines in the order of `seq`, each
 * ended by a line feed.
 */
export function blockHash(head: BlockHead, content: { previous: string; lines: readonly string[] }): string {
  const { number, firstSeq, lastSeq, at, format, lowestOpen } = head;
  const header = JSON.stringify([number, firstSeq, lastSeq, at, format, lowestOpen, content.previous]);
  return createHash("sha256").update(`${header}\n${content.lines.map((line) => `${line}\n`).join("")}`).digest("hex");
}

/**
 * A text as the history can hold it: NUL and unpaired surrogates become U+FFFD, as UTF-8 and SQLite's text functions
 * would otherwise change or cut it between writing and reading, and its block would seem forged.
 */
export function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\uFFFD") : whole;
}
