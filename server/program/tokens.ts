/**
 * The tokens that the program makes by itself: the first admin's, and the operator's.
 *
 * @module
 */
import type { DamagedEvent, HistoryEvent } from "../core/contract/facts.ts";
import type { HistoryReader, Page } from "../core/contract/history.ts";
import type { OpenHistory } from "../history/mod.ts";
import { makeToken, tableEntry, type TokenEntry, type TokenTable } from "../access/mod.ts";
import type { TokenSpec } from "../core/contract/token.ts";
import { Misuse } from "./exit.ts";
import { OPERATOR } from "./server_file.ts";
import { isService } from "./service.ts";
import { logOf } from "./watch/log.ts";

const VARIABLE = "SWITCHROOM_BOOTSTRAP_TOKEN";
const SHORTEST = 32;

/** What the first token is. */
export const FIRST_TOKEN: TokenSpec = { name: "bootstrap", scopes: ["admin"] };

/**
 * Makes the first admin token if there has been none yet: the one of `SWITCHROOM_BOOTSTRAP_TOKEN`, or a random one of 256
 * bits, unless that would be printed into a service's journal.
 *
 * It is valid at once, for the server listens already: nobody is told that it is not who comes before it is on disk.
 *
 * @returns The random one, to be printed once; `toBeMade` where a service has none yet; undefined otherwise.
 * @throws {Misuse} If the variable is set to fewer than 32 characters.
 */
export async function bootstrap(
  { store, reader }: { store: OpenHistory["tokens"]; reader: HistoryReader },
  valid: TokenTable,
): Promise<{ secret: string } | "toBeMade" | undefined> {
  const given = Deno.env.get(VARIABLE);
  if (given !== undefined && given.length < SHORTEST) {
    throw new Misuse(`${VARIABLE} has ${given.length} characters: it must have at least ${SHORTEST}`);
  }
  if (store.list().length > 0 || await hadTokens(reader)) {
    // Whoever sets it expects to get in with it, and would be told no more than that the token is not known.
    if (given !== undefined && valid.find(given) === undefined) {
      logOf("server").warning(`${VARIABLE} is not used: there are or were tokens already, and it is none of them`);
    }
    return undefined;
  }
  if (given === undefined && isService()) return "toBeMade";
  const { kept, secret } = makeToken(FIRST_TOKEN, {
    now: Date.now(),
    ...(given !== undefined && { secret: given }),
  });
  valid.add(tableEntry(kept));
  await store.add(kept, { isChosen: given !== undefined });
  return given === undefined ? { secret } : undefined;
}

/**
 * Whether there has ever been a token: the last one may have expired since, and must not be valid again because it is
 * still in the environment.
 */
export async function hadTokens(reader: HistoryReader): Promise<boolean> {
  for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined;) {
    const { items, next }: Page<HistoryEvent | DamagedEvent> = await reader.events({ type: "tokenCreated" }, {
      before,
      limit: 1,
    });
    if (items.length > 0) return true;
    before = next;
  }
  return false;
}

/** The operator's token, valid from a start of the server to its end. */
export interface OperatorToken {
  /** What the table of tokens takes. */
  readonly entry: TokenEntry;
  /** What a call carries. */
  readonly secret: string;
}

/**
 * Makes the token with which the command line speaks to the server. It is kept in memory only, and its secret in
 * `DATA/server.json`.
 */
export function operatorToken(): OperatorToken {
  const { kept, secret } = makeToken({ name: OPERATOR, scopes: ["admin"] }, { now: Date.now() });
  return { entry: tableEntry({ ...kept, id: OPERATOR }), secret };
}
