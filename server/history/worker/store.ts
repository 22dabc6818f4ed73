/**
 * The SQLite store, as the thread has it that opened it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type AccessStorePorts, accessStores, type FoundAccess, type SettlingWrites } from "../../access/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { HistoryError, type Migrating, type Store, type StoreOptions } from "../contract/store.ts";
import { HISTORY_FILE } from "../data_folder.ts";
import { factCells } from "../fact_cells.ts";
import { takeWriter, WRITER } from "../writer_thread.ts";
import { closeWorker, WorkerLink } from "./link.ts";
import { WorkerReader } from "./reader.ts";
import type { WriterCalls } from "./writer_worker.ts";

/**
 * Opens the store of a data folder.
 *
 * @throws {HistoryError} If the operator must change something.
 */
export async function openSqliteStore(
  { folder, durability, sliceRows, traces, accept, now, onFact, onMigrating, onMet, onBroken }: StoreOptions,
): Promise<Store> {
  const file = `${folder}/${HISTORY_FILE}`;
  const link = new WorkerLink<WriterCalls>(WRITER, {
    begun: takeWriter(),
    onDeath: onBroken,
    onNotice: (notice) => onMigrating(notice as Migrating),
  });
  const written = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  try {
    const { newest, access, ...opened } = await link.call("open", {
      file,
      backups: `${folder}/backups`,
      durability,
      traces,
      accept,
      written,
      at: now(),
    });
    let head = newest;
    return {
      opened,
      blocks: {
        async commit(rows, at) {
          const answer = await link.call("write", { rows, at });
          if ("head" in answer) head = answer.head;
          return answer;
        },
        head: () => head,
        async seal() {
          return head = await link.call("seal", undefined);
        },
        hasNews: (block) => link.call("hasNews", block),
        look: (bounds) => link.call("look", bounds),
        // Every row is on disk already: a log that could not be moved is read by the next start.
        close: (signal) => closeWorker(link, signal),
      },
      reading: new WorkerReader(file, { slice: sliceRows, written, onMet }),
      ...storesOver(link, { access, now, told: onFact }),
    };
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}

/** How often a log is tried to be moved that somebody reads, and the pause between, milliseconds. */
const MOVES = 20;
const MOVE_PAUSE_MS = 50;

/**
 * Moves the write-ahead log into the file.
 *
 * @throws {Error} If somebody reads from it all the while.
 */
async function moveLog(link: WorkerLink<WriterCalls>): Promise<void> {
  for (let tries = 0; tries < MOVES; tries++) {
    if (await link.call("moveLog", undefined)) return;
    await delay(MOVE_PAUSE_MS);
  }
  throw new Error("another program reads from its write-ahead log, which must be moved into the file first");
}

/**
 * What access keeps beside the chain, its calls carried to the writer. A token that was revoked is out of the file
 * itself before anybody is told so: whoever loses the write-ahead log must not have it back. Nor an old secret.
 */
function storesOver(
  link: WorkerLink<WriterCalls>,
  { access, ...ports }: { access: FoundAccess } & Pick<AccessStorePorts, "now" | "told">,
): ReturnType<typeof accessStores> {
  const writer: SettlingWrites = {
    async addToken(added) {
      await link.call("addToken", added);
      await link.call("moveLog", undefined);
    },
    async removeToken(removed) {
      await link.call("removeToken", removed);
      await moveLog(link);
    },
    rotateToken: (rotated) => link.call("rotateToken", rotated),
    removeOldSecret: (hash) => link.call("removeOldSecret", hash),
    setUsed: (minutes) => link.call("setUsed", minutes),
    setWarned: (warned) => link.call("setWarned", warned),
    settle: () => moveLog(link),
    saveAttempts: (saved) => link.call("saveAttempts", saved),
  };
  try {
    return accessStores(access, { writer, cellsOf: factCells, ...ports });
  } catch (error) {
    throw new HistoryError(wordsOf(error), { exitCode: 2, cause: error });
  }
}
