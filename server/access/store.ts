/**
 * What access must not forget: tokens and failed attempts, tables beside the chain in the history's file.
 *
 * Two threads share the work. The writer of the history, a worker, has the connection: it finds the rows at the start
 * ({@linkcode findAccess}) and changes them when it is called ({@linkcode accessWrites}), one call after the other,
 * between the chain's own commits. The server's thread checks what was found, holds it, and calls the writer
 * ({@linkcode accessStores}); the history carries the calls across.
 *
 * Kysely is here in its types only, and zod not at all: a worker's modules are loaded for it alone, and neither thread
 * is to load what it never uses.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { Fact } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { Attempts, AttemptStore, KeptToken, OldSecret, Rotation, TokenStore } from "./contract.ts";
import { creation } from "./new_token.ts";
import { rotated, rotationOf, withOldSecrets, withoutSecret } from "./rotation.ts";

/** A token as its row has it; `scopes` and `phones` are JSON. */
export interface TokenRow {
  id: string;
  name: string;
  hash: Uint8Array;
  scopes: string;
  phones: string | null;
  created_at: number;
  expires_at: number | null;
  rotated_at: number | null;
  used_at: number | null;
  warned_at: number | null;
}

/** A secret that a token had before, as its row has it. */
export interface OldSecretRow {
  hash: Uint8Array;
  token: string;
  until: number;
}

/** Failed attempts as their row has them: they count for a minute only. */
export interface AttemptRow {
  address: string;
  since: number;
  count: number;
}

/**
 * The tables, as Kysely is told of them; `migrations/` makes them. Not of the chain, for their rows come and go.
 */
export interface AccessTables {
  token: TokenRow;
  old_secret: OldSecretRow;
  attempt: AttemptRow;
}

/** The rows that were there at the start, unchecked. */
export interface FoundAccess {
  readonly tokens: readonly TokenRow[];
  readonly oldSecrets: readonly OldSecretRow[];
  readonly attempts: readonly AttemptRow[];
}

/** The row of a fact, before it has its place: the cells of its columns. */
export type FactCells = readonly (string | number | null)[];

/** What the server's thread calls and the writer does; on disk when it resolves. A fact is written with its change. */
export interface AccessWrites {
  /** Adds a token. @throws What SQLite says, also if its id or hash is there already. */
  addToken(added: { token: KeptToken; fact: FactCells }): Promise<void>;
  /** Removes the token of an id with its old secrets, if it is there; else there is no fact either. */
  removeToken(removed: { id: string; fact: FactCells }): Promise<void>;
  /** Gives a token another secret. @throws If it is not there. */
  rotateToken(rotated: { id: string; rotation: Rotation; fact: FactCells }): Promise<void>;
  /** Notes when tokens were used last, by ids. */
  setUsed(minutes: ReadonlyMap<string, number>): Promise<void>;
  /** Notes when the end of a token was warned of. */
  setWarned(warned: { id: string; at: number }): Promise<void>;
  /** Removes an old secret by its hash, if it is there. */
  removeOldSecret(hash: Uint8Array): Promise<void>;
  /** Saves what has changed, and forgets every address whose first attempt was before `forget`. */
  saveAttempts(saved: { changed: readonly Attempts[]; forget: number }): Promise<void>;
}

/** {@linkcode AccessWrites}, as the server's thread has them. */
export interface SettlingWrites extends AccessWrites {
  /** Moves what was written out of the write-ahead log. @throws If somebody who reads prevents it. */
  settle(): Promise<void>;
}

/** In the writer: the rows of the tables, tokens in the order of creation, old secrets in that of their ends. */
export async function findAccess(db: Kysely<AccessTables>): Promise<FoundAccess> {
  return {
    tokens: await db.selectFrom("token").selectAll().orderBy("created_at").orderBy("id").execute(),
    oldSecrets: await db.selectFrom("old_secret").selectAll().orderBy("until").orderBy("hash").execute(),
    attempts: await db.selectFrom("attempt").selectAll().execute(),
  };
}

/** What the writer gives to change the tables: they are not there before the history is opened. */
export interface AccessConnection {
  /** The connection. */
  database(): Kysely<AccessTables>;
  /** Does something in one transaction with the row of a fact, which is not written where that says false. */
  withFact(fact: FactCells, change: () => Promise<boolean>): Promise<void>;
}

/** In the writer: changes the tables. */
export function accessWrites({ database, withFact }: AccessConnection): AccessWrites {
  return {
    addToken: ({ token: { createdAt, scopes, phones, expiresAt = null, ...rest }, fact }) =>
      withFact(fact, async () => {
        await database().insertInto("token")
          .values({
            ...rest,
            scopes: JSON.stringify(scopes),
            phones: phones && JSON.stringify(phones),
            created_at: createdAt,
            expires_at: expiresAt,
          })
          .execute();
        return true;
      }),
    removeToken: ({ id, fact }) =>
      withFact(fact, async () => {
        await database().deleteFrom("old_secret").where("token", "=", id).execute();
        const { numDeletedRows } = await database().deleteFrom("token").where("id", "=", id).executeTakeFirstOrThrow();
        return numDeletedRows > 0n;
      }),
    rotateToken: ({ id, rotation: { hash, at, until, expiresAt }, fact }) =>
      withFact(fact, async () => {
        const before = await database().selectFrom("token").select("hash").where("id", "=", id).executeTakeFirst();
        if (before === undefined) throw new Error(`the token ${id} is no more`);
        if (until === null) await database().deleteFrom("old_secret").where("token", "=", id).execute();
        else await database().insertInto("old_secret").values({ hash: before.hash, token: id, until }).execute();
        await database().updateTable("token")
          .set({ hash, rotated_at: at, ...(expiresAt !== undefined && { expires_at: expiresAt, warned_at: null }) })
          .where("id", "=", id)
          .execute();
        return true;
      }),
    async setUsed(minutes) {
      await database().transaction().execute(async (transaction) => {
        for (const [id, minute] of minutes) {
          await transaction.updateTable("token").set({ used_at: minute }).where("id", "=", id).execute();
        }
      });
    },
    async setWarned({ id, at }) {
      await database().updateTable("token").set({ warned_at: at }).where("id", "=", id).execute();
    },
    async removeOldSecret(hash) {
      await database().deleteFrom("old_secret").where("hash", "=", hash).execute();
    },
    async saveAttempts({ changed, forget }) {
      await database().transaction().execute(async (transaction) => {
        await transaction.deleteFrom("attempt").where("since", "<", forget).execute();
        for (const { address, since, count } of changed) {
          await transaction.insertInto("attempt").values({ address, since, count })
            .onConflict((conflict) => conflict.column("address").doUpdateSet({ since, count }))
            .execute();
        }
      });
    },
  };
}

/** What the stores ask of the history besides. */
export interface AccessStorePorts {
  readonly writer: SettlingWrites;
  /** Gives the wall time, milliseconds. */
  now(): number;
  /** Is told each fact that was written with a change. */
  told(fact: Fact): void;
  /** The row of a fact. */
  cellsOf(fact: Fact, options: { at: number; tokenName: string | undefined }): FactCells;
}

/**
 * In the server's thread: the stores over the writer, with the rows that it found.
 *
 * @throws {Error} If a token's row is broken: a token must not quietly be lost, or allow what it did not.
 */
export function accessStores(
  found: FoundAccess,
  { writer, now, told, cellsOf }: AccessStorePorts,
): { tokens: TokenStore; attempts: AttemptStore } {
  let tokens = found.tokens.map((row) => withOldSecrets(toToken(row), oldSecretsOf(row.id, found)));
  const names = new Map(tokens.map(({ id, name }) => [id, name]));
  const change = (id: string, changed: (token: KeptToken) => KeptToken) => {
    tokens = tokens.map((token) => token.id === id ? changed(token) : token);
  };
  // An attempt's row that somebody has broken is left out: it would only slow its address for what is left of a minute.
  const attempts = found.attempts.filter(isWhole);
  const write = async (written: Promise<void>): Promise<void> => {
    try {
      await written;
    } catch (error) {
      throw new PhoneError("RESOURCEUNAVAIL", `The history cannot be written: ${wordsOf(error)}`);
    }
  };
  const row = (fact: Fact, at: number) => {
    const { token } = fact as { token?: string };
    return cellsOf(fact, { at, tokenName: token === undefined ? undefined : names.get(token) });
  };
  const find = (id: string) => tokens.find((token) => token.id === id);
  const remove = async (id: string, fact: Fact): Promise<void> => {
    await write(writer.removeToken({ id, fact: row(fact, now()) }));
    told(fact);
    tokens = tokens.filter((token) => token.id !== id);
  };
  return {
    tokens: {
      list: () => [...tokens],
      nameOf: (id) => names.get(id),
      async add(token, { by, isChosen = false } = {}) {
        const fact: Fact = { type: "tokenCreated", ...by, detail: creation(token, { isChosen }) };
        await write(writer.addToken({ token, fact: row(fact, token.createdAt) }));
        told(fact);
        tokens.push(token);
        names.set(token.id, token.name);
      },
      async remove(id, by) {
        const token = find(id);
        if (token === undefined) return;
        await remove(id, { type: "tokenRevoked", ...by, detail: { subject: id, name: token.name } });
      },
      async expire(id) {
        const token = find(id);
        if (token?.expiresAt === undefined) return;
        const detail = { subject: id, name: token.name, expiresAt: timeText(token.expiresAt) };
        await remove(id, { type: "tokenExpired", detail });
      },
      async rotate(id, { by, ...rotation }) {
        const token = find(id);
        if (token === undefined) {
          throw new PhoneError("RESOURCEUNAVAIL", `The secret was not changed: the token ${id} is no more`);
        }
        const fact: Fact = { type: "tokenRotated", ...by, detail: rotationOf(rotated(token, rotation), rotation) };
        await write(writer.rotateToken({ id, rotation, fact: row(fact, rotation.at) }));
        told(fact);
        change(id, (token) => rotated(token, rotation));
      },
      settle: () => write(writer.settle()),
      async used(minutes) {
        for (const [id, usedAt] of minutes) change(id, (token) => ({ ...token, usedAt }));
        await write(writer.setUsed(minutes));
      },
      async warned(id, at) {
        await write(writer.setWarned({ id, at }));
        change(id, (token) => ({ ...token, warnedAt: at }));
      },
      async forget(id, hash) {
        await write(writer.removeOldSecret(hash));
        await write(writer.settle());
        change(id, (token) => withoutSecret(token, hash));
      },
    },
    attempts: {
      list: () => [...attempts],
      save: (changed, { forget }) => write(writer.saveAttempts({ changed, forget })),
    },
  };
}

/** The token of a row, whose types SQLite does not promise. */
function toToken({ id, name, hash, scopes, phones, created_at, ...row }: TokenRow): KeptToken {
  const broken = (what: string) => new Error(`Cannot read token ${id} of the history: ${what}. Restore a copy`);
  if (typeof id !== "string" || typeof name !== "string") throw broken("its id and its name must be texts");
  if (!(hash instanceof Uint8Array)) throw broken("its hash must be bytes");
  const { expires_at, rotated_at, used_at, warned_at } = row;
  for (const time of [created_at, expires_at, rotated_at, used_at, warned_at]) {
    if (time !== null && !Number.isSafeInteger(time)) throw broken("its times must be whole milliseconds");
  }
  const texts = (column: string, cell: string) => {
    const list = parsed(cell);
    if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
    throw broken(list === undefined ? `its ${column} are not JSON` : `its ${column} must be a list of texts`);
  };
  return {
    id,
    name,
    hash,
    scopes: texts("scopes", scopes),
    phones: phones === null ? null : texts("phones", phones),
    createdAt: created_at,
    ...(expires_at !== null && { expiresAt: expires_at }),
    ...(rotated_at !== null && { rotatedAt: rotated_at }),
    ...(used_at !== null && { usedAt: used_at }),
    ...(warned_at !== null && { warnedAt: warned_at }),
  };
}

/** The old secrets of a token. One whose row somebody has broken is left out: it opens nothing then. */
function oldSecretsOf(id: string, { oldSecrets }: FoundAccess): OldSecret[] {
  return oldSecrets
    .filter(({ token, hash, until }) => token === id && hash instanceof Uint8Array && Number.isSafeInteger(until))
    .map(({ hash, until }) => ({ hash, until }));
}

/** What a cell's JSON says; undefined if it is none. */
function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

function isWhole({ address, since, count }: AttemptRow): boolean {
  return typeof address === "string" && Number.isSafeInteger(since) && Number.isSafeInteger(count) && count > 0;
}
