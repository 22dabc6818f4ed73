/**
 * Holds a history against what was acknowledged.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { verifyChain } from "../../server/history/sqlite/verify.ts";
import type { Book } from "./book.ts";

/** What an audit found. */
export interface Audit {
  /** Every broken promise, in words. */
  faults: string[];
  /** How many requests are on disk. */
  requests: number;
  /** How many of them a restart had to complete. */
  lost: number;
}

interface RequestRow {
  seq: number;
  operation: string;
  params: string;
  reference: string;
  handle: string;
  outcome: string | null;
  result: number | null;
  cause: string | null;
}

/** The most faults that are told: the first ones are enough. */
const MOST_FAULTS = 10;

/**
 * Audits the database of a data folder whose server has completed what an earlier one left open, and has not been asked for anything since.
 */
export function audit(data: string, book: Book): Audit {
  using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
  const requests = new Map(
    (database.prepare(
      `select accepted.seq, operation, params, reference, handle, outcome, result, cause
       from accepted left join completed on completed.request = accepted.seq`,
    ).all() as unknown as RequestRow[]).map((row) => [row.seq, row]),
  );
  const faults = [
    ...integrity(database),
    ...[...requests.values()].filter(({ outcome }) => outcome === null).map(({ seq }) =>
      `request ${seq} has no outcome`
    ),
    ...missingRequests(requests, book),
    ...changedEnds(requests, book),
    ...lostInClose(requests, book),
    ...missingFacts(database, book),
  ];
  const lost = [...requests.values()].filter(({ cause }) => cause === "serverRestart").length;
  return { faults: faults.slice(0, MOST_FAULTS), requests: requests.size, lost };
}

/** The acknowledged requests of which a database of any state knows nothing. */
export function forgotten(data: string, book: Book): number[] {
  using database = new DatabaseSync(`${data}/history.db`);
  const known = new Set(database.prepare("select seq from accepted").all().map(({ seq }) => Number(seq)));
  return [...book.requests.keys()].filter((id) => !known.has(id));
}

function integrity(database: DatabaseSync): string[] {
  const check = database.prepare("pragma integrity_check").all().map((row) => String(Object.values(row)[0]));
  const { ok, firstBad } = verifyChain(database);
  const [{ twice, strays } = { twice: NaN, strays: NaN }] = database.prepare(
    `select (select count(*) - count(distinct request) from completed) as twice,
            (select count(*) from completed where request not in (select seq from accepted)) as strays`,
  ).all() as { twice: number; strays: number }[];
  return [
    ...check.join() === "ok" ? [] : [`integrity check: ${check.join("; ")}`],
    ...ok ? [] : [`the chain is broken: ${JSON.stringify(firstBad)}`],
    ...twice === 0 ? [] : [`${twice} requests have two outcomes`],
    ...strays === 0 ? [] : [`${strays} outcomes belong to no request`],
  ];
}

function missingRequests(rows: Map<number, RequestRow>, book: Book): string[] {
  return [...book.requests.values()].flatMap(({ requestId, operation, params, reference, handle }) => {
    const row = rows.get(requestId);
    if (!row) return [`request ${requestId} was acknowledged and is not there`];
    const asked = JSON.stringify([operation, reference, handle, sorted(params)]);
    const kept = JSON.stringify([row.operation, row.reference, row.handle, sorted(JSON.parse(row.params))]);
    return asked === kept ? [] : [`request ${requestId} was ${asked} and is ${kept}`];
  });
}

function changedEnds(rows: Map<number, RequestRow>, book: Book): string[] {
  return book.ends.flatMap(({ requestId, outcome, result }) => {
    const row = rows.get(requestId);
    const same = row?.outcome === outcome && row.result === result;
    return same ? [] : [`request ${requestId} was told to have ${outcome} (${result}) and has ${JSON.stringify(row)}`];
  });
}

/** A close that was the phone's last completed everything before it answered (invariant 4): nothing was left for the restart. */
function lostInClose(rows: Map<number, RequestRow>, book: Book): string[] {
  const closed = new Set(book.facts.filter(({ lastHandle }) => lastHandle).map(({ id }) => id));
  return [...rows.values()].filter(({ handle, cause }) => cause === "serverRestart" && closed.has(handle))
    .map(({ seq, handle }) => `request ${seq} was lost although the close of its handle ${handle} was answered`);
}

function missingFacts(database: DatabaseSync, book: Book): string[] {
  const known = new Set(
    database.prepare("select type, application, handle from fact").all().map(({ type, application, handle }) =>
      `${type} ${handle ?? application}`
    ),
  );
  return book.facts.map(({ type, id }) => `${type} ${id}`).filter((fact) => !known.has(fact))
    .map((fact) => `${fact} was acknowledged and is not there`);
}

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([one], [other]) => one < other ? -1 : 1);
}
