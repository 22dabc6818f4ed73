/**
 * The history as an auditor takes it: its port, over any store.
 *
 * @module
 */
import { PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { Checkpoint, ExportFilter, ExportFormat, HistoryAudit } from "../core/contract/history.ts";
import { timeText } from "../core/contract/time.ts";
import { unlessAborted } from "../tools/mod.ts";
import type { ChainPlace, ExportQuestion, Head, ReadingStore, Store } from "./contract/store.ts";
import { chainLine, opening } from "./reading/mod.ts";

/** What is exported, and up to where. */
export interface Exported {
  readonly filter: ExportFilter;
  readonly format: ExportFormat;
  readonly upTo: Checkpoint;
  /** The last row of the block that it goes up to. */
  readonly lastSeq: number;
  /** The row behind which lines begin; with the first one if left out. */
  readonly after?: number;
}

/** An export, page by page: each is read when it is asked for. */
export function exportPieces(
  reading: Pick<ReadingStore, "export" | "chain">,
  { filter, format, upTo, lastSeq, after }: Exported,
): AsyncGenerator<string, void> {
  return format === "chain"
    ? chainPieces(reading, { filter, upTo, lastSeq })
    : linePieces(reading, { filter, format, upTo: lastSeq, after });
}

async function* chainPieces(
  reading: Pick<ReadingStore, "chain">,
  { filter, upTo, lastSeq }: Omit<Exported, "format">,
): AsyncGenerator<string, void> {
  let head = chainLine(opening(upTo, filter));
  for (let at: ChainPlace | undefined = { block: 0, seq: 0 }; at !== undefined;) {
    const { text, next } = await reading.chain({ filter, at, upTo: upTo.block, lastSeq });
    yield head + text;
    head = "";
    at = next;
  }
}

async function* linePieces(
  reading: Pick<ReadingStore, "export">,
  { after: first = 0, ...question }: Omit<ExportQuestion, "after"> & { after: number | undefined },
): AsyncGenerator<string, void> {
  for (let after: number | undefined = first; after !== undefined;) {
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
    hasNews: ({ block }) => blocks.hasNews(block),
    async export(filter, format) {
      const head = await newest();
      const upTo = checkpointAt(head, historyId);
      return { upTo, pieces: exportPieces(reading, { filter, format, upTo, lastSeq: head.lastSeq }) };
    },
    async verify({ kept = [], ...check }) {
      const own = checkpointAt(await unlessAborted(newest(), check.signal), historyId);
      return await reading.verify({ ...check, kept: [own, ...kept] });
    },
  };
}
