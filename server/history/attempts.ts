/**
 * Failed attempts to get in, as the database keeps them for the minute that they count.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Attempts } from "../core/contract/access.ts";
import type { HistoryTables } from "./schema.ts";

const storedAttempts = z.object({ address: z.string(), since: z.int(), count: z.int().positive() });

/** All that were saved. A row that somebody has broken is left out: it would only slow its address for what is left of a minute. */
export async function listAttempts(db: Kysely<HistoryTables>): Promise<Attempts[]> {
  const rows = await db.selectFrom("attempt").selectAll().execute();
  return rows.flatMap((row) => {
    const attempts = storedAttempts.safeParse(row);
    return attempts.success ? [attempts.data] : [];
  });
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
