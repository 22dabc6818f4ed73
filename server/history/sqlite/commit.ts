/**
 * A commit's answer: done, or failed in a way that may pass.
 *
 * @module
 */
import type { BlockWriter, Head } from "./block_writer.ts";
import { SQLITE, sqliteCode } from "./database.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { type Cell, unflatten } from "../chain/rows.ts";

/** A block that is on disk, or why it is not: in words, when trying again can help. */
export type Committed = { firstSeq: number; head: Head } | { failed: string };

/**
 * Writes flat rows as one block.
 *
 * @throws If trying again can never help: a row is wrong, which is a fault of ours and not of the disk.
 */
export function commit(blocks: BlockWriter, flat: readonly Cell[]): Committed {
  try {
    return { firstSeq: blocks.write(unflatten(flat)), head: blocks.head };
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined || code === SQLITE.CONSTRAINT || code === SQLITE.MISMATCH) throw error;
    return { failed: wordsOf(error) };
  }
}
