/**
 * The reader: a worker with a connection that can only read, because a scan must stop neither the event loop nor the
 * writer.
 *
 * @module
 */
import { Kysely } from "kysely";
import type { EventFilter, Page, RequestFilter } from "../../core/contract/history.ts";
import type { HistoryEvent } from "../../core/contract/facts.ts";
import type { RequestRecord } from "../../core/contract/record.ts";
import type { ExportPage } from "../contract/store.ts";
import { openForReading } from "../sqlite/database.ts";
import { NodeSqliteDialect } from "../sqlite/dialect.ts";
import { readExport, type SlicedExport } from "../sqlite/export_page.ts";
import { readEvents, readRequest, readRequests, type Slice } from "../sqlite/questions.ts";
import type { HistoryTables } from "../sqlite/schema.ts";
import { answerCalls } from "./link.ts";

let open: Kysely<HistoryTables> | undefined;

/** Every question in a transaction: its parts must see the same moment. */
async function snapshot<Answer>(read: (db: Kysely<HistoryTables>) => Promise<Answer>): Promise<Answer> {
  if (!open) throw new Error("The history's reader was called before it was opened");
  return await open.transaction().setAccessMode("read only").execute(read);
}

const calls = {
  /** Opens the file. */
  open(file: string): void {
    open = new Kysely<HistoryTables>({ dialect: new NodeSqliteDialect(openForReading(file)) });
  },
  /** One record. */
  request(id: number): Promise<RequestRecord | undefined> {
    return snapshot((db) => readRequest(db, id));
  },
  /** A page of records. */
  requests(question: { filter: RequestFilter } & Slice): Promise<Page<RequestRecord>> {
    return snapshot((db) => readRequests(db, question));
  },
  /** A page of facts. */
  events(question: { filter: EventFilter } & Slice): Promise<Page<HistoryEvent>> {
    return snapshot((db) => readEvents(db, question));
  },
  /** A page of an export. */
  export(question: SlicedExport): Promise<ExportPage> {
    return snapshot((db) => readExport(db, question));
  },
  /** Closes the file. */
  async close(): Promise<void> {
    await open?.destroy();
  },
};

/** What the reader can be called for. */
export type ReaderCalls = typeof calls;

answerCalls(calls);
