/**
 * The way back to a copy that was made before a migration, for the build whose tables it has. Nothing is lost on it: the
 * history of now is kept among the copies.
 *
 * @module
 */
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { wordsOf } from "../core/contract/errors.ts";
import { timeText } from "../core/contract/time.ts";
import { ROW_KINDS } from "./chain/mod.ts";
import { type Head, HistoryError, type NotedHead } from "./contract/store.ts";
import { type DataFolder, HISTORY_FILE } from "./data_folder.ts";
import { examineHistory } from "./examine.ts";
import { expectNoLog, noteHead } from "./noted_head.ts";
import { quietFile } from "./quiet_file.ts";
import { openForReading, openForWriting, SQLITE, sqliteCode } from "./sqlite/database.ts";
import { NodeSqliteDialect } from "./sqlite/dialect.ts";
import { executed, nameOfCopy } from "./sqlite/migrate.ts";
import type { HistoryTables } from "./sqlite/schema.ts";

/** Where a way back leads to, and what is not there. */
export interface WayBack {
  /** The path of the copy. */
  readonly copy: string;
  /** The migrations that it has not had, in the order of their names. */
  readonly undoes: readonly string[];
  /** Its newest block. */
  readonly head: Pick<Head, "block" | "hash" | "at">;
  readonly historyId: string;
  /** Its last row. */
  readonly lastSeq: number;
  /** How many requests were accepted since. */
  readonly requests: number;
  /** How many other facts were written since. */
  readonly facts: number;
  /** The wall time of the first of them, milliseconds; undefined if there is none. */
  readonly since: number | undefined;
}

/** How a copy is named that was made before a migration. */
const BEFORE = /-before-(.+)\.db$/;

/**
 * Looks for the way back to a copy, and changes nothing. No server may be running.
 *
 * @param options.folder The data folder.
 * @param options.copy The copy; the newest one that was made before a migration which the history has had, if left out.
 * @throws {HistoryError} If there is no copy, if it is damaged, or is no earlier state of this history.
 */
export async function findWayBack({ folder, copy }: { folder: string; copy?: string | undefined }): Promise<WayBack> {
  const file = `${folder}/${HISTORY_FILE}`;
  const path = copy ?? await newestCopy(folder, await lookAt(file, ({ had }) => had));
  const { damage, unseen } = await examineHistory(path, { thorough: true });
  const trouble = damage ?? unseen;
  if (trouble !== undefined) throw refusal(path, `${trouble}. Name another with --copy`);
  const then = await lookAt(path, (state) => state);
  const now = await lookAt(file, ({ had }, database) => ({ had, ...sinceOf(database, then) }));
  const undoes = now.had.filter((name) => !then.had.includes(name));
  if (!now.goesOn) {
    throw refusal(path, `it is no earlier state of ${file}: its block ${then.head.block} is not in that`);
  }
  if (undoes.length === 0) {
    throw refusal(path, `${file} has no newer tables, and every build that knows it starts on it`);
  }
  const { head, historyId, lastSeq } = then;
  const { requests, facts, since } = now;
  return { copy: path, undoes, head, historyId, lastSeq, requests, facts, since };
}

async function newestCopy(folder: string, had: readonly string[]): Promise<string> {
  const backups = `${folder}/backups`;
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(backups)) {
      const [, migration] = BEFORE.exec(name) ?? [];
      if (migration !== undefined && had.includes(migration)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // Their names begin with the time.
  const newest = names.sort().at(-1);
  if (newest !== undefined) return `${backups}/${newest}`;
  throw new HistoryError(
    `Cannot go back in ${folder}: there is no copy in ${backups} that was made before a migration of this history. ` +
      "Name one with --copy",
    { exitCode: 2 },
  );
}

function refusal(copy: string, why: string): HistoryError {
  return new HistoryError(`Cannot go back to ${copy}: ${why}`, { exitCode: 2 });
}

/** How far a history is. */
interface State extends Pick<WayBack, "head" | "historyId" | "lastSeq"> {
  /** The migrations that it has had. */
  readonly had: readonly string[];
}

/** Looks at a file, without a trace. */
async function lookAt<Found>(path: string, find: (state: State, database: DatabaseSync) => Found): Promise<Found> {
  await using readable = await quietFile(path);
  using database = openForReading(readable.path);
  const had = await executed(new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(database) }));
  const one = (query: string) => database.prepare(query).get() ?? {};
  const { number, hash, at } = one(
    "select number, lower(hex(hash)) as hash, at from block order by number desc limit 1",
  );
  if (number === undefined) throw refusal(path, "there is no block in it");
  return find({
    had,
    head: { block: Number(number), hash: String(hash), at: Number(at) },
    historyId: String(one("select history_id as id from origin")["id"]),
    // Whether or not a block covers it.
    lastSeq: Math.max(...ROW_KINDS.map((table) => Number(one(`select max(seq) as seq from ${table}`)["seq"]))),
  }, database);
}

/** Whether a history goes on from an earlier state, and with how much. */
function sinceOf(
  database: DatabaseSync,
  { historyId, head, lastSeq }: State,
): Pick<WayBack, "requests" | "facts" | "since"> & { goesOn: boolean } {
  const goesOn = database.prepare(
    "select 1 from block, origin where number = ? and lower(hex(hash)) = ? and history_id = ?",
  ).get(head.block, head.hash, historyId) !== undefined;
  const behind = (table: "accepted" | "fact") => {
    const { count, first } = database.prepare(`select count(*) as count, min(at) as first from ${table} where seq > ?`)
      .get(lastSeq) ?? {};
    return { count: Number(count), first: first === null ? Infinity : Number(first) };
  };
  const [requests, facts] = [behind("accepted"), behind("fact")];
  const first = Math.min(requests.first, facts.first);
  return { goesOn, requests: requests.count, facts: facts.count, since: Number.isFinite(first) ? first : undefined };
}

/**
 * Puts a copy into the place of the history, which is kept as a copy itself. The next start of a build that notes blocks
 * takes it and says so in the history: `historyAccepted`.
 *
 * @returns The path of the history of until now.
 * @throws {HistoryError} If the disk does not take it; then everything is as it was.
 */
export async function goBack(
  { path: folder }: DataFolder,
  { copy, head, historyId, undoes }: WayBack,
): Promise<string> {
  const file = `${folder}/${HISTORY_FILE}`;
  const draft = `${file}.back`;
  const kept = nameOfCopy(`${folder}/backups`, "until-going-back");
  try {
    await Deno.mkdir(dirname(kept), { recursive: true, mode: 0o700 });
    await copyWhole(copy, draft);
    moveLogAlone(file);
    await expectNoLog(folder);
    // Where the file system has no links it is copied: at no moment is there no history.
    await Deno.link(file, kept).catch(() => copyWhole(file, kept));
    await Deno.rename(draft, file);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    const why = sqliteCode(error) === SQLITE.BUSY
      ? `another program has ${file} open. Let that end first`
      : wordsOf(error);
    throw new HistoryError(`Cannot put ${copy} into the place of ${file}: ${why}`, { exitCode: 2, cause: error });
  }
  const wentBack = `it was brought back to its block ${head.block} of ${timeText(head.at)}, before ${undoes[0]}`;
  await noteHead(folder, { ...head, historyId, log: false, wentBack } satisfies NotedHead);
  return kept;
}

/**
 * Moves the log that a killed server has left into the history of until now, to which it belongs: beside a copy of the
 * same name SQLite would take it for that one's. So would whoever has the history open go on in it, and nobody may.
 */
function moveLogAlone(file: string): void {
  using database = openForWriting(file);
  // Another journal only whoever is alone can set; then all is in the file, and nothing beside it.
  for (const journal of ["delete", "wal"]) database.prepare(`pragma journal_mode = ${journal}`).get();
}

/** Copies a file onto the disk, for its owner's eyes only; whole, or not at all. */
async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
    await Deno.chmod(to, 0o600);
    using written = await Deno.open(to, { read: true, write: true });
    await written.sync();
  } catch (error) {
    await Deno.remove(to).catch(() => {});
    throw error;
  }
}
