/**
 * The history as it is asked: its port, over a worker that starts with the first question.
 *
 * @module
 */
import type { HistoryEvent, RequestRecord } from "../../core/contract/record.ts";
import type { EventFilter, HistoryReader, Page, RequestFilter } from "../../core/contract/history.ts";
import { PhoneError, wordsOf } from "../../core/contract/errors.ts";
import type { ExportPage, ExportQuestion } from "../reading/export_page.ts";
import { WorkerLink } from "./link.ts";
import type { ReaderCalls } from "./reader_worker.ts";

/** Asks the reader's worker. */
export class WorkerReader implements HistoryReader {
  readonly #file: string;
  readonly #slice: number;
  #link: WorkerLink<ReaderCalls> | undefined;
  #closed = false;

  /** @param file The database. @param options.slice How far back one question looks, in numbers of `seq`. */
  constructor(file: string, options: { slice: number }) {
    this.#file = file;
    this.#slice = options.slice;
  }

  async request(id: number): Promise<RequestRecord | undefined> {
    return await this.#ask((worker) => worker.call("request", id));
  }

  async requests(filter: RequestFilter, page: { before?: number; limit: number }): Promise<Page<RequestRecord>> {
    const { before, limit } = page;
    return await this.#ask((worker) => worker.call("requests", { filter, before, limit, slice: this.#slice }));
  }

  async events(filter: EventFilter, page: { before?: number; limit: number }): Promise<Page<HistoryEvent>> {
    const { before, limit } = page;
    return await this.#ask((worker) => worker.call("events", { filter, before, limit, slice: this.#slice }));
  }

  /** A page of an export. */
  async export(question: Omit<ExportQuestion, "slice">): Promise<ExportPage> {
    return await this.#ask((worker) => worker.call("export", { ...question, slice: this.#slice }));
  }

  /** Lets the questions that were asked be answered, then ends the worker. `signal` gives up on them. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    if (!link) return;
    const end = () => link[Symbol.dispose]();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    // A worker that has died has nothing to close.
    await link.call("close", undefined).catch(() => {});
    signal.removeEventListener("abort", end);
    end();
  }

  /** A question that cannot be answered is told in words: a row was changed from outside, or the file cannot be read. */
  async #ask<Answer>(question: (worker: WorkerLink<ReaderCalls>) => Promise<Answer>): Promise<Answer> {
    try {
      return await question(this.#worker());
    } catch (error) {
      throw new PhoneError("RESOURCEUNAVAIL", wordsOf(error));
    }
  }

  #worker(): WorkerLink<ReaderCalls> {
    if (this.#closed) throw new Error("The history is closed");
    if (this.#link) return this.#link;
    // A reader that dies costs the questions it had; the next one starts another.
    const link = new WorkerLink<ReaderCalls>(new URL("./reader_worker.ts", import.meta.url), {
      onDeath: () => this.#link = undefined,
    });
    link.call("open", this.#file).catch(() => {
      link[Symbol.dispose]();
      this.#link = undefined;
    });
    this.#link = link;
    return link;
  }
}
