/**
 * What of a chain a start can afford to derive again before anything is served: its newest blocks, and a few between
 * them and the first.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { faultOf } from "../../core/contract/history.ts";
import { ChainWalk, problemOf, SLICE_ROWS } from "./verify.ts";

/** Rows that the newest blocks have together, and the rest of a block: some 20 ms, 40 at most. */
const NEWEST_ROWS = 2_048;

/** How many blocks are looked at between them and the first: some 100 ms where they have 256 rows. */
const SAMPLES = 16;

/**
 * Re-derives the newest blocks.
 *
 * @returns What is wrong with one of them, in words; undefined if nothing is.
 * @throws What SQLite says when the file could not be looked at.
 */
export function newestChain(database: DatabaseSync): string | undefined {
  return found(() => {
    const [newest] = database.prepare("select number, last_seq from block order by number desc limit 1").all();
    if (newest === undefined) return undefined;
    const [first] = database.prepare(
      "select number from block where number >= ? and last_seq > ? order by number limit 1",
    ).all(Number(newest["number"]) - NEWEST_ROWS, Number(newest["last_seq"]) - NEWEST_ROWS);
    const walk = new ChainWalk(database);
    walk.skipTo(Number(first?.["number"] ?? newest["number"]));
    for (;;) {
      const verdict = walk.next(SLICE_ROWS);
      if (verdict) return faultOf(verdict);
    }
  });
}

/**
 * Re-derives a few blocks, evenly spread from the first to the newest.
 *
 * @returns What is wrong with one of them, in words; undefined if nothing is.
 * @throws What SQLite says when the file could not be looked at.
 */
export function sampleChain(database: DatabaseSync): string | undefined {
  return found(() => {
    const [newest] = database.prepare("select max(number) as number from block").all();
    const last = Number(newest?.["number"] ?? 0);
    const places = new Set(Array.from({ length: SAMPLES }, (_, nth) => Math.round(last * nth / (SAMPLES - 1))));
    for (const place of places) {
      const walk = new ChainWalk(database);
      walk.skipTo(place);
      const verdict = walk.next(1);
      const fault = verdict && faultOf(verdict);
      if (fault !== undefined) return fault;
    }
    return undefined;
  });
}

function found(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (error) {
    return problemOf(error);
  }
}
