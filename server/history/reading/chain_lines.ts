/**
 * The lines of an export of the chain, as docs/history-format.md promises them: what an auditor elsewhere proves it by.
 *
 * @module
 */
import type { Checkpoint, ExportFilter } from "../../core/contract/history.ts";
import { timeText } from "../../core/contract/time.ts";
import type { BlockHead, RowLines } from "../chain/mod.ts";

/** The version of this form; it stands in the first line. */
export const CHAIN_EXPORT = 1;

/** The first line: of which history it is, up to where, and what was left out. */
export interface Opening {
  readonly chain: number;
  readonly historyId: string;
  readonly upTo: Pick<Checkpoint, "block" | "hash" | "at">;
  /** Null if nothing is left out. */
  readonly filter: Readonly<Record<string, unknown>> | null;
}

/** A further line: a block, and what follows of its rows, in their order. */
export type ChainLine =
  | { readonly block: readonly [...cells: number[], previous: string]; readonly hash: string }
  | { readonly row: RowLines["line"]; readonly content?: RowLines["content"] }
  /** Rows that are left out: their hashes, or in format 1, where there are none, their number. */
  | { readonly hashes: readonly string[] }
  | { readonly left: number }
  /** A row, with its hash if its block has one, or the head of a block, that is not as it was written: in what. */
  | { readonly damaged: string; readonly hash?: string };

/** A line as it is written. */
export function chainLine(line: Opening | ChainLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The first line of an export. */
export function opening({ historyId, block, hash, at }: Checkpoint, { from, to, ...phones }: ExportFilter): Opening {
  const filter = {
    ...phones,
    ...(from !== undefined && { from: timeText(from) }),
    ...(to !== undefined && { to: timeText(to) }),
  };
  const isFiltered = Object.keys(filter).length > 0;
  return { chain: CHAIN_EXPORT, historyId, upTo: { block, hash, at }, filter: isFiltered ? filter : null };
}

/** The line of a block. */
export function blockLine(head: BlockHead, { previous, hash }: { previous: string; hash: string }): ChainLine {
  const { number, firstSeq, lastSeq, at, format, lowestOpen } = head;
  return { block: [number, firstSeq, lastSeq, at, format, lowestOpen, previous], hash };
}
