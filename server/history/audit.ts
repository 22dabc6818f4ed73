/**
 * The history as an auditor takes it: its port, over any store.
 *
 * @module
 */
import type { Checkpoint, HistoryAudit } from "../core/contract/history.ts";
import { timeText } from "../core/contract/time.ts";
import type { ExportQuestion, Store } from "./contract/store.ts";

/** Audits an open store. */
export function auditOf({ opened, blocks, reading }: Store): HistoryAudit {
  const checkpoint = (): Checkpoint => {
    const { block, hash, at } = blocks.head();
    return { historyId: opened.historyId, block, hash, at: timeText(at) };
  };
  async function* pieces(question: Omit<ExportQuestion, "after">): AsyncGenerator<string, void> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const { text, next } = await reading.export({ ...question, after });
      yield text;
      after = next;
    }
  }
  return {
    checkpoint,
    export: (filter, format) => ({
      upTo: checkpoint(),
      pieces: pieces({ filter, format, upTo: blocks.head().lastSeq }),
    }),
    verify: ({ checkpoint: kept, signal }) => reading.verify({ kept: [checkpoint(), ...(kept ? [kept] : [])], signal }),
  };
}
