/**
 * What access must not forget: tokens and failed attempts, tables beside the chain in the history's file.
 *
 * Two threads share the work. The writer of the history finds the rows and changes them (`contract/tables.ts`); the
 * server's thread checks what was found, holds it, and calls the writer ({@linkcode accessStores}); the history carries
 * the calls across.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { Fact } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { AttemptStore, KeptToken, OldSecret, TokenStore } from "./contract/kept.ts";
import type { AccessWrites, AttemptRow, FactCells, FoundAccess, TokenRow } from "./contract/tables.ts";
import { creation } from "./new_token.ts";
import { rotated, rotationOf, withOldSecrets, withoutSecret } from "./rotation.ts";

/** {@linkcode AccessWrites}, as the server's thread has them. */
export interface SettlingWrites extends AccessWrites {
  /** Moves what was written out of the write-ahead log. @throws If somebody who reads prevents it. */
  settle(): Promise<void>;
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
