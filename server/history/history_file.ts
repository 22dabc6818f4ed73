/**
 * A history as it lies in a file, for an auditor: in the folder of a server that does not run, or in a copy.
 *
 * @module
 */
import { dirname } from "node:path";
import { Kysely } from "kysely";
import { PhoneError } from "../core/contract/errors.ts";
import type { Check, Checkpoint, ExportFilter, ExportFormat, Verdict } from "../core/contract/history.ts";
import { checkpointAt, type Exported, exportPieces } from "./audit.ts";
import { DEFAULT_BOUNDS } from "./bounds.ts";
import { ROW_KINDS } from "./chain/mod.ts";
import { type Head, HistoryError } from "./contract/store.ts";
import { tracesIn } from "./noted_head.ts";
import { quietFile } from "./quiet_file.ts";
import { openForReading } from "./sqlite/database.ts";
import { NodeSqliteDialect } from "./sqlite/dialect.ts";
import { executed, MIGRATIONS } from "./sqlite/migrate.ts";
import type { HistoryTables } from "./sqlite/schema.ts";
import { WorkerReader } from "./worker/mod.ts";

/** A file of a history. Nothing is written into it, nor beside it. */
export interface HistoryFile extends AsyncDisposable {
  /**
   * The newest block, and whether rows lie behind it that no block covers yet.
   *
   * @throws {HistoryError} If there is none yet, or the file cannot be read.
   */
  checkpoint(): Promise<{ checkpoint: Checkpoint; left: boolean }>;
  /**
   * Everything as it stood at the newest block, as `HistoryAudit.export` does it.
   *
   * @throws {HistoryError} If there is no block yet, or the file lacks what this build needs for it. The pieces throw
   * one when somebody has begun to write the file meanwhile.
   */
  export(
    filter: ExportFilter,
    format: ExportFormat,
  ): Promise<{ upTo: Checkpoint; left: boolean; pieces: AsyncIterable<string> }>;
  /** Everything behind a row, as lines of JSON, as {@linkcode HistoryFile.export} gives it. */
  since(seq: number): Promise<{ upTo: Checkpoint; left: boolean; pieces: AsyncIterable<string> }>;
  /**
   * Derives the chain from every row, as `HistoryAudit.verify` does it; what no block covers yet is counted. The newest
   * block that a server has noted beside it is held against it too, where there is such a note.
   *
   * @throws {HistoryError} If it could not be ended, or somebody has begun to write the file meanwhile.
   */
  verify(check: Check): Promise<Verdict>;
}

/**
 * Opens the file of a history.
 *
 * @throws {HistoryError} If it is not a history, or cannot be read.
 */
export async function openHistoryFile(path: string): Promise<HistoryFile> {
  const quiet = await quietFile(path);
  const reader = new WorkerReader(quiet.path, { slice: DEFAULT_BOUNDS.sliceRows });
  const exported: (asked: Pick<Exported, "filter" | "format" | "after">) => ReturnType<HistoryFile["export"]> = async (
    asked,
  ) => {
    const { head, historyId, left } = await lookAt(path, { readable: quiet.path, format: asked.format });
    const upTo = checkpointAt(head, historyId);
    async function* pieces() {
      try {
        yield* exportPieces(reader, { ...asked, upTo, lastSeq: head.lastSeq });
      } catch (error) {
        throw unreadable(error);
      }
      await quiet.requireUntouched();
    }
    return { upTo, left, pieces: pieces() };
  };
  return {
    async checkpoint() {
      const { head, historyId, left } = await lookAt(path, { readable: quiet.path });
      await quiet.requireUntouched();
      return { checkpoint: checkpointAt(head, historyId), left };
    },
    export: (filter, format) => exported({ filter, format }),
    since: (after) => exported({ filter: {}, format: "jsonl", after }),
    async verify({ kept = [], ...check }) {
      const { head } = await tracesIn(dirname(path));
      const verdict = await reader.verify({ ...check, kept: head ? [...kept, head] : kept }).catch((error) => {
        throw unreadable(error);
      });
      await quiet.requireUntouched();
      return verdict;
    },
    async [Symbol.asyncDispose]() {
      await reader.close(AbortSignal.timeout(DEFAULT_BOUNDS.closeMs));
      await quiet[Symbol.asyncDispose]();
    },
  };
}

/** What a server would answer, as whoever has the file alone is told it. */
function unreadable(error: unknown): unknown {
  return error instanceof PhoneError ? new HistoryError(error.message, { exitCode: 2, cause: error }) : error;
}

/** The newest block of a file, and whether rows lie behind it that no block covers yet. */
async function lookAt(
  path: string,
  { readable, format = "chain" }: { readable: string; format?: ExportFormat },
): Promise<{ head: Head; historyId: string; left: boolean }> {
  using database = openForReading(readable);
  const db = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(database) });
  const had = await executed(db);
  const pending = Object.keys(MIGRATIONS).filter((name) => !had.includes(name));
  // The chain is taken as it is, whatever columns have come since.
  if (format !== "chain" && pending.length > 0) {
    throw new HistoryError(
      `Cannot export from ${path}: it has not had the migrations ${
        pending.join(", ")
      }. Start its server once, or run ` +
        "migrate up",
      { exitCode: 2 },
    );
  }
  const block = await db.selectFrom("block").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
  const origin = await db.selectFrom("origin").select("history_id").executeTakeFirst();
  if (block === undefined || origin === undefined) {
    throw new HistoryError(`There is no block in ${path}: a server that starts on it makes the first`, { exitCode: 2 });
  }
  const head = { block: block.number, lastSeq: block.last_seq, hash: block.hash.toHex(), at: block.at };
  const behind = ROW_KINDS.map((table) =>
    db.selectFrom(table).select("seq").where("seq", ">", head.lastSeq).limit(1).executeTakeFirst()
  );
  return {
    head,
    historyId: String(origin.history_id),
    left: (await Promise.all(behind)).some((row) => row !== undefined),
  };
}
