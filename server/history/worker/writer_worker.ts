/**
 * The writer: a worker, because a commit waits for the disk and must not stop the event loop.
 *
 * @module
 */
import { Kysely } from "kysely";
import { accessWrites, findAccess, type FoundAccess } from "../../access/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import type { Cell } from "../chain/mod.ts";
import { type Committed, type Durability, type Head, HistoryError, type Opened } from "../contract/store.ts";
import { BlockWriter } from "../sqlite/block_writer.ts";
import { makeDurable, openForWriting, sqliteCode, type WritableDatabase } from "../sqlite/database.ts";
import { NodeSqliteDialect } from "../sqlite/dialect.ts";
import { migrate, MIGRATIONS } from "../sqlite/migrate.ts";
import { completeLost, historyId } from "../sqlite/recovery.ts";
import type { HistoryTables } from "../sqlite/schema.ts";
import { answerCalls } from "./link.ts";

/** What opening has found and done, and what goes on from there. */
interface Found extends Opened {
  newest: Head;
  /** What access keeps beside the chain. */
  access: FoundAccess;
}

interface Writer {
  database: WritableDatabase;
  blocks: BlockWriter;
}

let open: Writer | undefined;

function writer(): Writer {
  if (!open) throw new Error("The history's writer was called before it was opened");
  return open;
}

async function openDatabase(options: { file: string; backups: string; durability: Durability }): Promise<Found> {
  const raw = openForWriting(options.file);
  const database = { raw, db: new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) }) };
  const now = Date.now;
  // Before the journal is set: the first migration of a new file must reach the file itself, where the next start looks
  // for its mark.
  const migrated = await migrate(database, { migrations: MIGRATIONS, backups: options.backups });
  const durability = makeDurable(raw, options.durability);
  const blocks = await BlockWriter.open(database, { now });
  open = { database, blocks };
  const id = await historyId(database, { writer: blocks, now });
  const recovered = completeLost(blocks, { now });
  const access = await findAccess(database.db);
  return { historyId: id, durability, newest: blocks.head, recovered, migrated, access };
}

const calls = {
  /** Opens, migrates and recovers. Throws {@linkcode HistoryError} for what the operator must see to. */
  async open(options: { file: string; backups: string; durability: Durability }): Promise<Found> {
    try {
      return await openDatabase(options);
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
      throw new HistoryError(
        `Cannot open the history ${options.file}: ${wordsOf(error)}. The file and its folder must be writable, ` +
          "have space, and hold an undamaged history; otherwise restore a copy",
        { exitCode: 2, cause: error },
      );
    }
  },

  /** Writes rows as one block. Throws only if trying again cannot help. */
  write(flat: Cell[]): Committed {
    return writer().blocks.commit(flat);
  },

  ...accessWrites(() => writer().database.db),

  /** Moves the write-ahead log into the file and closes it. */
  close(): void {
    const { raw } = writer().database;
    raw.prepare("pragma wal_checkpoint(truncate)").get();
    raw.close();
  },
};

/** What the writer can be called for. */
export type WriterCalls = typeof calls;

answerCalls(calls);
