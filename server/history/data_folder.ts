/**
 * The data folder: one process owns it, and the history lies in it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { wordsOf } from "../core/contract/errors.ts";
import { HistoryError } from "./contract/store.ts";

/** The database's name in the data folder; docs/history-format.md promises it to auditors. */
export const HISTORY_FILE = "history.db";

/** A data folder that this process owns until it is disposed of. */
export interface DataFolder extends Disposable {
  /** Where it is. */
  readonly path: string;
}

/** How long whoever only looks who the owner is may share the lock, milliseconds. */
const LOOK_MS = 50;

/** Tries once more: a command that looked just then shared the lock, and must not keep a server from starting. */
async function lockAfterLook(file: Deno.FsFile): Promise<boolean> {
  await delay(LOOK_MS);
  return await file.tryLock(true);
}

/** Reads the pid that the owner wrote. */
async function ownerOf(file: Deno.FsFile): Promise<string> {
  const bytes = new Uint8Array(20);
  const read = await file.read(bytes) ?? 0;
  const pid = new TextDecoder().decode(bytes.subarray(0, read)).trim();
  return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}

/**
 * Who has taken a data folder, in words; undefined if nobody has. A number in a file may be another process's by now,
 * so the lock itself is tried: for a moment it is shared.
 *
 * @throws {Deno.errors.NotFound} If the folder has never been taken.
 */
export async function ownerOfDataFolder(path: string): Promise<string | undefined> {
  using file = await Deno.open(`${path}/lock`, { read: true });
  return await file.tryLock(false) ? undefined : await ownerOf(file);
}

/**
 * Makes the data folder if it is not there, and takes it for this process alone. The lock goes with the process,
 * however that ends.
 *
 * @example
 * ```ts
 * import { takeDataFolder } from "./data_folder.ts";
 *
 * using folder = await takeDataFolder(await Deno.makeTempDir());
 * console.log(folder.path);
 * ```
 * @throws {HistoryError} If it cannot be made or written, or another process has it: the message names that one's pid.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    file = await Deno.open(`${path}/lock`, { read: true, write: true, create: true, mode: 0o600 });
  } catch (error) {
    throw new HistoryError(
      `Cannot use the data folder ${path}: ${wordsOf(error)}. It must be a folder that this user may read and write`,
      { exitCode: 2, cause: error },
    );
  }
  if (!await file.tryLock(true) && !await lockAfterLook(file)) {
    const owner = await ownerOf(file);
    file.close();
    throw new HistoryError(
      `Cannot use the data folder ${path}: it is in use by ${owner}. Stop that one first, or name another folder`,
      { exitCode: 2 },
    );
  }
  try {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw new HistoryError(
      `Cannot use the data folder ${path}: ${wordsOf(error)}. Its disk must have space`,
      { exitCode: 2, cause: error },
    );
  }
  return { path, [Symbol.dispose]: () => file.close() };
}
