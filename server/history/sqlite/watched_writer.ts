/**
 * Commits rows, and looks whether they go where a start would find them.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Cell } from "../chain/mod.ts";
import type { Committed } from "../contract/store.ts";
import type { BlockWriter } from "./block_writer.ts";
import { openForReading, SQLITE, sqliteCode } from "./database.ts";
import { FileIdentity } from "./file_identity.ts";

/** Between two looks before commits: one costs 5 us, a commit that waits for no disk 20. */
const LOOK_MS = 10;

/** What SQLite says of files of which a piece is missing. */
const DAMAGED: readonly number[] = [SQLITE.CORRUPT, SQLITE.NOTADB, SQLITE.IOERR];

/** A writer of blocks in one thread, and the files that it writes. */
export class WatchedWriter {
  readonly blocks: BlockWriter;
  readonly identity: FileIdentity;
  /** When the last look before a commit was, monotonic milliseconds. */
  #lookedAt = -Infinity;
  /** What became of the files, in words, and whether the queue was told so. */
  #displaced: string | undefined;
  #isTold = false;
  #willHash = false;

  /** @param file The database, which is open and where it belongs. */
  constructor(file: string, blocks: BlockWriter) {
    this.blocks = blocks;
    this.identity = new FileIdentity(file, { isWhole: () => isReadable(file, blocks) });
  }

  /** Looks whether the files lie where they lay. */
  get displaced(): string | undefined {
    return this.#displaced ??= this.identity.lost();
  }

  /** Commits flat rows. @throws Only if trying again cannot help. */
  commit(rows: readonly Cell[]): Committed {
    const now = performance.now();
    // A busy server looks a hundred times a second: what goes into the wrong file in between is in the copy of the end.
    const looks = now - this.#lookedAt >= LOOK_MS;
    if (looks) this.#lookedAt = now;
    const displaced = this.#toTell(looks);
    if (displaced) return displaced;
    const committed = this.blocks.commit(rows);
    this.#hashSoon();
    // What was added to the log can be cut off, too; and what was done to the files explains what SQLite says.
    const failed = "failed" in committed;
    if (looks || failed) void this.displaced;
    return failed ? this.#toTell(false) ?? committed : committed;
  }

  #toTell(looks: boolean): { displaced: string } | undefined {
    const displaced = looks ? this.displaced : this.#displaced;
    if (displaced === undefined || this.#isTold) return undefined;
    this.#isTold = true;
    return { displaced };
  }

  /** Hashes the newest rows when whoever waits for the disk has been answered. */
  #hashSoon(): void {
    if (this.#willHash) return;
    this.#willHash = true;
    setImmediate(() => {
      this.#willHash = false;
      this.blocks.hash();
    });
  }
}

/** Whether the newest block can be read from the files: the writer itself has it in memory. */
function isReadable(file: string, { head: { block, hash } }: BlockWriter): boolean {
  try {
    using reader = openForReading(file);
    return reader.prepare("select 1 from block where number = ? and hash = ?").get(block, Uint8Array.fromHex(hash)) !==
      undefined;
  } catch (error) {
    // Whatever else keeps it from being read, such as a lack of descriptors, says nothing of the files.
    return !DAMAGED.includes(sqliteCode(error) ?? 0);
  }
}
