/**
 * `DATA/history-head.json`: the newest block as it was last noted beside the history. A start that finds another
 * history, an older one or none knows by it that something was lost.
 *
 * Only what is certainly on disk is noted, so the history is never older than its note unless somebody made it so.
 *
 * @module
 */
import { z } from "zod";
import { wordsOf } from "../core/contract/errors.ts";
import { writeAll } from "../tools/mod.ts";
import { HistoryError, type NotedHead, type Traces } from "./contract/store.ts";
import { HISTORY_FILE } from "./data_folder.ts";

const FILE = "history-head.json";

/** What only a server that has opened its history leaves: older builds made no note. */
const TRACES = ["server.json", "plugins.json"];

const note = z.object({
  version: z.literal(1),
  historyId: z.string(),
  block: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.int(),
  log: z.boolean(),
  wentBack: z.string().optional(),
});

/** Looks for what a history has left in a data folder. A note that cannot be read is still a trace. */
export async function tracesIn(folder: string): Promise<Traces> {
  const log = await isThere(`${folder}/${HISTORY_FILE}-wal`);
  const head = await readNote(`${folder}/${FILE}`);
  if (head !== undefined) return head === "unreadable" ? { file: FILE, log } : { head, log };
  for (const file of TRACES) if (await isThere(`${folder}/${file}`)) return { file, log };
  return { log };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function readNote(path: string): Promise<NotedHead | "unreadable" | undefined> {
  try {
    return note.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? undefined : "unreadable";
  }
}

/** The bytes of a note: as many with a log as without. */
function bytesOf({ historyId, block, hash, at, log, wentBack }: NotedHead): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify({ version: 1, historyId, block, hash, at, log, wentBack });
  return new TextEncoder().encode(`${text}${log ? " " : ""}\n`);
}

/**
 * Notes the newest block, which is on disk.
 *
 * @throws {HistoryError} If it cannot be written.
 */
export async function noteHead(folder: string, head: NotedHead): Promise<void> {
  const path = `${folder}/${FILE}`;
  const draft = `${path}.new`;
  try {
    {
      using file = await Deno.open(draft, { write: true, create: true, truncate: true, mode: 0o600 });
      await writeAll(file, bytesOf(head));
      await file.sync();
    }
    await Deno.rename(draft, path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Expects no log any more beside the block that is noted: whoever closes a database moves its log into the file and
 * removes it, also a start that fails. The note is overwritten where it lies, for that can be done on a full disk.
 *
 * @throws {HistoryError} If it cannot be written.
 */
export async function expectNoLog(folder: string): Promise<void> {
  const path = `${folder}/${FILE}`;
  const head = await readNote(path);
  if (head === undefined || head === "unreadable" || !head.log) return;
  try {
    using file = await Deno.open(path, { read: true, write: true });
    await writeAll(file, bytesOf({ ...head, log: false }));
    await file.sync();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): HistoryError {
  return new HistoryError(`Cannot write ${path}: ${wordsOf(error)}. The data folder's disk must have space`, {
    exitCode: 2,
    cause: error,
  });
}
