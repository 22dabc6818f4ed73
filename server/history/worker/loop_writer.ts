/**
 * Commits in the thread of the event loop, by a connection of its own: while it does, the writer's worker writes no rows.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Cell } from "../chain/mod.ts";
import type { Committed, Durability, Head } from "../contract/store.ts";
import { type BlockState, BlockWriter, type Inserts } from "../sqlite/block_writer.ts";
import { makeDurable, moveLog, openBeside } from "../sqlite/database.ts";
import { WatchedWriter } from "../sqlite/watched_writer.ts";

/** How it is opened. */
export interface LoopWriterOptions {
  readonly durability: Durability;
  readonly inserts: Inserts;
  /** Is told the newest row that a transaction writes, before it does. */
  readonly willWrite: (lastSeq: number) => void;
}

/** See the module. */
export class LoopWriter {
  readonly #written: WatchedWriter;
  readonly #database: DatabaseSync;
  #wall = 0;

  /** Opens a file that the worker has open, where it belongs. */
  constructor(file: string, { durability, inserts, willWrite }: LoopWriterOptions) {
    const database = openBeside(file);
    makeDurable(database, durability);
    // To move the log into the file takes long: the worker does.
    database.exec("pragma wal_autocheckpoint = 0");
    const blocks = new BlockWriter(database, { now: () => this.#wall, willWrite, inserts });
    this.#written = new WatchedWriter(file, blocks);
    this.#database = database;
  }

  /** The newest block. */
  get head(): Head {
    return this.#written.blocks.head;
  }

  /** What became of the file, in words. */
  get displaced(): string | undefined {
    return this.#written.displaced;
  }

  /** Commits flat rows at that time. @throws Only if trying again cannot help. */
  commit(rows: readonly Cell[], at: number): Committed {
    this.#wall = at;
    return this.#written.commit(rows);
  }

  /** Seals what is in no block. @throws What SQLite says. */
  seal(): void {
    this.#written.blocks.seal();
  }

  /** Moves into the file what is left of the log. @throws What SQLite says. */
  moveLog(): void {
    moveLog(this.#database);
  }

  /** Goes on from where the worker has left off. */
  take(state: BlockState): void {
    this.#written.blocks.take(state);
  }

  /** Lets the worker go on. */
  give(): BlockState {
    return this.#written.blocks.give();
  }

  /** Closes its connection. */
  close(): void {
    this.#database.close();
  }
}
