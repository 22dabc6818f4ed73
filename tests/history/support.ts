/**
 * What the tests of the history share.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import type { Fact } from "../../server/core/contract/facts.ts";
import type { ExportFilter, ExportFormat, HistoryAudit, Verdict } from "../../server/core/contract/history.ts";
import type { Acceptance, Completion } from "../../server/core/mod.ts";
import { type Cell, COLUMNS, type Row, type RowKind } from "../../server/history/chain/mod.ts";
import type { BlockWriter } from "../../server/history/sqlite/block_writer.ts";
import { openBlocks } from "../../server/history/sqlite/open_blocks.ts";
import { makeDurable, openForWriting, type WritableDatabase } from "../../server/history/sqlite/database.ts";
import { NodeSqliteDialect } from "../../server/history/sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import { type OpenHistory, openHistory, type OpenOptions, takeDataFolder } from "../../server/history/mod.ts";
import { ForcedPlace, forcedTurn, TURNS } from "../harness/places.ts";
import { historyId } from "../../server/history/sqlite/recovery.ts";
import type { HistoryTables } from "../../server/history/sqlite/schema.ts";
import { verifyChain } from "../../server/history/sqlite/verify.ts";

/** A folder that goes away with its block. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "history_test_" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Opens the history of a folder and lets go of the folder with it. A broken writer fails the test. */
export async function openIn(path: string, options: Partial<OpenOptions> = {}): Promise<OpenHistory> {
  const folder = await takeDataFolder(path);
  const turn = forcedTurn();
  try {
    const opened = await openHistory({
      folder,
      durability: "full",
      ...(turn && { place: new ForcedPlace(TURNS[turn]) }),
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
    return {
      ...opened,
      async [Symbol.asyncDispose]() {
        try {
          await opened.close();
        } finally {
          folder[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

/** A history in this thread: for faults that only its own connection can have, and for fixed times. */
export async function openInThread(
  path: string,
  now: () => number = Date.now,
): Promise<Disposable & { database: WritableDatabase; blocks: BlockWriter }> {
  const raw = openForWriting(`${path}/history.db`);
  const database = { raw, db: new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) }) };
  await migrate(database, { migrations: MIGRATIONS, backups: `${path}/backups` });
  makeDurable(raw, "full");
  const blocks = await openBlocks(database, { now });
  await historyId(database, { writer: blocks, now });
  return { database, blocks, [Symbol.dispose]: () => raw.close() };
}

/** A row with the columns of its kind, of which the last ones may be left out. */
export function rowOf(kind: RowKind, cells: readonly Cell[]): Row {
  return { kind, cells: COLUMNS[kind].map((_, place) => cells[place] ?? null) };
}

/** An acceptance. */
export function acceptance(different: Partial<Acceptance> = {}): Acceptance {
  return {
    at: 1_750_000_000_000,
    operation: "setLamp",
    params: { lamp: 12, mode: "steady" },
    phone: "virtual:desk-1",
    plugin: "virtual",
    application: { id: "a-1", name: "Reception" },
    token: "t-1",
    handle: "h-1",
    ...different,
  };
}

/** A completion. */
export function completion(requestId: number, different: Partial<Completion> = {}): Completion {
  return {
    requestId,
    at: 1_750_000_000_100,
    dispatchedAt: 1_750_000_000_050,
    outcome: "succeeded",
    result: 0,
    reply: "sent",
    ...different,
  };
}

/** A fact, of no phone: a row where a test does not ask of what. */
export function someFact(): Fact<"serverStarted"> {
  return { type: "serverStarted", detail: { version: "0.1.0", recovered: 0, migrated: [] } };
}

/** A fact of a phone. */
export function connected(phone = "virtual:desk-1"): Fact<"phoneConnected"> {
  return { type: "phoneConnected", plugin: "virtual", phone };
}

/** A fact that may be dropped. */
export function refused(different: Partial<Fact<"callRefused">> = {}): Fact<"callRefused"> {
  return { type: "callRefused", token: "t-1", detail: { path: "/v1/phones", status: 400 }, ...different };
}

/** Reads a folder's database with a connection of its own. */
export function query<Row>(path: string, sql: string): Row[] {
  using database = new DatabaseSync(`${path}/history.db`, { readOnly: true });
  return database.prepare(sql).all() as Row[];
}

/** Re-derives the chain of a folder's history. */
export function verify(path: string): Verdict {
  using database = new DatabaseSync(`${path}/history.db`, { readOnly: true });
  return verifyChain(database);
}

/** A whole export, in its pieces. */
export async function pieces(
  audit: HistoryAudit,
  { filter = {}, format = "jsonl" }: { filter?: ExportFilter; format?: ExportFormat } = {},
) {
  const found: string[] = [];
  const exported = await audit.export(filter, format);
  for (let piece = await exported.pieces.next(); !piece.done; piece = await exported.pieces.next()) {
    found.push(piece.value);
  }
  return found;
}

/** Whether a promise is still pending although everything that could end it has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  const ended = promise.then(() => true, () => true);
  await new Promise((resolve) => setImmediate(resolve));
  return await Promise.race([ended, Promise.resolve(pending)]) === pending;
}
