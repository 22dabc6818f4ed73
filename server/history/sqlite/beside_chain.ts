/**
 * What a check looks at beside the chain: all that stands in the file and decides what is written, read or allowed, and
 * is in no block.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Verdict } from "../../core/contract/history.ts";
import { indexTrouble } from "./index_entries.ts";
import { schemaTrouble } from "./tables_as_made.ts";
import { tokenTrouble } from "./told_tokens.ts";
import { problemOf } from "./verify.ts";

/**
 * Completes the verdict on a chain that is right. Of one that is not the first fault is told, and this is not looked at.
 *
 * @param options.pause Is waited for between two slices of some 10 ms.
 * @throws What SQLite says if the file could not be looked at, as of a lock.
 */
export async function withBeside(
  verdict: Verdict,
  { database, pause = () => Promise.resolve() }: { database: DatabaseSync; pause?: () => Promise<void> },
): Promise<Verdict> {
  if (!verdict.ok) return verdict;
  const beside = await firstTrouble(database, pause);
  return beside === undefined ? verdict : { ...verdict, ok: false, beside };
}

function* besides(database: DatabaseSync): Generator<undefined, string | undefined> {
  return (yield* indexTrouble(database)) ?? (yield* tokenTrouble(database));
}

async function firstTrouble(database: DatabaseSync, pause: () => Promise<void>): Promise<string | undefined> {
  try {
    const found = await schemaTrouble(database);
    if (found !== undefined) return found;
    const slices = besides(database);
    for (;;) {
      const slice = slices.next();
      if (slice.done) return slice.value;
      await pause();
    }
  } catch (error) {
    return problemOf(error);
  }
}
