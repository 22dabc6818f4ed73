/**
 * What the history's writer does for access: the tables beside the chain, tokens and failed attempts. It is a worker,
 * and has the connection; it finds the rows at the start ({@linkcode findAccess}) and changes them when it is called
 * ({@linkcode accessWrites}), one call after the other, between the chain's own commits. What the server's thread does
 * with them is in `access/store.ts`.
 *
 * It stands beside the door of access, for whatever enters by that would be loaded by a thread that never uses it.
 * Kysely is here in its types only.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { Attempts, KeptToken, Rotation } from "./kept.ts";

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
