/**
 * Reading the SQLite store: questions go to a worker that starts with the first one, each check of the chain to one of
 * its own.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../../core/contract/errors.ts";
import type { Check, EventFilter, OtherRow, Page, RequestFilter, Verdict } from "../../core/contract/history.ts";
import type { DamagedEvent, HistoryEvent } from "../../core/contract/facts.ts";
import type { DamagedRecord, RequestRecord } from "../../core/contract/record.ts";
import type { ChainPage, ChainQuestion, ExportPage, ExportQuestion, Met, ReadingStore } from "../contract/store.ts";
import { given } from "../../tools/mod.ts";
import { closeWorker, WorkerLink } from "./link.ts";
import type { ReaderCalls } from "./reader_worker.ts";
import type { VerifierCalls } from "./verify_worker.ts";

/** Has workers read. */
export class WorkerReader implements ReadingStore {
  readonly #file: string;
  readonly #slice: number;
  readonly #written: SharedArrayBuffer | undefined;
  readonly #onMet: ((met: Met) => void) | undefined;
  readonly #closing = new AbortController();
  #link: WorkerLink<ReaderCalls> | undefined;

  /**
   * @param file The database.
   * @param options.slice How far back one question looks, in numbers of `seq`.
   * @param options.written Where the writer of this process says what it can have written.
   * @param options.onMet Is told what an answer has met that is not as it was written.
   */
  constructor(file: string, options: { slice: number; written?: SharedArrayBuffer; onMet?: (met: Met) => void }) {
    this.#onMet = options.onMet;
    this.#written = options.written;
    this.#file = file;
    this.#slice = options.slice;
  }

  async request(id: number): Promise<RequestRecord | DamagedRecord | undefined> {
    return await this.#read((worker) => worker.call("request", id));
  }

  async other(seq: number): Promise<OtherRow | undefined> {
    return await this.#read((worker) => worker.call("other", seq));
  }

  async requests(
    filter: RequestFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<RequestRecord | DamagedRecord>> {
    const { before, limit } = page;
    return await this.#read((worker) => worker.call("requests", { filter, before, limit, slice: this.#slice }));
  }

  async events(
    filter: EventFilter,
    page: { before?: number; limit: number },
  ): Promise<Page<HistoryEvent | DamagedEvent>> {
    const { before, limit } = page;
    return await this.#read((worker) => worker.call("events", { filter, before, limit, slice: this.#slice }));
  }

  async export(question: ExportQuestion): Promise<ExportPage> {
    return await this.#read((worker) => worker.call("export", { ...question, slice: this.#slice }));
  }

  async chain(question: ChainQuestion): Promise<ChainPage> {
    return await this.#read((worker) => worker.call("chain", question));
  }

  async verify({ kept, from, share, signal, onProgress }: Check): Promise<Verdict> {
    const abandoned = AbortSignal.any([signal, this.#closing.signal]);
    abandoned.throwIfAborted();
    using worker = new WorkerLink<VerifierCalls>(new URL("./verify_worker.ts", import.meta.url), { onDeath: () => {} });
    const end = () => worker[Symbol.dispose]();
    abandoned.addEventListener("abort", end, { once: true });
    try {
      await worker.call("begin", { file: this.#file, ...given({ kept, from, share }) });
      for (;;) {
        const step = await worker.call("next", undefined);
        if ("ok" in step) return step;
        onProgress?.(step);
      }
    } catch (error) {
      abandoned.throwIfAborted();
      throw new PhoneError("RESOURCEUNAVAIL", `The history could not be checked: ${wordsOf(error)}`);
    } finally {
      abandoned.removeEventListener("abort", end);
    }
  }

  refuse(reason: string): void {
    this.#closing.abort(new PhoneError("RESOURCEUNAVAIL", reason));
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#closing.abort(new PhoneError("RESOURCEUNAVAIL", "The history is closed"));
    if (this.#link) await closeWorker(this.#link, signal);
  }

  /** Why a question cannot be answered comes in words, as when the file cannot be read. */
  async #read<Answer>(
    question: (worker: WorkerLink<ReaderCalls>) => Promise<{ answer: Answer; met: Met | undefined }>,
  ): Promise<Answer> {
    try {
      const { answer, met } = await question(this.#worker());
      if (met) this.#onMet?.(met);
      return answer;
    } catch (error) {
      throw new PhoneError("RESOURCEUNAVAIL", wordsOf(error));
    }
  }

  #worker(): WorkerLink<ReaderCalls> {
    this.#closing.signal.throwIfAborted();
    if (this.#link) return this.#link;
    // A reader that dies costs the questions it had; the next one starts another.
    const link = new WorkerLink<ReaderCalls>(new URL("./reader_worker.ts", import.meta.url), {
      onDeath: () => this.#link = undefined,
    });
    link.call("open", { file: this.#file, ...given({ written: this.#written }) }).catch(() => {
      link[Symbol.dispose]();
      this.#link = undefined;
    });
    this.#link = link;
    return link;
  }
}
