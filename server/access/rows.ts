/**
 * What the tables beside the chain hold, checked. The thread that asks for it does this: the writer would have to load zod for nothing else, and a worker's
 * modules are loaded for it alone.
 *
 * @module
 */
import { z } from "zod";
import type { Attempts, KeptToken } from "./contract.ts";
import { HistoryError } from "../history/errors.ts";
import { jsonText } from "../history/json_text.ts";
import type { AttemptTable, TokenTable } from "../history/schema.ts";

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

const storedAttempts = z.object({ address: z.string(), since: z.int(), count: z.int().positive() });

/** The token of a row. @throws {HistoryError} If the row is broken: a token must not quietly be lost, or allow what it did not. */
export function toToken(row: TokenTable): KeptToken {
  const token = storedToken.safeParse(row);
  if (token.success) return token.data;
  throw new HistoryError(
    `Cannot read token ${row.id} of the history: ${z.prettifyError(token.error)}. Restore a copy`,
    {
      exitCode: 2,
    },
  );
}

/** The attempts of rows. A row that somebody has broken is left out: it would only slow its address for what is left of a minute. */
export function toAttempts(rows: readonly AttemptTable[]): Attempts[] {
  return rows.flatMap((row) => {
    const attempts = storedAttempts.safeParse(row);
    return attempts.success ? [attempts.data] : [];
  });
}
