/**
 * Commits in the thread of the event loop, by a connection of its own: while it does, the writer's worker writes no rows.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Durability } from "../contract/store.ts";
import { BlockWriter, type Inserts } from "../sqlite/block_writer.ts";
import { makeDurable, openBeside } from "../sqlite/database.ts";
import { WatchedWriter } from "../sqlite/watched_writer.ts";

/** How it is opened. */
export interface LoopWriterOptions {
  readonly durability: Durability;
  readonly inserts: Inserts;
  /** Gives the wall time of commits. */
  readonly now: () => number;
  /** Is told the newest row that a transaction writes, before it does. */
  readonly willWrite: (lastSeq: number) => void;
}

/** See the module. It writes nothing before it takes the place of the worker. */
export class LoopWriter extends WatchedWriter {
  readonly #database: DatabaseSync;

  /** Opens a file that the worker has open, where it belongs. */
  constructor(file: string, { durability, ...options }: LoopWriterOptions) {
    const database = openBeside(file);
    makeDurable(database, durability);
    // To move the log into the file takes long: the worker does.
    database.exec("pragma wal_autocheckpoint = 0");
    super(file, new BlockWriter(database, options));
    this.#database = database;
  }

  /** Closes its connection. */
  close(): void {
    this.#database.close();
  }
}
