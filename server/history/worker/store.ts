/**
 * The SQLite store, as the thread has it that opened it.
 *
 * @module
 */
import { accessStores, type FoundAccess } from "../../access/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { HistoryError, type Store, type StoreOptions } from "../contract/store.ts";
import { HISTORY_FILE } from "../data_folder.ts";
import { closeWorker, WorkerLink } from "./link.ts";
import { WorkerReader } from "./reader.ts";
import type { WriterCalls } from "./writer_worker.ts";

/**
 * Opens the store of a data folder.
 *
 * @throws {HistoryError} If the operator must change something.
 */
export async function openSqliteStore({ folder, durability, sliceRows, onBroken }: StoreOptions): Promise<Store> {
  const file = `${folder}/${HISTORY_FILE}`;
  const link = new WorkerLink<WriterCalls>(new URL("./writer_worker.ts", import.meta.url), { onDeath: onBroken });
  try {
    const { newest, access, ...opened } = await link.call("open", {
      file,
      backups: `${folder}/backups`,
      durability,
    });
    let head = newest;
    return {
      opened,
      blocks: {
        async commit(rows) {
          const answer = await link.call("write", rows);
          if ("head" in answer) head = answer.head;
          return answer;
        },
        head: () => head,
        // Every row is on disk already: a log that could not be moved is read by the next start.
        close: (signal) => closeWorker(link, signal),
      },
      reading: new WorkerReader(file, { slice: sliceRows }),
      ...storesOver(link, access),
    };
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}

/** What access keeps beside the chain, its calls carried to the writer. */
function storesOver(link: WorkerLink<WriterCalls>, found: FoundAccess): ReturnType<typeof accessStores> {
  try {
    return accessStores(found, {
      addToken: (token) => link.call("addToken", token),
      removeToken: (id) => link.call("removeToken", id),
      saveAttempts: (saved) => link.call("saveAttempts", saved),
    });
  } catch (error) {
    throw new HistoryError(wordsOf(error), { exitCode: 2, cause: error });
  }
}
