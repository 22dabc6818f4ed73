/**
 * Failed attempts to get in, as the database keeps them for the minute that they count.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { Attempts } from "./contract.ts";
import type { AttemptTable, HistoryTables } from "../history/schema.ts";

/** The rows of all that were saved, unchecked. */
export function listAttempts(db: Kysely<HistoryTables>): Promise<AttemptTable[]> {
  return db.selectFrom("attempt").selectAll().execute();
}

/** Saves what has changed, and forgets every address whose first attempt was before `forget`. */
export async function saveAttempts(
  db: Kysely<HistoryTables>,
  { changed, forget }: { changed: readonly Attempts[]; forget: number },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom("attempt").where("since", "<", forget).execute();
    for (const { address, since, count } of changed) {
      await transaction.insertInto("attempt").values({ address, since, count })
        .onConflict((conflict) => conflict.column("address").doUpdateSet({ since, count }))
        .execute();
    }
  });
}
