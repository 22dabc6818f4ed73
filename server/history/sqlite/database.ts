/**
 * The database file: whose it is, how it is opened, and what its errors mean.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import { wordsOf } from "../../core/contract/errors.ts";
import { type Durability, HistoryError } from "../contract/store.ts";
import type { HistoryTables } from "./schema.ts";

/** What SQLite keeps at byte 68 of our files, so that nobody else's database is taken for a history: "SWRH". */
const APPLICATION_ID = 0x5357_5248;

/** Older ones have a bug that can corrupt a database in WAL mode whose log is reset by two connections at once. */
const OLDEST_SQLITE = "3.51.3";

/** How long a commit waits for a lock that somebody's sqlite3 shell holds. */
const BUSY_MS = 500;

/** The write-ahead log is cut back to this many bytes after a burst. */
const LOG_BYTES = 64 * 1024 * 1024;

/**
 * So many pages of it are moved into the file at once, beside which a commit takes ten times as long: with SQLite's own
 * 1,000 that would befall one request in a hundred of a client that is alone.
 */
export const MOVED_PAGES = 3_000;

/** SQLite's primary result codes that we tell apart. */
export const SQLITE = {
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  PROTOCOL: 15,
  CONSTRAINT: 19,
  MISMATCH: 20,
  NOTADB: 26,
} as const;

/** SQLite's primary result code of what was thrown; undefined if it is no error of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}

/** What says nothing of a file: that it could not be looked at. */
const PASSES: readonly number[] = [
  SQLITE.BUSY,
  SQLITE.LOCKED,
  SQLITE.NOMEM,
  SQLITE.READONLY,
  SQLITE.FULL,
  SQLITE.CANTOPEN,
  SQLITE.PROTOCOL,
];

/** The extended codes of an I/O error of what was read. All others are of what SQLite makes beside the file. */
const READ_ERRORS: readonly number[] = [SQLITE.IOERR, 266, 522, 8_202, 8_458];

/** Whether an error says nothing of the file, as where the disk is full: SQLite makes files beside what it reads. */
export function saysNothing(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error && "errcode" in error)) return false;
  return PASSES.includes(code) || (code === SQLITE.IOERR && !READ_ERRORS.includes(Number(error.errcode)));
}

/** A history open for writing: the connection, and Kysely over the same connection. */
export interface WritableDatabase {
  /** The connection. */
  raw: DatabaseSync;
  /** Kysely over it. */
  db: Kysely<HistoryTables>;
}

/** One value of a pragma. */
function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
}

/** How many bytes a file has; 0 if there is none, which is as good as one with nothing in it. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/**
 * Moves the write-ahead log into the file, as far as nobody reads what was there before. Waits for nobody.
 *
 * @returns How many bytes of it could not be moved.
 */
export function moveLog(database: DatabaseSync): { held: number } {
  const [found] = database.prepare("pragma wal_checkpoint(passive)").all();
  const frames = Number(found?.["log"] ?? 0) - Number(found?.["checkpointed"] ?? 0);
  return { held: frames * Number(pragma(database, "page_size")) };
}

/** Where in a file the mark stands that says whose it is. */
const HEADER_BYTES = 72;

/**
 * Makes sure that a file is ours, or new, without letting SQLite touch it: opening a stranger's database would leave
 * files beside it.
 *
 * @throws {HistoryError} If it is another program's, no database, or cannot be written.
 */
function claim(path: string): void {
  const header = new Uint8Array(HEADER_BYTES);
  let read: number | null;
  try {
    using file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    read = file.readSync(header);
  } catch (error) {
    throw new HistoryError(
      `Cannot open the history ${path} for writing: ${
        wordsOf(error)
      }. It must be a file that this user may read and write`,
      { exitCode: 2, cause: error },
    );
  }
  if (read !== null) refuseStranger(path, header.subarray(0, read));
}

/**
 * Makes sure that a file is ours, and changes nothing.
 *
 * @throws {HistoryError} If it is another program's, or no database, or cannot be read.
 */
export function requireOurs(path: string): void {
  const header = new Uint8Array(HEADER_BYTES);
  let read: number;
  try {
    using file = Deno.openSync(path, { read: true });
    read = file.readSync(header) ?? 0;
  } catch (error) {
    throw new HistoryError(`Cannot read the history ${path}: ${wordsOf(error)}`, { exitCode: 2, cause: error });
  }
  refuseStranger(path, header.subarray(0, read));
}

function refuseStranger(path: string, header: Uint8Array): void {
  const magic = new TextDecoder().decode(header.subarray(0, 16));
  if (header.length < HEADER_BYTES || magic !== "SQLite format 3\0") {
    throw new HistoryError(
      `Cannot use ${path} as the history: it is not an SQLite database. Move it away, or name another data folder`,
      { exitCode: 2 },
    );
  }
  if (new DataView(header.buffer).getUint32(68) !== APPLICATION_ID) {
    throw new HistoryError(
      `Cannot use ${path} as the history: it is another program's database. Move it away, or name another data folder`,
      { exitCode: 2 },
    );
  }
}

/** Whether version `have` is at least `want`, number by number. */
function atLeast(have: string, want: string): boolean {
  return have.localeCompare(want, "en", { numeric: true }) >= 0;
}

/**
 * Opens a history's file for writing, making it if it is not there. Its journal is not yet set: {@linkcode makeDurable}
 * does that after migration.
 *
 * @throws {HistoryError} If the file cannot be a history, or this Deno's SQLite is too old.
 */
export function openForWriting(path: string): DatabaseSync {
  claim(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  const version = String(Object.values(database.prepare("select sqlite_version()").get() ?? {})[0]);
  if (!atLeast(version, OLDEST_SQLITE)) {
    database.close();
    throw new HistoryError(
      `Cannot use SQLite ${version}: it must be ${OLDEST_SQLITE} or newer. Start with a newer Deno`,
      { exitCode: 2 },
    );
  }
  return database;
}

/**
 * Opens a history's file for writing that this process has open already; what is locked it does not wait for. The file
 * itself is not looked at: whoever opens and closes it gives up the locks of the whole process.
 */
export function openBeside(path: string): DatabaseSync {
  return new DatabaseSync(path);
}

/** Opens a history's file for reading: beside its writer, or where nobody has it open. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  // Deno takes no `timeout` of a connection that only reads, and waits for 5 s.
  database.exec(`pragma busy_timeout = ${BUSY_MS}`);
  return database;
}

/** Marks a new file as ours: within the first migration's transaction, so that it is marked and made, or neither. */
export const MARK_AS_OURS = `pragma application_id = ${APPLICATION_ID}`;

/**
 * Sets the journal and how far a commit goes, and reads both back.
 *
 * @returns What the connection itself says it does.
 * @throws {HistoryError} If it cannot keep what was asked for, as on a file system without shared memory.
 */
export function makeDurable(database: DatabaseSync, durability: Durability): Durability {
  const journal = pragma(database, "journal_mode = wal");
  database.exec(`pragma synchronous = ${durability}; pragma journal_size_limit = ${LOG_BYTES}`);
  database.exec(`pragma wal_autocheckpoint = ${MOVED_PAGES}`);
  const synchronous = pragma(database, "synchronous");
  const kept = synchronous === 2 ? "full" : synchronous === 1 ? "normal" : undefined;
  if (journal !== "wal" || kept !== durability) {
    throw new HistoryError(
      `Cannot keep the history with durability ${durability}: the database says journal ${journal}, synchronous ${synchronous}. ` +
        "The data folder must be on a local file system",
      { exitCode: 2 },
    );
  }
  return kept;
}
