/**
 * The row of a fact.
 *
 * @module
 */
import type { AnyFact } from "../core/contract/facts.ts";
import { type Cell, COLUMNS } from "./chain/mod.ts";

/** The cells of a fact, by name: what is on the hot path, requests, is written by position. */
export function factCells(
  { detail, ...fact }: AnyFact,
  { at, tokenName }: { at: number; tokenName?: string | undefined },
): Cell[] {
  const cells: Partial<Record<typeof COLUMNS.fact[number], Cell>> = {
    ...fact,
    at,
    detail: detail === undefined ? null : JSON.stringify(detail),
    token_name: tokenName ?? null,
  };
  return COLUMNS.fact.map((column) => cells[column] ?? null);
}
