/**
 * The reader: a worker with a connection that can only read, because a scan must stop neither the event loop nor the
 * writer.
 *
 * @module
 */
import { Kysely } from "kysely";
import type { EventFilter, OtherRow, Page, RequestFilter } from "../../core/contract/history.ts";
import type { DamagedEvent, HistoryEvent } from "../../core/contract/facts.ts";
import type { DamagedRecord, RequestRecord } from "../../core/contract/record.ts";
import type { ChainPage, ChainQuestion, ExportPage, Met } from "../contract/store.ts";
import { BlockProof } from "../sqlite/block_proof.ts";
import { ChainPages } from "../sqlite/chain_page.ts";
import { openForReading } from "../sqlite/database.ts";
import { NodeSqliteDialect } from "../sqlite/dialect.ts";
import { readExport, type SlicedExport } from "../sqlite/export_page.ts";
import { readEvents, readOther, readRequest, readRequests, type Slice, type Source } from "../sqlite/questions.ts";
import type { HistoryTables } from "../sqlite/schema.ts";
import { answerCalls } from "./link.ts";

/** An answer, and what it has met that is not as it was written. */
interface Shown<Answer> {
  answer: Answer;
  met: Met | undefined;
}

/** What is open, and what the answer that is under way has met: answers are made one after the other. */
let open: Source & { chain: ChainPages } | undefined;
let met: Met | undefined;

function note(damaged: string | undefined): void {
  met = { damaged: met?.damaged ?? damaged };
}

/** Every question in a transaction: its parts must see the same moment. */
async function snapshot<Answer>(
  read: (source: Source & { chain: ChainPages }) => Promise<Answer>,
): Promise<Shown<Answer>> {
  if (!open) throw new Error("The history's reader was called before it was opened");
  const { db, ...held } = open;
  met = undefined;
  const answer = await db.transaction().setAccessMode("read only").execute((snapshot) =>
    read({ db: snapshot, ...held })
  );
  return { answer, met };
}

const calls = {
  /** Opens the file. */
  open({ file, written }: { file: string; written?: SharedArrayBuffer }): void {
    const raw = openForReading(file);
    const newest = written && new BigInt64Array(written);
    // There is one connection: what the proof and the pages read stands in the transaction too.
    open = {
      db: new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(raw) }),
      proof: new BlockProof(raw, {
        written: newest && (() => Number(Atomics.load(newest, 0))),
        onDamaged: note,
      }),
      chain: new ChainPages(raw, { onDamaged: note }),
    };
  },
  /** One record. */
  request(id: number): Promise<Shown<RequestRecord | DamagedRecord | undefined>> {
    return snapshot((source) => readRequest(source, id));
  },
  /** What a row is that is no acceptance. */
  other(seq: number): Promise<Shown<OtherRow | undefined>> {
    return snapshot((source) => readOther(source, seq));
  },
  /** A page of records. */
  requests(question: { filter: RequestFilter } & Slice): Promise<Shown<Page<RequestRecord | DamagedRecord>>> {
    return snapshot((source) => readRequests(source, question));
  },
  /** A page of facts. */
  events(question: { filter: EventFilter } & Slice): Promise<Shown<Page<HistoryEvent | DamagedEvent>>> {
    return snapshot((source) => readEvents(source, question));
  },
  /** A page of an export. */
  export(question: SlicedExport): Promise<Shown<ExportPage>> {
    return snapshot((source) => readExport(source, question));
  },
  /** A page of an export of the chain. */
  chain(question: ChainQuestion): Promise<Shown<ChainPage>> {
    return snapshot(({ db, chain }) => chain.read(db, question));
  },
  /** Closes the file. */
  async close(): Promise<void> {
    await open?.db.destroy();
  },
};

/** What the reader can be called for. */
export type ReaderCalls = typeof calls;

answerCalls(calls);
