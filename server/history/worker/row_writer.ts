/**
 * Who writes rows: the writer's worker, or the thread of the event loop in its place. One at a time: whoever goes on is
 * given where the other stood.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Cell } from "../chain/mod.ts";
import type { Committed, Head, Place } from "../contract/store.ts";
import { MOVED_PAGES, sqliteCode } from "../sqlite/database.ts";
import type { WorkerLink } from "./link.ts";
import type { LoopWriter } from "./loop_writer.ts";
import type { WriterCalls } from "./writer_worker.ts";

/** What a commit adds to the write-ahead log: so many pages at least, and more for each cell. */
const PAGES_A_COMMIT = 4;
const PAGES_A_CELL = 24 / 4_096;

/** See the module. */
export class RowWriter {
  readonly #link: WorkerLink<WriterCalls>;
  readonly #loop: LoopWriter;
  readonly #place: Place;
  #head: Head;
  /** Whether the loop's writer has the place. */
  #isHere = false;
  /** While the worker gives up its place. */
  #coming: Promise<void> | undefined;
  /** What was added to the log since it was moved. */
  #pages = 0;

  /**
   * @param options.loop Writes nothing yet.
   * @param options.head Where the worker stands.
   * @param options.place Says which of them the next commit is for.
   */
  constructor(
    link: WorkerLink<WriterCalls>,
    { loop, head, place }: { loop: LoopWriter; head: Head; place: Place },
  ) {
    this.#place = place;
    this.#link = link;
    this.#loop = loop;
    this.#head = head;
  }

  /** The newest block. */
  get head(): Head {
    return this.#head;
  }

  /** Whether the next commit is made in this thread. */
  get stopsLoop(): boolean {
    return this.#place.isLoop;
  }

  /** What became of the file, as far as this thread has seen, in words. */
  get displaced(): string | undefined {
    return this.#isHere ? this.#loop.displaced : undefined;
  }

  /** Commits flat rows. @throws Only if trying again cannot help. */
  async commit(rows: Cell[], at: number): Promise<Committed> {
    if (this.#place.isLoop && !this.#isHere) await this.#bring();
    const here = this.#isHere && this.#place.isLoop ? this.#commitHere(rows, at) : undefined;
    const { ms, ...committed } = here ?? await this.#call("write", { rows, at });
    this.#place.made({ ms, cells: rows.length });
    if ("head" in committed) this.#head = committed.head;
    return committed;
  }

  /** Seals what is in no block, and gives the newest: the one before if the disk does not take it now. */
  async seal(): Promise<Head> {
    // Behind the rows of this turn, as the worker would.
    if (this.#isHere) await setImmediate();
    while (this.#coming) await this.#coming;
    if (this.#isHere) {
      try {
        this.#loop.seal();
      } catch (error) {
        if (sqliteCode(error) === undefined) throw error;
      }
      return this.#head = this.#loop.head;
    }
    return this.#head = await this.#call("seal", undefined);
  }

  /** Has the worker do something for which it must write rows. */
  async call<Name extends keyof WriterCalls>(
    name: Name,
    argument: Parameters<WriterCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<WriterCalls[Name]>>> {
    while (this.#coming) await this.#coming;
    return await this.#call(name, argument);
  }

  /** Ends this thread's part: the worker goes on. */
  async close(): Promise<void> {
    while (this.#coming) await this.#coming;
    this.#sendBack();
    this.#loop.close();
  }

  #call<Name extends keyof WriterCalls>(
    name: Name,
    argument: Parameters<WriterCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<WriterCalls[Name]>>> {
    this.#sendBack();
    return this.#link.call(name, argument);
  }

  /** Commits in this thread; gives nothing where that failed: the worker may wait for what hinders it, such as a lock. */
  #commitHere(rows: readonly Cell[], at: number): (Committed & { ms: number }) | undefined {
    const begun = performance.now();
    const committed = this.#loop.commit(rows, at);
    if ("failed" in committed) {
      this.#place.made({ ms: Infinity, cells: rows.length });
      return undefined;
    }
    const ms = performance.now() - begun;
    this.#pages += PAGES_A_COMMIT + rows.length * PAGES_A_CELL;
    if (this.#pages > MOVED_PAGES) {
      this.#pages = 0;
      void this.#moveLog();
    }
    return { ...committed, ms };
  }

  /**
   * The worker moves what is much; what has come meanwhile is little. Only a log that has been moved whole begins anew,
   * and to write over it is twice as quick as to let it grow.
   */
  async #moveLog(): Promise<void> {
    try {
      await this.#link.call("moveLog", undefined);
      if (this.#isHere) this.#loop.moveLog();
    } catch {
      // A worker that has died, and a disk that takes nothing, are told by the next commit.
    }
  }

  async #bring(): Promise<void> {
    const given = this.#link.call("give", undefined).then((state) => {
      this.#loop.take(state);
      this.#isHere = true;
    });
    this.#coming = given.catch(() => {});
    try {
      await given;
    } finally {
      this.#coming = undefined;
    }
  }

  #sendBack(): void {
    if (!this.#isHere) return;
    this.#isHere = false;
    // A worker that has died tells so by itself.
    this.#link.call("take", this.#loop.give()).catch(() => {});
  }
}
