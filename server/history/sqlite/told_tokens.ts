/**
 * Whether the tokens that the file holds are those that its facts tell of. The table is in no block, for tokens come and
 * go; but each coming, going and change is a fact, written in the same commit (`access/contract/tables.ts`).
 *
 * A fact knows the secret again by its seal. What no fact tells is when a token was used last, and whether its end was
 * warned of. Facts of 0.1.0 tell nothing of the secret, nor to the millisecond when the token was made.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { wordsOf } from "../../core/contract/errors.ts";
import { nearestTime } from "../../core/contract/time.ts";
import type { Cell } from "../chain/mod.ts";
import { exact, toCell } from "./stored_rows.ts";

/** Numbers of `seq` in one slice: some 10 ms. */
const SLICE = 65_536;

/** A secret, as facts tell of it: its seal where they do. */
type Seal = string | null | undefined;

/** A token, as facts tell of it. */
interface Told {
  name: unknown;
  scopes: unknown;
  phones: unknown;
  createdAt: number;
  rotatedAt: number | null;
  expiresAt: number | null;
  seal: Seal;
  /** The secrets before. */
  old: { seal: Seal; until: number }[];
  /** Whether its facts were written with what they tell of: not by 0.1.0. */
  isExact: boolean;
  /** What ended it. */
  ended: { type: string; seq: number } | undefined;
}

interface TokenFact {
  seq: number;
  at: number;
  type: string;
  detail: Record<string, unknown>;
}

const timeOf = (text: unknown) => typeof text === "string" ? Date.parse(text) : null;

function learn(told: Map<string, Told>, { seq, at, type, detail }: TokenFact): void {
  // 0.1.0 wrote `id`.
  const id = String(detail["subject"] ?? detail["id"]);
  const { name, scopes, phones, expiresAt } = detail;
  const seal = detail["secretSeal"] as Seal;
  if (type === "tokenCreated") {
    const isExact = seal !== undefined;
    const token = { name, scopes, phones, createdAt: at, rotatedAt: null, expiresAt: timeOf(expiresAt), seal, old: [] };
    told.set(id, { ...token, isExact, ended: undefined });
    return;
  }
  const token = told.get(id);
  if (token === undefined) return;
  if (type === "tokenRotated") {
    const until = timeOf(detail["oldSecretUntil"]) ?? at;
    token.old = until <= at ? [] : [...token.old, { seal: token.seal, until }];
    Object.assign(token, { seal, rotatedAt: at, expiresAt: timeOf(expiresAt) });
  } else token.ended = { type, seq };
}

const sealOf = (hash: SQLOutputValue) =>
  hash instanceof Uint8Array ? createHash("sha256").update(hash).digest("hex") : "no bytes";

/** Whether a secret is the one that is told of; of one without a seal nobody can say. */
const isSealed = (hash: SQLOutputValue, seal: Seal) => typeof seal !== "string" || sealOf(hash) === seal;

/** The columns of a table of a file that may not have been migrated: what is missing is null there. */
function columnsOf(database: DatabaseSync, { table, columns }: { table: string; columns: readonly string[] }): string {
  const has = database.prepare("select name from pragma_table_info(?)").all(table).map(({ name }) => name);
  return columns.map((column) => has.includes(column) ? exact(column) : `null as ${column}`).join(", ");
}

const COLUMNS = ["id", "name", "scopes", "phones", "created_at", "rotated_at", "expires_at"] as const;

type TokenCells = Record<typeof COLUMNS[number], Cell> & { hash: SQLOutputValue };

function tokensIn(database: DatabaseSync): TokenCells[] {
  const columns = columnsOf(database, { table: "token", columns: COLUMNS });
  return database.prepare(`select ${columns}, hash from token order by created_at, id`).all().map((row) => ({
    ...(Object.fromEntries(COLUMNS.map((column) => [column, toCell(row[column])])) as Record<
      typeof COLUMNS[number],
      Cell
    >),
    hash: row["hash"] ?? null,
  }));
}

/** What a token is said to be otherwise by its facts than by its row: the first such thing. */
function difference(row: TokenCells, told: Told): string | undefined {
  const differs = {
    "name": row.name !== told.name,
    "scopes": row.scopes !== JSON.stringify(told.scopes),
    "phones": row.phones !== (told.phones === null ? null : JSON.stringify(told.phones)),
    "end": row.expires_at !== told.expiresAt,
    "time of making": told.isExact && nearestTime(Number(row.created_at)) !== told.createdAt,
    "time of the last rotation": told.isExact
      ? row.rotated_at !== told.rotatedAt
      : (row.rotated_at === null) !== (told.rotatedAt === null),
    "secret": !isSealed(row.hash, told.seal),
  };
  return Object.entries(differs).find(([, isOther]) => isOther)?.[0];
}

function compare(database: DatabaseSync, told: ReadonlyMap<string, Told>): string | undefined {
  const rows = tokensIn(database);
  for (const row of rows) {
    const token = told.get(String(row.id));
    if (token === undefined) return `the token ${row.id} is there, and no fact tells that it was made`;
    if (token.ended) {
      return `the token ${row.id} is there, and row ${token.ended.seq} (${token.ended.type}) tells its end`;
    }
    const other = difference(row, token);
    if (other !== undefined) return `the token ${row.id} has another ${other} than its facts tell`;
  }
  const there = new Set(rows.map(({ id }) => id));
  for (const [id, { isExact, ended }] of told) {
    if (isExact && !ended && !there.has(id)) return `the token ${id} is not there, and no fact tells its end`;
  }
  return oldSecrets(database, told);
}

function oldSecrets(database: DatabaseSync, told: ReadonlyMap<string, Told>): string | undefined {
  if (database.prepare("select 1 from sqlite_schema where name = 'old_secret'").all().length === 0) return undefined;
  const columns = ["token", "until"].map(exact).join(", ");
  for (const row of database.prepare(`select ${columns}, hash from old_secret`).all()) {
    const [token, until, hash] = [toCell(row["token"]), toCell(row["until"]), row["hash"] ?? null];
    const known = told.get(String(token));
    const isTold = known && !known.ended && known.old.some((old) => old.until === until && isSealed(hash, old.seal));
    if (!isTold) return `the token ${token} has an old secret of which no fact tells`;
  }
  return undefined;
}

/** Compares the tokens with their facts, in slices. @returns The first that differs, in words; undefined if none does. */
export function* tokenTrouble(database: DatabaseSync): Generator<undefined, string | undefined> {
  const facts = database.prepare(
    `select seq, at, type, detail from fact where seq >= ? and seq < ?
      and type in ('tokenCreated', 'tokenRotated', 'tokenRevoked', 'tokenExpired') order by seq`,
  );
  const newest = database.prepare("select coalesce(max(seq), -1) as seq from fact");
  const told = new Map<string, Told>();
  for (let from = 0;; from += SLICE) {
    database.exec("begin");
    try {
      for (const { seq, at, type, detail } of facts.all(from, from + SLICE)) {
        learn(told, { seq: Number(seq), at: Number(at), type: String(type), detail: JSON.parse(String(detail)) });
      }
      // Facts and table as they are at one moment.
      if (Number(newest.all()[0]?.["seq"]) < from + SLICE) return compare(database, told);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return `a fact of a token cannot be read: ${wordsOf(error)}`;
    } finally {
      if (database.isTransaction) database.exec("rollback");
    }
    yield;
  }
}
