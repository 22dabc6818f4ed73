/**
 * A history for testing its audit over HTTP: it gives what a test puts in, and keeps what it was asked.
 *
 * @module
 */
import type {
  Check,
  Checkpoint,
  ExportFilter,
  ExportFormat,
  HistoryAudit,
  Verdict,
} from "../../../server/core/contract/history.ts";

/** A checkpoint. */
export const CHECKPOINT: Checkpoint = {
  historyId: "0".repeat(32),
  block: 7,
  hash: "a".repeat(64),
  at: "2026-01-01T00:00:00.000Z",
};

/** See the module. */
export class RecordingAudit implements HistoryAudit {
  readonly asked: unknown[] = [];
  /** The pieces of the next export; an error is thrown in its place. */
  pieces: (string | Error)[] = [];
  /** How many pieces have been read. */
  read = 0;
  /** How many checkpoints have been made. */
  made = 0;
  /** Called at each piece. */
  onRead: () => void = () => {};
  /** What the next check finds. */
  verdict: (signal: AbortSignal) => Promise<Verdict> = () => Promise.resolve({ ok: true, blocks: 8, records: 20 });

  checkpoint(): Promise<Checkpoint> {
    this.made++;
    return Promise.resolve(CHECKPOINT);
  }

  hasNews(): Promise<boolean> {
    return Promise.resolve(true);
  }

  export(filter: ExportFilter, format: ExportFormat) {
    this.asked.push({ filter, format });
    return Promise.resolve({ upTo: CHECKPOINT, pieces: this.#pieces() });
  }

  async *#pieces(): AsyncGenerator<string, void> {
    for (const piece of this.pieces) {
      this.read++;
      this.onRead();
      if (piece instanceof Error) throw await piece;
      yield piece;
    }
  }

  verify({ signal, ...asked }: Check): Promise<Verdict> {
    this.asked.push(asked);
    return this.verdict(signal);
  }
}
