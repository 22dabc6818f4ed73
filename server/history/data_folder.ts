/**
 * The data folder: one process owns it, and the history lies in it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { wordsOf } from "../core/contract/errors.ts";
import { writeAll } from "../tools/mod.ts";
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

/** The locks of a folder, both taken or none. */
interface Locks {
  /**
   * The folder itself: nobody can delete it from under its owner and leave what lies in it, as could be done with a
   * file.
   */
  readonly folder: Deno.FsFile;
  /** Holds the owner's pid, for people, and keeps off older builds, which know no other lock. */
  readonly file: Deno.FsFile;
}

async function openLocks(path: string): Promise<Locks> {
  const folder = await Deno.open(path, { read: true });
  try {
    return { folder, file: await Deno.open(`${path}/lock`, { read: true, write: true, create: true, mode: 0o600 }) };
  } catch (error) {
    folder.close();
    throw error;
  }
}

function closeLocks({ folder, file }: Locks): void {
  file.close();
  folder.close();
}

async function tryLocks({ folder, file }: Locks): Promise<boolean> {
  return await folder.tryLock(true) && await file.tryLock(true);
}

/** Tries once more: a command that looked just then shared a lock, and must not keep a server from starting. */
async function lockAfterLook(locks: Locks): Promise<boolean> {
  await delay(LOOK_MS);
  return await tryLocks(locks);
}

/** Reads the pid that the owner wrote. */
async function ownerOf(file: Deno.FsFile): Promise<string> {
  const bytes = new Uint8Array(20);
  const read = await file.read(bytes) ?? 0;
  const pid = new TextDecoder().decode(bytes.subarray(0, read)).trim();
  return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}

/** The file with the owner's pid; undefined if somebody has deleted it. */
async function openForLook(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(`${path}/lock`, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Who has taken a data folder, in words; undefined if nobody has. A number in a file may be another process's by now,
 * so the locks themselves are tried: for a moment they are shared.
 *
 * @throws {Deno.errors.NotFound} If there is no such folder.
 */
export async function ownerOfDataFolder(path: string): Promise<string | undefined> {
  using folder = await Deno.open(path, { read: true });
  using file = await openForLook(path);
  if (await folder.tryLock(false) && await file?.tryLock(false) !== false) return undefined;
  return file === undefined ? "another process" : await ownerOf(file);
}

/**
 * Refuses a folder of another user, in which root could write all the same: its user could not use what is made there.
 *
 * @throws {HistoryError} If it is one.
 */
async function requireOwn(path: string): Promise<void> {
  const { uid } = await Deno.stat(path);
  let probe: string;
  try {
    probe = await Deno.makeTempFile({ dir: path, prefix: ".whose-" });
  } catch {
    return; // Where nothing can be written, what is written next says why.
  }
  const own = await Deno.stat(probe).finally(() => Deno.remove(probe));
  if (own.uid === uid) return;
  throw new HistoryError(
    `Cannot use the data folder ${path}: it belongs to another user, who could not use what this one makes in it. ` +
      `Start as that user, as by sudo -u '#${uid}'; or give it to this one: chown -R ${own.uid} ${path}`,
    { exitCode: 2 },
  );
}

/**
 * Makes the data folder if it is not there, and takes it for this process alone. The locks go with the process, however
 * that ends.
 *
 * @example
 * ```ts
 * import { takeDataFolder } from "./data_folder.ts";
 *
 * using folder = await takeDataFolder(await Deno.makeTempDir());
 * console.log(folder.path);
 * ```
 * @throws {HistoryError} If it cannot be made or written, is another user's, or another process has it: the message names that one's pid.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  let locks: Locks;
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await requireOwn(path);
    locks = await openLocks(path);
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    throw new HistoryError(
      error instanceof Deno.errors.NotCapable
        ? `Cannot use the data folder ${path}: nothing below /dev, /proc and /sys can be, nor a folder of the program ` +
          "itself. Name another folder"
        : `Cannot use the data folder ${path}: ${
          wordsOf(error)
        }. It must be a folder that this user may read and write`,
      { exitCode: 2, cause: error },
    );
  }
  if (!await tryLocks(locks) && !await lockAfterLook(locks)) {
    const owner = await ownerOf(locks.file);
    closeLocks(locks);
    throw new HistoryError(
      `Cannot use the data folder ${path}: it is in use by ${owner}. Stop that one first, or name another folder`,
      { exitCode: 2 },
    );
  }
  try {
    await locks.file.truncate();
    await writeAll(locks.file, new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    closeLocks(locks);
    throw new HistoryError(
      `Cannot use the data folder ${path}: ${wordsOf(error)}. Its disk must have space`,
      { exitCode: 2, cause: error },
    );
  }
  return { path, [Symbol.dispose]: () => closeLocks(locks) };
}
