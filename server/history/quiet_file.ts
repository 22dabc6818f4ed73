/**
 * A history's file as it can be read by somebody who does not own its folder, and without a trace.
 *
 * @module
 */
import { dirname } from "node:path";
import { wordsOf } from "../core/contract/errors.ts";
import { HistoryError } from "./contract/store.ts";
import { HISTORY_FILE } from "./data_folder.ts";
import { requireOurs } from "./sqlite/database.ts";

/** Bytes of a file that is copied, at most. */
const MOST_BYTES = 1_073_741_824;

/** A file that SQLite can read. */
export interface QuietFile extends AsyncDisposable {
  /** What SQLite opens. */
  readonly path: string;
  /**
   * Makes sure that what was read has been of one file all the while.
   *
   * @throws {HistoryError} If somebody has begun to write it.
   */
  requireUntouched(): Promise<void>;
}

/**
 * Finds a way to read a file: the file itself while somebody has it open or has left its log, else by another link, in
 * a folder of its own. SQLite makes files beside what it opens, and a server of another user could not write those of
 * this one. (It need not, of a file that is said to be `immutable`: Deno takes that only with all permissions.)
 *
 * @throws {HistoryError} If it is not a history, or cannot be read.
 */
export async function quietFile(path: string): Promise<QuietFile> {
  requireOurs(path);
  // Without the log SQLite would make an empty one: a start could not tell any more that it was lost.
  if (await exists(`${path}-wal`) && await exists(`${path}-shm`)) {
    return { path, requireUntouched: () => Promise.resolve(), async [Symbol.asyncDispose]() {} };
  }
  const before = await stampOf(path);
  const linkedIn = async (options: Deno.MakeTempOptions) =>
    await inFolder(path, { folder: await Deno.makeTempDir(options), put: Deno.link });
  // The file may lie on another disk than what is temporary.
  const linked = await linkedIn({ prefix: PREFIX })
    .catch(() => linkedIn({ prefix: `.${PREFIX}`, dir: dirname(path) }))
    .catch(() => copied(path));
  return {
    ...linked,
    async requireUntouched() {
      if (await stampOf(path) === before) return;
      throw new HistoryError(`Somebody has begun to write ${path} while it was read. Try again`, { exitCode: 2 });
    },
  };
}

const PREFIX = "switchroom_history_";

/** A copy: all that is left where there can be no link. */
async function copied(path: string): Promise<Pick<QuietFile, "path"> & AsyncDisposable> {
  const { size } = await Deno.stat(path);
  if (size > MOST_BYTES) {
    throw new HistoryError(
      `Cannot look at ${path} without a trace: it has ${size} bytes, and is copied up to ${MOST_BYTES}. Let TMPDIR name ` +
        "a folder on the same disk, or start the server and ask again",
      { exitCode: 2 },
    );
  }
  try {
    return await inFolder(path, { folder: await Deno.makeTempDir({ prefix: PREFIX }), put: Deno.copyFile });
  } catch (error) {
    throw new HistoryError(`Cannot copy ${path} to look at it: ${wordsOf(error)}`, { exitCode: 2, cause: error });
  }
}

/** Puts a file and its log into a folder, which goes with it. */
async function inFolder(
  path: string,
  { folder, put }: { folder: string; put: (from: string, to: string) => Promise<void> },
): Promise<Pick<QuietFile, "path"> & AsyncDisposable> {
  const target = `${folder}/${HISTORY_FILE}`;
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    await put(path, target);
    if (await exists(`${path}-wal`)) await Deno.copyFile(`${path}-wal`, `${target}-wal`);
    return { path: target, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What changes when somebody writes a file, or opens it to write. */
async function stampOf(path: string): Promise<string> {
  const { size, mtime } = await Deno.stat(path);
  return JSON.stringify([size, mtime, await exists(`${path}-shm`)]);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
