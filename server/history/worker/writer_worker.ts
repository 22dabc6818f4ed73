/**
 * The writer: a worker, because a commit waits for the disk and must not stop the event loop.
 *
 * @module
 */
import { Kysely } from "kysely";
import { accessWrites, findAccess, type FoundAccess } from "../../access/contract/tables.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { faultOf } from "../../core/contract/history.ts";
import { type Cell, COLUMNS } from "../chain/mod.ts";
import {
  type Closed,
  type Committed,
  type Durability,
  type Head,
  HistoryError,
  type Look,
  type Migrating,
  type Opened,
  type Traces,
} from "../contract/store.ts";
import type { BlockState, Inserts } from "../sqlite/block_writer.ts";
import { newestChain, sampleChain } from "../sqlite/chain_samples.ts";
import { absence, discontinuity } from "../sqlite/continuity.ts";
import { makeDurable, moveLog, openForWriting, sizeOf, sqliteCode, type WritableDatabase } from "../sqlite/database.ts";
import { NodeSqliteDialect } from "../sqlite/dialect.ts";
import { keepCopy, migrate, MIGRATIONS } from "../sqlite/migrate.ts";
import { hasNews } from "../sqlite/news.ts";
import { insertsOf, openBlocks } from "../sqlite/open_blocks.ts";
import { completeLost, historyId } from "../sqlite/recovery.ts";
import type { HistoryTables } from "../sqlite/schema.ts";
import { WatchedWriter } from "../sqlite/watched_writer.ts";
import { schemaTrouble } from "../sqlite/tables_as_made.ts";
import { answerCalls, notify } from "./link.ts";

/** What opening has found and done, and what goes on from there. */
interface Found extends Opened {
  newest: Head;
  /** What access keeps beside the chain. */
  access: FoundAccess;
  /** How another thread writes rows. */
  inserts: Inserts;
}

/** How long a commit took, without the way to the thread, milliseconds. */
interface Took {
  ms: number;
}

interface Writer {
  readonly database: WritableDatabase;
  readonly written: WatchedWriter;
  readonly file: string;
  readonly backups: string;
}

let open: Writer | undefined;

/** The wall time of what is being written: whoever calls has the clock. */
let wall = 0;

function writer(): Writer {
  if (!open) throw new Error("The history's writer was called before it was opened");
  return open;
}

/** What is to be opened. */
interface OpenAsked {
  file: string;
  backups: string;
  durability: Durability;
  traces: Traces;
  accept: boolean;
  /** Where the newest row stands that can be written by now, for the reader: it sees rows before anybody is told of them. */
  written: SharedArrayBuffer;
  /** The wall time of what opening writes. */
  at: number;
}

/** @throws {HistoryError} If something is amiss, and the operator has not accepted it. */
function accepted(reason: string | undefined, { file, accept }: OpenAsked): string | undefined {
  if (reason === undefined || accept) return reason;
  const otherwise = sizeOf(file) > 0
    ? "to take what is there (tokens that were revoked since may be valid again)"
    : "to begin a new one (no token of the old one is valid then)";
  throw new HistoryError(
    `Cannot go on with the history ${file}: ${reason}. Restore the right file, with its -wal if it has one; or start ` +
      `once with --accept-history ${otherwise}`,
    { exitCode: 2 },
  );
}

async function openDatabase(options: OpenAsked): Promise<Found> {
  const isThere = sizeOf(options.file) > 0;
  const absent = accepted(absence(options.traces, { isThere }), options);
  const raw = openForWriting(options.file);
  const amiss = absent ?? (isThere ? accepted(discontinuity(raw, options.traces), options) : undefined) ??
    options.traces.head?.wentBack;
  const database = { raw, db: new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) }) };
  wall = options.at;
  const now = () => wall;
  // Before the journal is set: the first migration of a new file must reach the file itself, where the next start looks
  // for its mark.
  const bytes = sizeOf(options.file);
  const migrated = await migrate(database, {
    migrations: MIGRATIONS,
    backups: options.backups,
    // A new file is made in no time.
    onBegin: (names) => isThere && notify({ names, bytes } satisfies Migrating),
  });
  const durability = makeDurable(raw, options.durability);
  const written = new BigInt64Array(options.written);
  const willWrite = (lastSeq: number) => void Atomics.store(written, 0, BigInt(lastSeq));
  const blocks = await openBlocks(database, { now, willWrite });
  const lastAt = blocks.head.block < 0 ? undefined : blocks.head.at;
  const id = await historyId(database, { writer: blocks, now });
  const recovered = completeLost(blocks, { now });
  const access = await findAccess(database.db);
  const damaged = newestChain(raw) ?? sampleChain(raw) ?? faultOf({ beside: await schemaTrouble(raw) });
  // Block 0 at least is in the file itself: what loses its log is older then, and not new.
  moveLog(raw);
  open = {
    database,
    written: new WatchedWriter(options.file, blocks),
    file: options.file,
    backups: options.backups,
  };
  return {
    historyId: id,
    durability,
    newest: blocks.head,
    recovered,
    migrated,
    lastAt,
    accepted: amiss,
    damaged,
    access,
    inserts: insertsOf(database.db),
  };
}

/** Where a fact has its time. */
const AT = COLUMNS.fact.indexOf("at");

const calls = {
  /** Opens, migrates and recovers. Throws {@linkcode HistoryError} for what the operator must see to. */
  async open(options: OpenAsked): Promise<Found> {
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

  /** Writes rows at that time. Throws only if trying again cannot help. */
  write({ rows, at }: { rows: Cell[]; at: number }): Committed & Took {
    wall = at;
    const begun = performance.now();
    const committed = writer().written.commit(rows);
    return { ...committed, ms: performance.now() - begun };
  },

  /** Lets another thread write rows, from where this one stands. */
  give(): BlockState {
    return writer().written.blocks.give();
  },

  /** Goes on from where another thread has left off. */
  take(state: BlockState): void {
    writer().written.blocks.take(state);
  },

  /**
   * Seals what is in no block.
   *
   * @returns The newest block: the one before if the disk does not take it now; then it is sealed later.
   */
  seal(): Head {
    const { blocks } = writer().written;
    try {
      blocks.seal();
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
    }
    return blocks.head;
  },

  /** Whether there are rows behind a block but facts that tell of checkpoints. */
  hasNews(block: number): boolean {
    return hasNews(writer().database.raw, block);
  },

  /** Looks after the files; a log of less than so many bytes is nobody's trouble. */
  look({ heldBytes }: { heldBytes: number }): Look {
    const { database: { raw }, file } = writer();
    const reason = writer().written.displaced;
    if (reason !== undefined) return { displaced: reason };
    if (sizeOf(`${file}-wal`) < heldBytes) return {};
    const { held } = moveLog(raw);
    return held < heldBytes ? {} : { heldBytes: held };
  },

  ...accessWrites({
    database: () => writer().database.db,
    withFact(fact, change) {
      wall = Number(fact[AT]);
      return writer().written.blocks.writeWith({ kind: "fact", cells: [...fact] }, change);
    },
  }),

  /** Moves the write-ahead log into the file. Whether all of it could be, which somebody who reads can prevent. */
  moveLog(): boolean {
    return moveLog(writer().database.raw).held === 0;
  },

  /** Moves the write-ahead log into the file and closes it; makes a copy first of what is not where it lay. */
  async close(): Promise<Closed> {
    const of = writer();
    const { raw } = of.database;
    const reason = of.written.displaced;
    const closed = reason === undefined ? {} : { displaced: reason, ...await copied(of) };
    of.written.identity.closing(() => {
      raw.prepare("pragma wal_checkpoint(truncate)").get();
      raw.close();
    });
    return closed;
  },
};

async function copied({ database, backups }: Writer): Promise<Pick<Closed, "copy" | "failed">> {
  try {
    return { copy: await keepCopy(database.raw, { backups, why: "displaced" }) };
  } catch (error) {
    return { failed: wordsOf(error) };
  }
}

/** What the writer can be called for. */
export type WriterCalls = typeof calls;

answerCalls(calls);
