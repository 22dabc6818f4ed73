/**
 * The history as an auditor takes it: its port, over any store.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { Checkpoint, HistoryAudit } from "../core/contract/history.ts";
import { timeText } from "../core/contract/time.ts";
import { unlessAborted } from "../tools/mod.ts";
import type { ExportQuestion, Head, ReadingStore, Store } from "./contract/store.ts";

/** An export, page by page: each is read when it is asked for. */
export async function* exportPieces(
  reading: Pick<ReadingStore, "export">,
  question: Omit<ExportQuestion, "after">,
): AsyncGenerator<string, void> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const { text, next } = await reading.export({ ...question, after });
    yield text;
    after = next;
  }
}

/** A block as a checkpoint. */
export function checkpointAt({ block, hash, at }: Head, historyId: string): Checkpoint {
  return { historyId, block, hash, at: timeText(at) };
}

/** Audits an open store. */
export function auditOf({ opened, blocks, reading }: Store): HistoryAudit {
  const { historyId } = opened;
  const newest = async (): Promise<Head> => {
    try {
      return await blocks.seal();
    } catch (error) {
      throw new PhoneError("RESOURCEUNAVAIL", wordsOf(error));
    }
  };
  return {
    checkpoint: async () => checkpointAt(await newest(), historyId),
    async export(filter, format) {
      const head = await newest();
      const pieces = exportPieces(reading, { filter, format, upTo: head.lastSeq });
      return { upTo: checkpointAt(head, historyId), pieces };
    },
    async verify({ checkpoint, signal }) {
      const own = checkpointAt(await unlessAborted(newest(), signal), historyId);
      return await reading.verify({ kept: [own, ...(checkpoint ? [checkpoint] : [])], signal });
    },
  };
}
