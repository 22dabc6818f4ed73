/**
 * Goes on after the newest block of a database: what a start finds there, and the statements by which it is written.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type Kysely, type Selectable, sql } from "kysely";
import { nearestTime } from "../../core/contract/time.ts";
import { COLUMNS, Mismatch, ROW_KINDS, type StoredRow } from "../chain/mod.ts";
import { type Head, HistoryError } from "../contract/store.ts";
import {
  AT_ONCE,
  BEFORE_ALL,
  BlockWriter,
  INSERTED_BLOCK,
  type Inserts,
  type InsertTexts,
  NOT_HASHED,
} from "./block_writer.ts";
import type { WritableDatabase } from "./database.ts";
import type { HistoryTables } from "./schema.ts";
import { StoredRows } from "./stored_rows.ts";

/**
 * The statements that insert rows and blocks, built by Kysely and prepared by whoever writes: for hundreds of rows a
 * commit, anything else costs five times as much.
 */
export function insertsOf(db: Kysely<HistoryTables>): Inserts {
  const texts = (table: string, columns: readonly string[]): InsertTexts => {
    const row = sql`(${sql.join(columns.map(() => sql.val(null)))})`;
    const text = (rows: number) => {
      const values = sql.join(Array.from({ length: rows }, () => row));
      const names = sql.join(columns.map((column) => sql.ref(column)));
      return sql`insert into ${sql.table(table)} (${names}) values ${values}`.compile(db).sql;
    };
    return { one: text(1), many: text(AT_ONCE) };
  };
  return Object.fromEntries([
    ...ROW_KINDS.map((kind) => [kind, texts(kind, ["seq", ...COLUMNS[kind]])]),
    ["block", texts("block", INSERTED_BLOCK)],
  ]) as Inserts;
}

/**
 * Goes on after the newest block of a database, and seals what a killed server has left behind it.
 *
 * @param options.willWrite Is told the newest row that a transaction writes, before it does.
 * @throws {HistoryError} If there are rows behind it that no server can have left so: somebody cut the chain.
 */
export async function openBlocks(
  { raw, db }: WritableDatabase,
  options: { now: () => number; willWrite?: (lastSeq: number) => void },
): Promise<BlockWriter> {
  const block = await db.selectFrom("block").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
  const head = block ? headOf(block) : BEFORE_ALL;
  // One that is never written shows nothing: all requests are looked at.
  const lowest = block && Number.isSafeInteger(block.lowest_open) ? block.lowest_open : 0;
  const open = await db.selectFrom("accepted")
    .leftJoin("completed", "completed.request", "accepted.seq")
    .where("accepted.seq", ">=", lowest)
    .where("completed.seq", "is", null)
    .select("accepted.seq")
    .orderBy("accepted.seq")
    .execute();
  const unsealed = rowsBehind(raw, head);
  const ids = open.map(({ seq }) => seq);
  const writer = new BlockWriter(raw, {
    ...options,
    inserts: insertsOf(db),
    state: { head, unsealed, at: nearestTime(options.now()), hashed: NOT_HASHED, open: { ids, lowest } },
  });
  writer.seal();
  options.willWrite?.(writer.head.lastSeq);
  return writer;
}

/**
 * The newest block, which somebody may have changed: its time is for people.
 *
 * @throws {HistoryError} If no row can be numbered behind it.
 */
function headOf({ number, last_seq, hash, at }: Selectable<HistoryTables["block"]>): Head {
  if (Number.isSafeInteger(number) && Number.isSafeInteger(last_seq)) {
    return { block: number, lastSeq: last_seq, hash: hash.toHex(), at: nearestTime(Number(at)) };
  }
  throw new HistoryError(
    `Cannot go on with this history: its newest block is ${number} and ends at row ${last_seq}, which no server writes. ` +
      "Somebody has changed the database; restore a copy",
    { exitCode: 2 },
  );
}

/**
 * The rows behind the newest block, which a killed server has left.
 *
 * @throws {HistoryError} If no server can have left them so.
 */
function rowsBehind(database: DatabaseSync, { block, lastSeq }: Head): StoredRow[] {
  try {
    return new StoredRows(database).behind(lastSeq);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new HistoryError(
      `Cannot go on with this history: block ${block} ends at row ${lastSeq}, but ${error.message}. Somebody has ` +
        "changed the database; restore a copy",
      { exitCode: 2 },
    );
  }
}
