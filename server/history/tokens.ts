/**
 * The access tokens' rows: their hashes and what they allow. The tokens themselves are never stored.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { z } from "zod";
import type { KeptToken } from "../core/contract/access.ts";
import { HistoryError } from "./errors.ts";
import { jsonText } from "./json_text.ts";
import type { HistoryTables } from "./schema.ts";

/** A list of texts as JSON. */
const texts = jsonText.pipe(z.array(z.string()));

const storedToken = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.instanceof(Uint8Array),
  scopes: texts,
  phones: texts.nullable(),
  created_at: z.int(),
}).transform(({ created_at, ...token }): KeptToken => ({ ...token, createdAt: created_at }));

/** Every token, in the order of creation. @throws {HistoryError} If a row is broken: a token must not quietly be lost, or allow what it did not. */
export async function listTokens(db: Kysely<HistoryTables>): Promise<KeptToken[]> {
  const rows = await db.selectFrom("token").selectAll().orderBy("created_at").orderBy("id").execute();
  return rows.map((row) => {
    const token = storedToken.safeParse(row);
    if (token.success) return token.data;
    throw new HistoryError(
      `Cannot read token ${row.id} of the history: ${z.prettifyError(token.error)}. Restore a copy`,
      {
        exitCode: 2,
      },
    );
  });
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
