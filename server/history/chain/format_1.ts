/**
 * The canonical form of the blocks that 0.1.0 wrote: they are checked as they are, and written no more.
 *
 * @module
 */
import { type BlockHead, hashOf, headLine, type StoredRow } from "./canonical_form.ts";
import type { RowKind } from "./rows.ts";

/** How many of the columns there were. */
const WIDTH: Record<RowKind, number> = { origin: 2, accepted: 10, completed: 8, withdrawn: 1, fact: 11 };

/** The line of a row; undefined if it holds what came later only. */
export function rowLine1({ kind, seq, cells }: StoredRow): string | undefined {
  const width = WIDTH[kind];
  if (cells.slice(width).some((cell) => cell !== null)) return undefined;
  return JSON.stringify([seq, kind, ...cells.slice(0, width)]);
}

/**
 * The hash of a block: SHA-256 over its header line and its rows' lines in the order of `seq`, each ended by a line
 * feed.
 */
export function blockHash1(head: BlockHead, content: { previous: string; lines: readonly string[] }): string {
  return hashOf(`${headLine(head, content.previous)}\n${content.lines.join("\n")}`);
}
