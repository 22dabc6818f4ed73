/**
 * An export, page by page: requests and other facts in the one order of their `seq`, as they stood at a block.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { ExportPage, ExportQuestion } from "../contract/store.ts";
import { EXPORT_LINES, type ExportEntry, toEvent, toRecord } from "../reading/mod.ts";
import { ofPhones, requests } from "./questions.ts";
import type { HistoryTables } from "./schema.ts";

/** Where a page ends: a client that does not read holds one or two of them. */
const PAGE_CHARACTERS = 65_536;
const PAGE_ROWS = 128;

/** An export as it is read here. */
export interface SlicedExport extends ExportQuestion {
  /** How many numbers of `seq` a page looks at, at most. */
  slice: number;
}

interface Entry {
  seq: number;
  entry: ExportEntry;
}

/** The question, and the last `seq` that this page looks at. */
type Bounds = SlicedExport & { to: number };

async function requestEntries(
  db: Kysely<HistoryTables>,
  { filter, after, upTo, to }: Bounds,
): Promise<Entry[]> {
  let query = requests(db, { upTo }).where("accepted.seq", ">", after).where("accepted.seq", "<=", to);
  if (filter.phone !== undefined) query = query.where("accepted.phone", "=", filter.phone);
  if (filter.phones !== undefined) query = query.where(ofPhones("accepted.phone", filter.phones));
  if (filter.from !== undefined) query = query.where("accepted.at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("accepted.at", "<", filter.to);
  const rows = await query.orderBy("accepted.seq").limit(PAGE_ROWS).execute();
  return rows.map((row) => ({ seq: row.seq, entry: { kind: "request", ...toRecord(row) } }));
}

async function factEntries(db: Kysely<HistoryTables>, { filter, after, to }: Bounds): Promise<Entry[]> {
  let query = db.selectFrom("fact").selectAll().where("seq", ">", after).where("seq", "<=", to);
  if (filter.phone !== undefined) query = query.where("phone", "=", filter.phone);
  if (filter.phones !== undefined) query = query.where(ofPhones("fact.phone", filter.phones));
  if (filter.from !== undefined) query = query.where("at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("at", "<", filter.to);
  const rows = await query.orderBy("seq").limit(PAGE_ROWS).execute();
  return rows.map((row) => ({ seq: row.seq, entry: { kind: "event", ...toEvent(row) } }));
}

/** One page: lines until it is full, or the slice is at its end. */
export async function readExport(db: Kysely<HistoryTables>, question: SlicedExport): Promise<ExportPage> {
  const { after, upTo, slice, format } = question;
  const { head, line } = EXPORT_LINES[format];
  const bounds = { ...question, to: Math.min(after + slice, upTo) };
  const found = [...await requestEntries(db, bounds), ...await factEntries(db, bounds)];
  // Either table may have more behind its last row, so only as many as one of them gave are known to be the next ones.
  const entries = found.sort((one, other) => one.seq - other.seq).slice(0, PAGE_ROWS);
  let text = after === 0 ? head : "";
  for (const { seq, entry } of entries) {
    text += line(entry);
    if (text.length >= PAGE_CHARACTERS) return { text, next: seq < upTo ? seq : undefined };
  }
  const last = entries.length < PAGE_ROWS ? bounds.to : entries.at(-1)?.seq ?? bounds.to;
  return { text, next: last < upTo ? last : undefined };
}
