import { makeToken, type StoredToken, tableEntry } from "../../access/mod.ts";

/** Names in records and facts whoever can read the data folder. */
export const OPERATOR = "operator";

/** The operator's token for one run of a server. */
export interface OperatorToken {
  /** What the table of tokens takes. */
  readonly stored: StoredToken;
  /** What a call carries. */
  readonly secret: string;
}

/**
 * Makes the operator's token for one run of a server: with it the command line speaks to the server. It is kept in memory only, and its secret in `DATA/server.json`.
 */
export function operatorToken(): OperatorToken {
  const { kept, secret } = makeToken({ name: OPERATOR, scopes: ["admin"] }, { now: Date.now() });
  return { stored: tableEntry({ ...kept, id: OPERATOR }), secret };
}
