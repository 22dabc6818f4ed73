/**
 * The access tokens' rows: their hashes and what they allow. The tokens themselves are never stored.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { KeptToken } from "./contract.ts";
import type { HistoryTables, TokenTable } from "../history/schema.ts";

/** The row of every token, in the order of creation, unchecked. */
export function listTokens(db: Kysely<HistoryTables>): Promise<TokenTable[]> {
  return db.selectFrom("token").selectAll().orderBy("created_at").orderBy("id").execute();
}

/** Adds a token. @throws What SQLite says, also if its id or hash is there already. */
export async function insertToken(db: Kysely<HistoryTables>, token: KeptToken): Promise<void> {
  const { createdAt, scopes, phones, ...rest } = token;
  await db.insertInto("token")
    .values({
      ...rest,
      scopes: JSON.stringify(scopes),
      phones: phones && JSON.stringify(phones),
      created_at: createdAt,
    })
    .execute();
}

/** Removes the token of an id, if it is there. */
export async function deleteToken(db: Kysely<HistoryTables>, id: string): Promise<void> {
  await db.deleteFrom("token").where("id", "=", id).execute();
}
