/**
 * Calls, once their transport has read them: what is done with them whichever it was.
 *
 * @module
 */
import { hasScope, requireValid, seesOf, type Token, type Tokens } from "../access/mod.ts";
import type { StartedApplication } from "../core/contract/application.ts";
import type { HistoryReader, OtherRow } from "../core/contract/history.ts";
import type { OperationName, OperationParameters } from "../core/contract/operations.ts";
import type { Completed, DamagedRecord, RequestRecord } from "../core/contract/record.ts";
import type { AcceptedRequest, Applications, OpenApplication } from "../core/mod.ts";
import { Refusal } from "./refusals/refusal.ts";

/**
 * Begins an application for a token: it sees the phones of the token.
 *
 * @throws {Denial} `unauthorized` if the token has been revoked since the call was admitted: the application would
 * outlive the revocation.
 * @throws {PhoneError} As `Applications.initialize`.
 */
export async function beginApplication(
  { applications, tokens }: { applications: Applications; tokens: Tokens },
  { token, address, asked: { name, ...lease } }: {
    token: Token;
    address: string;
    asked: { name: string; leaseSeconds?: number };
  },
): Promise<OpenApplication> {
  requireValid(token, tokens);
  return await applications.initialize(name, { token: token.id, address, sees: seesOf(token), ...lease });
}

/** Tells who has begun an application what there is. */
export function startedApplication(
  { id, leaseSeconds }: OpenApplication,
  { token, ports: { applications } }: { token: Token; ports: { applications: Applications } },
): StartedApplication {
  return { application: id, leaseSeconds, phoneCount: applications.phoneCount(seesOf(token)) };
}

/** A request as it is called: what the core is given besides the operation. */
export interface CalledRequest {
  /** What the operation is given. */
  params: OperationParameters[OperationName];
  /** The application's own word for the request. */
  reference?: string;
  /** Milliseconds. */
  deadlineMs?: number;
}

/** Tells the parameters of an operation, fitted to its shape, from what every operation has. */
export function calledRequest(
  { reference, deadlineMs, ...params }: { reference?: string; deadlineMs?: number },
): CalledRequest {
  return {
    // The types are right, the values are not known to be: the core checks them, whatever the transport.
    params: params as OperationParameters[OperationName],
    ...(reference !== undefined && { reference }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** What is left of a record for whoever wants no more than how the request ended. */
const SHORT: ReadonlySet<string> = new Set<keyof Completed | "damaged">([
  "requestId",
  "state",
  "outcome",
  "result",
  "damaged",
]);

/**
 * How an accepted request ended, in short, once that is on disk; of one that is damaged with what shows it. undefined
 * if the history, which alone has it when its key is used again later, does not know it either.
 */
export async function completedRequest(
  { requestId, completed }: Pick<AcceptedRequest, "requestId" | "completed">,
  reader: HistoryReader,
): Promise<Completed | DamagedRecord | undefined> {
  const told = await completed;
  if (told !== undefined) return told;
  const record = await reader.request(requestId);
  // The core forgets no request before it is completed.
  return record && Object.fromEntries(Object.entries(record).filter(([name]) => SHORT.has(name))) as unknown as
    | Completed
    | DamagedRecord;
}

/** Who knows records: the disk, and the core of those that are open. */
interface RecordPorts {
  readonly applications: Applications;
  readonly reader: HistoryReader;
}

/**
 * A record as of now; of one that is damaged only the disk can tell. One that is open on disk and unknown to the core was completed between the two looks: a state
 * never goes back.
 */
export async function latestRecord(
  record: RequestRecord | DamagedRecord,
  { applications, reader }: RecordPorts,
): Promise<RequestRecord | DamagedRecord> {
  if ("damaged" in record) return record;
  const current = applications.current(record);
  return current.state === "accepted" ? await reader.request(record.requestId) ?? current : current;
}

/**
 * Reads the record of a request.
 *
 * @throws {Refusal} `not-found`, also for one that the token may not read.
 */
export async function readRecord(
  id: number,
  { token, ports }: { token: Token; ports: RecordPorts },
): Promise<RequestRecord | DamagedRecord> {
  const record = Number.isSafeInteger(id) && id > 0 ? await ports.reader.request(id) : undefined;
  if (record && mayRead(record, token)) return await latestRecord(record, ports);
  const seesAll = hasScope(token, "history:read") && token.phones === null;
  if (!seesAll) throw new Refusal("not-found", "No request of this token has that id");
  // Where there is a record by now, it was accepted between the two looks.
  const other = record === undefined && Number.isSafeInteger(id) && id > 0 ? await ports.reader.other(id) : undefined;
  const what = other === undefined ? "nor has a row of the history" : `it is the row of ${wordsOfRow(other)}`;
  throw new Refusal("not-found", `No request has that id: ${what}`);
}

/** What a row is, in words. */
function wordsOfRow(row: OtherRow): string {
  const damaged = row.damaged === undefined ? "" : ", which is not as it was written";
  switch (row.kind) {
    case "completed":
      return `the completion of request ${row.request}${damaged}`;
    case "withdrawn":
      return `the withdrawal of the reply of request ${row.request}${damaged}`;
    case "fact":
      return `the fact ${row.type ?? "of a kind that cannot be read"}, one of the events of the history${damaged}`;
  }
}

/** Whether a token may read a record: its own, or anybody's with `history:read`, as far as it may see the phone. */
function mayRead({ token: asked, phone }: RequestRecord | DamagedRecord, token: Token): boolean {
  const isOfIts = asked === token.id || hasScope(token, "history:read");
  // A phone that cannot be read is none that a limited token may see.
  return isOfIts && (phone === undefined ? token.phones === null : seesOf(token)(phone));
}
