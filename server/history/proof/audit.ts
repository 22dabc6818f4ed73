/**
 * The history as an auditor takes it: its port, over the reader and over a worker for each check of the chain.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../../core/contract/errors.ts";
import type {
  Checkpoint,
  ExportFilter,
  ExportFormat,
  HistoryAudit,
  KeptCheckpoint,
  Verdict,
} from "../../core/contract/history.ts";
import type { Head } from "../sqlite/block_writer.ts";
import { EXPORT_LINES } from "../reading/export_lines.ts";
import { WorkerLink } from "../worker/link.ts";
import type { WorkerReader } from "../worker/reader.ts";
import type { VerifierCalls } from "../worker/verify_worker.ts";

/** What an audit is made of. */
export interface AuditOptions {
  /** The database. */
  file: string;
  historyId: string;
  /** The newest block. */
  head: () => Head;
  reader: WorkerReader;
}

/** Audits an open history. */
export class WorkerAudit implements HistoryAudit {
  readonly #options: AuditOptions;
  readonly #closing = new AbortController();

  /** @param options What it is made of. */
  constructor(options: AuditOptions) {
    this.#options = options;
  }

  checkpoint(): Checkpoint {
    const { block, hash, at } = this.#options.head();
    return { historyId: this.#options.historyId, block, hash, at: new Date(at).toISOString() };
  }

  export(filter: ExportFilter, format: ExportFormat): { upTo: Checkpoint; pieces: AsyncIterator<string, void> } {
    const { lastSeq } = this.#options.head();
    return { upTo: this.checkpoint(), pieces: this.#pieces({ filter, format, upTo: lastSeq }) };
  }

  async *#pieces(
    question: { filter: ExportFilter; format: ExportFormat; upTo: number },
  ): AsyncGenerator<string, void> {
    let head = EXPORT_LINES[question.format].head;
    for (let after: number | undefined = 0; after !== undefined;) {
      const { text, next } = await this.#options.reader.export({ ...question, after });
      yield head + text;
      head = "";
      after = next;
    }
  }

  async verify({ checkpoint, signal }: { checkpoint?: KeptCheckpoint; signal: AbortSignal }): Promise<Verdict> {
    const abandoned = AbortSignal.any([signal, this.#closing.signal]);
    abandoned.throwIfAborted();
    const kept = [this.checkpoint(), ...(checkpoint ? [checkpoint] : [])];
    using worker = new WorkerLink<VerifierCalls>(new URL("../worker/verify_worker.ts", import.meta.url), {
      onDeath: () => {},
    });
    const end = () => worker[Symbol.dispose]();
    abandoned.addEventListener("abort", end, { once: true });
    try {
      return await worker.call("verify", { file: this.#options.file, kept });
    } catch (error) {
      abandoned.throwIfAborted();
      throw new PhoneError("RESOURCEUNAVAIL", `The history could not be checked: ${wordsOf(error)}`);
    } finally {
      abandoned.removeEventListener("abort", end);
    }
  }

  /** Gives up every check that is under way. */
  close(): void {
    this.#closing.abort(new PhoneError("RESOURCEUNAVAIL", "The history is closed"));
  }
}
