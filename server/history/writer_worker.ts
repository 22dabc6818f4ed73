/**
 * The writer: a worker, because a commit waits for the disk and must not stop the event loop.
 *
 * @module
 */
import { Kysely } from "kysely";
import { accessWrites, findAccess, type FoundAccess } from "../access/mod.ts";
import { BlockWriter, type Head } from "./block_writer.ts";
import { commit, type Committed } from "./commit.ts";
import { type Durability, makeDurable, openForWriting, sqliteCode, type WritableDatabase } from "./database.ts";
import { NodeSqliteDialect } from "./dialect.ts";
import { wordsOf } from "../core/contract/errors.ts";
import { HistoryError } from "./errors.ts";
import { answerCalls } from "./link.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { completeLost, historyId } from "./recovery.ts";
import type { Cell } from "./rows.ts";
import type { HistoryTables } from "./schema.ts";

/** What an opened history is. */
export interface Opened {
  historyId: string;
  durability: Durability;
  head: Head;
  recovered: number;
  migrated: string[];
  /** What access keeps beside the chain. */
  access: FoundAccess;
}

interface Writer {
  database: WritableDatabase;
  blocks: BlockWriter;
}

let open: Writer | undefined;

function writer(): Writer {
  if (!open) throw new Error("The history's writer was asked before it was opened");
  return open;
}

async function openDatabase(options: { file: string; backups: string; durability: Durability }): Promise<Opened> {
  const raw = openForWriting(options.file);
  const database = { raw, db: new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) }) };
  const now = Date.now;
  // Before the journal is set: the first migration of a new file must reach the file itself, where the next start looks for its mark.
  const migrated = await migrate(database, { migrations: MIGRATIONS, backups: options.backups });
  const durability = makeDurable(raw, options.durability);
  const blocks = await BlockWriter.open(database, { now });
  open = { database, blocks };
  const id = await historyId(database, { writer: blocks, now });
  const recovered = completeLost(blocks, { now });
  const access = await findAccess(database.db);
  return { historyId: id, durability, head: blocks.head, recovered, migrated, access };
}

const calls = {
  /** Opens, migrates and recovers. Throws {@linkcode HistoryError} for what the operator must see to. */
  async open(options: { file: string; backups: string; durability: Durability }): Promise<Opened> {
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
    return commit(writer().blocks, flat);
  },

  ...accessWrites(() => writer().database.db),

  /** Moves the write-ahead log into the file and closes it. */
  close(): void {
    const { raw } = writer().database;
    raw.prepare("pragma wal_checkpoint(truncate)").get();
    raw.close();
  },
};

/** What the writer can be asked. */
export type WriterCalls = typeof calls;

answerCalls(calls);
