/**
 * The questions that the history answers, each over a bounded slice: without that, a question for something rare would
 * read the whole file while all others wait.
 *
 * @module
 */
import { type Expression, type Kysely, sql, type SqlBool } from "kysely";
import type { AnyFact, DamagedEvent, HistoryEvent } from "../../core/contract/facts.ts";
import type { DamagedRecord, RequestRecord } from "../../core/contract/record.ts";
import type { EventFilter, OtherRow, Page, RequestFilter } from "../../core/contract/history.ts";
import { toEvent, toRecord, withDamage } from "../reading/mod.ts";
import type { BlockProof, RowPlace } from "./block_proof.ts";
import type { HistoryTables } from "./schema.ts";

/** What questions are asked of: the tables, and what holds their rows against their blocks, over one connection. */
export interface Source {
  readonly db: Kysely<HistoryTables>;
  readonly proof: BlockProof;
}

/** Where a page ends before its limit: many wait for pages at once, and some do not read them. */
const PAGE_BYTES = 1_048_576;

/**
 * Which part of the answer: older than `before`, at most `limit`, looking back over at most `slice` numbers of `seq`.
 */
export interface Slice {
  /** Exclusive; undefined for the newest. */
  before: number | undefined;
  limit: number;
  slice: number;
}

/** The newest `seq` of a table below `before`. */
async function newest(
  { db }: Source,
  of: { table: "accepted" | "fact"; before: number },
): Promise<number | undefined> {
  const row = await db.selectFrom(of.table).select("seq").where("seq", "<", of.before).where("seq", ">", 0)
    .orderBy("seq", "desc").limit(1).executeTakeFirst();
  return row?.seq;
}

/** One page: where the slice begins and ends, and whether anything is left behind it. */
async function page<Item>(
  source: Source,
  options: Slice & {
    table: "accepted" | "fact";
    read: (bounds: { from: number; to: number; limit: number }) => Promise<{ seq: number; item: Item }[]>;
  },
): Promise<Page<Item>> {
  const { table, before = Number.MAX_SAFE_INTEGER, limit, slice, read } = options;
  const to = await newest(source, { table, before });
  if (to === undefined) return { items: [], next: undefined };
  const from = Math.max(to - slice + 1, 1);
  const found = await read({ from, to, limit });
  const rows = found.slice(0, fitting(found));
  const last = found.length < limit && rows.length === found.length ? from : rows.at(-1)?.seq ?? from;
  const older = await newest(source, { table, before: last });
  return { items: rows.map((row) => row.item), next: older === undefined ? undefined : older + 1 };
}

/** How many of the first fit a page: one at least. */
function fitting(rows: readonly { item: unknown }[]): number {
  let bytes = 0;
  const beyond = rows.findIndex(({ item }) => (bytes += JSON.stringify(item).length) > PAGE_BYTES);
  return beyond === -1 ? rows.length : Math.max(beyond, 1);
}

/** Every request with what became of it, as far as rows up to `upTo` say. */
export function requests(db: Kysely<HistoryTables>, { upTo = Number.MAX_SAFE_INTEGER } = {}) {
  return db.selectFrom("accepted")
    .leftJoin(
      "completed",
      (join) => join.onRef("completed.request", "=", "accepted.seq").on("completed.seq", "<=", upTo),
    )
    .leftJoin(
      "withdrawn",
      (join) => join.onRef("withdrawn.request", "=", "accepted.seq").on("withdrawn.seq", "<=", upTo),
    )
    .selectAll("accepted")
    .select([
      "completed.seq as completed",
      "completed.at as completed_at",
      "completed.dispatched_at",
      "completed.outcome",
      "completed.result",
      "completed.cause",
      "completed.message",
      "completed.reply",
      "completed.took_us",
      "withdrawn.seq as withdrawn",
    ]);
}

/** Whether a row is of a phone that one of the globs names; a row of no phone is not. */
export function ofPhones(column: "accepted.phone" | "fact.phone", globs: readonly string[]): Expression<SqlBool> {
  const matches = globs.map((glob) => sql`${sql.ref(column)} glob ${glob}`);
  return sql<SqlBool>`(${matches.length > 0 ? sql.join(matches, sql` or `) : sql`false`})`;
}

/** What requests gives, as far as it matters to what holds it against its blocks. */
type RequestRow = Awaited<ReturnType<ReturnType<typeof requests>["execute"]>>[number];

/** Records from their joined rows, held against their blocks. @param options.upTo As {@linkcode requests} had it. */
export function heldRecords(
  rows: readonly RequestRow[],
  { proof, upTo }: { proof: BlockProof; upTo?: number },
): (RequestRecord | DamagedRecord)[] {
  const places = rows.map(({ seq, completed, withdrawn }): RowPlace[] => [
    { kind: "accepted", seq },
    ...(completed === null ? [] : [{ kind: "completed" as const, seq: completed, request: seq }]),
    ...(withdrawn === null ? [] : [{ kind: "withdrawn" as const, seq: withdrawn, request: seq }]),
  ]);
  const damaged = proof.damaged(places.flat());
  const open = rows.filter(({ completed }) => completed === null).map(({ seq }) => seq);
  const uncompleted = proof.uncompleted(open, { upTo });
  return rows.map((row, nth) => {
    const [found] = (places[nth] ?? []).flatMap((place) => damaged.get(place) ?? []);
    return withDamage(toRecord(row), found ?? uncompleted.get(row.seq));
  });
}

/** Facts, held against their blocks. */
export function heldEvents<Event extends HistoryEvent | DamagedEvent>(
  events: readonly Event[],
  { proof }: { proof: BlockProof },
): Event[] {
  const places = events.map(({ seq }): RowPlace => ({ kind: "fact", seq }));
  const damaged = proof.damaged(places);
  return events.map((event, nth) => {
    const place = places[nth];
    return withDamage(event, place && damaged.get(place));
  });
}

/** One record; undefined if no request has that id. */
export async function readRequest(
  { db, proof }: Source,
  id: number,
): Promise<RequestRecord | DamagedRecord | undefined> {
  return heldRecords(await requests(db).where("accepted.seq", "=", id).execute(), { proof })[0];
}

/** What stands in a row that is no acceptance; undefined if there is no such row. */
export async function readOther({ db, proof }: Source, seq: number): Promise<OtherRow | undefined> {
  for (const kind of ["completed", "withdrawn"] as const) {
    const row = await db.selectFrom(kind).select("request").where("seq", "=", seq).executeTakeFirst();
    if (row === undefined) continue;
    const place: RowPlace = { kind, seq };
    return withDamage<OtherRow>({ kind, request: Number(row.request) }, proof.damaged([place]).get(place));
  }
  const fact = await db.selectFrom("fact").selectAll().where("seq", "=", seq).executeTakeFirst();
  const [event] = heldEvents(fact ? [toEvent(fact)] : [], { proof });
  if (event === undefined) return undefined;
  return withDamage<OtherRow>({ kind: "fact", type: event.type }, "damaged" in event ? event.damaged : undefined);
}

/** One page of the requests that match every filter, newest first. */
export function readRequests(
  source: Source,
  question: { filter: RequestFilter } & Slice,
): Promise<Page<RequestRecord | DamagedRecord>> {
  const { filter, ...slice } = question;
  return page(source, {
    ...slice,
    table: "accepted",
    async read({ from, to, limit }) {
      let query = requests(source.db).where("accepted.seq", ">=", from).where("accepted.seq", "<=", to);
      for (const column of ["phone", "plugin", "application", "operation", "token", "reference"] as const) {
        const value = filter[column];
        if (value !== undefined) query = query.where(`accepted.${column}`, "=", value);
      }
      if (filter.from !== undefined) query = query.where("accepted.at", ">=", filter.from);
      if (filter.to !== undefined) query = query.where("accepted.at", "<", filter.to);
      if (filter.outcome !== undefined) query = query.where("completed.outcome", "=", filter.outcome);
      if (filter.state !== undefined) {
        query = query.where("completed.seq", filter.state === "completed" ? "is not" : "is", null);
      }
      if (filter.phones !== undefined) query = query.where(ofPhones("accepted.phone", filter.phones));
      const rows = await query.orderBy("accepted.seq", "desc").limit(limit).execute();
      return heldRecords(rows, source).map((item) => ({ seq: item.requestId, item }));
    },
  });
}

/** One page of the facts, newest first. */
export function readEvents(
  source: Source,
  question: { filter: EventFilter } & Slice,
): Promise<Page<HistoryEvent | DamagedEvent>> {
  const { filter, ...slice } = question;
  const who = [filter.token, filter.subject].filter((id) => id !== undefined);
  return page(source, {
    ...slice,
    table: "fact",
    async read({ from, to, limit }) {
      let query = source.db.selectFrom("fact").selectAll().where("seq", ">=", from).where("seq", "<=", to);
      if (filter.type !== undefined) query = query.where("type", "=", filter.type);
      if (filter.phone !== undefined) query = query.where("phone", "=", filter.phone);
      if (filter.application !== undefined) query = query.where("application", "=", filter.application);
      if (filter.phones !== undefined) query = query.where(ofPhones("fact.phone", filter.phones));
      // Older rows tell who acted in other fields: what may fit is told from what does in the terms of today.
      for (const id of who) query = query.where(sql<SqlBool>`(token = ${id} or instr(detail, ${id}) > 0)`);
      if (who.length === 0) query = query.limit(limit);
      const rows = await query.orderBy("seq", "desc").execute();
      const events = rows.map(toEvent).filter((event) => isOf(event, filter)).slice(0, limit);
      return heldEvents(events, source).map((item) => ({ seq: item.seq, item }));
    },
  });
}

/** Whether a fact is of who acted, and of whom it befell. */
function isOf({ token: actor, detail }: Pick<AnyFact, "token" | "detail">, { token, subject }: EventFilter): boolean {
  if (token !== undefined && actor !== token) return false;
  return subject === undefined || (detail as { subject?: unknown } | undefined)?.subject === subject;
}
