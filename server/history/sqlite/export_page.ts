/**
 * An export, page by page: requests and other facts in the one order of their `seq`, as they stood at a block.
 *
 * @module
 */
import type { ExportPage, ExportQuestion } from "../contract/store.ts";
import { EXPORT_LINES, type ExportEntry, toEvent } from "../reading/mod.ts";
import { heldEvents, heldRecords, ofPhones, requests, type Source } from "./questions.ts";

/** Where a page ends: a client that does not read holds one or two of them. */
const PAGE_CHARACTERS = 65_536;
const PAGE_ROWS = 128;

/** An export as it is read here. */
export interface SlicedExport extends ExportQuestion {
  /** How many numbers of `seq` a page looks at, at most. */
  slice: number;
}

/** The question, and the last `seq` that this page looks at. */
type Bounds = SlicedExport & { to: number };

function requestRows({ db }: Source, { filter, after, upTo, to }: Bounds) {
  let query = requests(db, { upTo }).where("accepted.seq", ">", after).where("accepted.seq", "<=", to);
  if (filter.phone !== undefined) query = query.where("accepted.phone", "=", filter.phone);
  if (filter.phones !== undefined) query = query.where(ofPhones("accepted.phone", filter.phones));
  if (filter.from !== undefined) query = query.where("accepted.at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("accepted.at", "<", filter.to);
  return query.orderBy("accepted.seq").limit(PAGE_ROWS).execute();
}

function factRows({ db }: Source, { filter, after, to }: Bounds) {
  let query = db.selectFrom("fact").selectAll().where("seq", ">", after).where("seq", "<=", to);
  if (filter.phone !== undefined) query = query.where("phone", "=", filter.phone);
  if (filter.phones !== undefined) query = query.where(ofPhones("fact.phone", filter.phones));
  if (filter.from !== undefined) query = query.where("at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("at", "<", filter.to);
  return query.orderBy("seq").limit(PAGE_ROWS).execute();
}

/** The next entries in the order of `seq`, a page of them at most. */
async function entriesOf(source: Source, bounds: Bounds): Promise<{ seq: number; entry: ExportEntry }[]> {
  const [accepted, facts] = [await requestRows(source, bounds), await factRows(source, bounds)];
  // Either table may have more behind its last row, so only as many as one of them gave are known to be the next ones.
  const beyond = [...accepted, ...facts].map(({ seq }) => seq).sort((one, other) => one - other)[PAGE_ROWS] ?? Infinity;
  const next = <Row extends { seq: number }>(rows: readonly Row[]) => rows.filter(({ seq }) => seq < beyond);
  const { proof } = source;
  const records = heldRecords(next(accepted), { proof, upTo: bounds.upTo });
  const events = heldEvents(next(facts).map(toEvent), { proof });
  return [
    ...records.map((record) => ({ seq: record.requestId, entry: { kind: "request" as const, ...record } })),
    ...events.map((event) => ({ seq: event.seq, entry: { kind: "event" as const, ...event } })),
  ].sort((one, other) => one.seq - other.seq);
}

/** One page: lines until it is full, or the slice is at its end. */
export async function readExport(source: Source, question: SlicedExport): Promise<ExportPage> {
  const { after, upTo, slice, format } = question;
  const { head, line } = EXPORT_LINES[format];
  const bounds = { ...question, to: Math.min(after + slice, upTo) };
  const entries = await entriesOf(source, bounds);
  let text = after === 0 ? head : "";
  for (const { seq, entry } of entries) {
    text += line(entry);
    if (text.length >= PAGE_CHARACTERS) return { text, next: seq < upTo ? seq : undefined };
  }
  const last = entries.length < PAGE_ROWS ? bounds.to : entries.at(-1)?.seq ?? bounds.to;
  return { text, next: last < upTo ? last : undefined };
}
