/**
 * Who writes rows: the writer's worker, or the thread of the event loop in its place. One at a time: whoever goes on is
 * given where the other stood.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Cell } from "../chain/mod.ts";
import type { Asked, Committed, Head, Place } from "../contract/store.ts";
import { MOVED_PAGES, sqliteCode } from "../sqlite/database.ts";
import type { WorkerLink } from "./link.ts";
import type { LoopWriter } from "./loop_writer.ts";
import type { WriterCalls } from "./writer_worker.ts";

/** What a commit adds to the write-ahead log: so many pages at least, and more for each row. */
const PAGES_A_COMMIT = 4;
const PAGES_A_ROW = 1 / 16;

/** See the module. */
export class RowWriter {
  readonly #link: WorkerLink<WriterCalls>;
  readonly #loop: LoopWriter;
  readonly #place: Place;
  #head: Head;
  /** Whether the loop's writer has the place. */
  #isHere = false;
  /** While the worker gives up its place, until what was to be committed then is. */
  #coming: Promise<void> | undefined;
  /** What was added to the log since it was moved, and the last of that, for which commits wait. */
  #pages = 0;
  #moving: Promise<void> | undefined;

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
  async commit(rows: Cell[], { count, at }: Asked): Promise<Committed> {
    if (this.#moving) await this.#moving;
    if (!this.#place.isLoop || this.#isHere) return await this.#commit(rows, { count, at });
    const committed = this.#bring().then(() => this.#commit(rows, { count, at }));
    const come = () => this.#coming = undefined;
    this.#coming = committed.then(come, come);
    return await committed;
  }

  async #commit(rows: Cell[], { count, at }: Asked): Promise<Committed> {
    const here = this.#isHere && this.#place.isLoop ? this.#commitHere(rows, count) : undefined;
    const { ms, ...committed } = here ?? await this.#call("write", { rows, at });
    this.#place.made({ ms: "head" in committed ? ms : Infinity, rows: count });
    if ("head" in committed) this.#head = committed.head;
    return committed;
  }

  /** Seals what is in no block, and gives the newest: the one before if the disk does not take it now. */
  async seal(): Promise<Head> {
    // Behind the rows of this turn, as the worker would.
    if (this.stopsLoop || this.#isHere) await setImmediate();
    while (this.#coming) await this.#coming;
    const sealed = this.#isHere && this.#sealHere();
    return this.#head = sealed ? this.#loop.blocks.head : await this.#call("seal", undefined);
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
  #commitHere(rows: readonly Cell[], count: number): (Committed & { ms: number }) | undefined {
    const begun = performance.now();
    const committed = this.#loop.commit(rows);
    if ("failed" in committed) {
      this.#place.made({ ms: Infinity, rows: count });
      return undefined;
    }
    const ms = performance.now() - begun;
    this.#pages += PAGES_A_COMMIT + count * PAGES_A_ROW;
    if (this.#pages > MOVED_PAGES) {
      this.#pages = 0;
      void this.#moveLog();
    }
    return { ...committed, ms };
  }

  /** Seals in this thread; whether it could, as for a commit. */
  #sealHere(): boolean {
    const begun = performance.now();
    try {
      this.#loop.blocks.seal();
      return true;
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
      return false;
    } finally {
      this.#place.stopped(performance.now() - begun);
    }
  }

  /**
   * The worker moves what is much, and then the little that has come meanwhile, for which commits wait. Only a log that
   * has been moved whole begins anew, and to write over it is twice as quick as to let it grow.
   */
  async #moveLog(): Promise<void> {
    // A worker that has died, and a disk that takes nothing, are told by the next commit.
    const move = () => this.#link.call("moveLog", undefined).then(() => {}, () => {});
    await move();
    if (!this.#isHere) return;
    this.#moving = move();
    await this.#moving;
    this.#moving = undefined;
  }

  async #bring(): Promise<void> {
    this.#loop.blocks.take(await this.#link.call("give", undefined));
    this.#isHere = true;
  }

  #sendBack(): void {
    if (!this.#isHere) return;
    this.#isHere = false;
    // A worker that has died tells so by itself.
    this.#link.call("take", this.#loop.blocks.give()).catch(() => {});
  }
}
