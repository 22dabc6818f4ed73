/**
 * The newest blocks of a chain, which a start looks at before anything is served.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { wordsOf } from "../../core/contract/errors.ts";
import { faultOf } from "../../core/contract/history.ts";
import { ChainWalk, SLICE_ROWS } from "./verify.ts";

/** Rows that they have together, and the rest of a block: some 20 ms, 40 at most. */
const ROWS = 2_048;

/** Re-derives them. @returns What is wrong with one of them, in words; undefined if nothing is. */
export function newestChain(database: DatabaseSync): string | undefined {
  try {
    const [newest] = database.prepare("select number, last_seq from block order by number desc limit 1").all();
    if (newest === undefined) return undefined;
    const [first] = database.prepare(
      "select number from block where number >= ? and last_seq > ? order by number limit 1",
    ).all(Number(newest["number"]) - ROWS, Number(newest["last_seq"]) - ROWS);
    const walk = new ChainWalk(database);
    walk.skipTo(Number(first?.["number"] ?? newest["number"]));
    for (;;) {
      const verdict = walk.next(SLICE_ROWS);
      if (verdict) return faultOf(verdict);
    }
  } catch (error) {
    return wordsOf(error);
  }
}
