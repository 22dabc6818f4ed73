/**
 * The SQLite store, as the thread has it that opened it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type AccessStorePorts, accessStores, type FoundAccess, type SettlingWrites } from "../../access/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { HistoryError, type Migrating, type Store, type StoreOptions } from "../contract/store.ts";
import { unlessAborted } from "../../tools/mod.ts";
import { HISTORY_FILE } from "../data_folder.ts";
import { factCells } from "../fact_cells.ts";
import { takeWriter, WRITER } from "../writer_thread.ts";
import { closeWorker, WorkerLink } from "./link.ts";
import { LoopWriter } from "./loop_writer.ts";
import { WorkerReader } from "./reader.ts";
import { RowWriter } from "./row_writer.ts";
import type { WriterCalls } from "./writer_worker.ts";

/**
 * Opens the store of a data folder.
 *
 * @throws {HistoryError} If the operator must change something.
 */
export async function openSqliteStore(
  { folder, durability, sliceRows, traces, accept, now, onFact, onMigrating, onMet, place, onBroken }: StoreOptions,
): Promise<Store> {
  const file = `${folder}/${HISTORY_FILE}`;
  const link = new WorkerLink<WriterCalls>(WRITER, {
    begun: takeWriter(),
    onDeath: onBroken,
    onNotice: (notice) => onMigrating(notice as Migrating),
  });
  const written = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  try {
    const { newest, access, inserts, ...opened } = await link.call("open", {
      file,
      backups: `${folder}/backups`,
      durability,
      traces,
      accept,
      written,
      at: now(),
    });
    const newestSeq = new BigInt64Array(written);
    const willWrite = (lastSeq: number) => void Atomics.store(newestSeq, 0, BigInt(lastSeq));
    const loop = new LoopWriter(file, { durability, inserts, now, willWrite });
    const rows = new RowWriter(link, { loop, head: newest, place });
    return {
      opened,
      blocks: {
        commit: (cells, commit) => rows.commit(cells, commit),
        stopsLoop: () => rows.stopsLoop,
        head: () => rows.head,
        seal: () => rows.seal(),
        hasNews: (block) => link.call("hasNews", block),
        async look(bounds) {
          const { displaced } = rows;
          return displaced === undefined ? await link.call("look", bounds) : { displaced };
        },
        // Every row is on disk already: a log that could not be moved is read by the next start.
        async close(signal) {
          await unlessAborted(rows.close(), signal).catch(() => {});
          return await closeWorker(link, signal);
        },
      },
      reading: new WorkerReader(file, { slice: sliceRows, written, onMet }),
      ...storesOver({ link, rows }, { access, now, told: onFact }),
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
  { link, rows }: { link: WorkerLink<WriterCalls>; rows: RowWriter },
  { access, ...ports }: { access: FoundAccess } & Pick<AccessStorePorts, "now" | "told">,
): ReturnType<typeof accessStores> {
  const writer: SettlingWrites = {
    async addToken(added) {
      await rows.call("addToken", added);
      await link.call("moveLog", undefined);
    },
    async removeToken(removed) {
      await rows.call("removeToken", removed);
      await moveLog(link);
    },
    rotateToken: (rotated) => rows.call("rotateToken", rotated),
    removeOldSecret: (hash) => rows.call("removeOldSecret", hash),
    setUsed: (minutes) => rows.call("setUsed", minutes),
    setWarned: (warned) => rows.call("setWarned", warned),
    settle: () => moveLog(link),
    saveAttempts: (saved) => rows.call("saveAttempts", saved),
  };
  try {
    return accessStores(access, { writer, cellsOf: factCells, ...ports });
  } catch (error) {
    throw new HistoryError(wordsOf(error), { exitCode: 2, cause: error });
  }
}
