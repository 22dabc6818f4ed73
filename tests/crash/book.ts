/**
 * The book of what a server acknowledged: everything in it must be found again, whatever becomes of the server.
 *
 * @module
 */
import type { OperationName } from "../../server/core/contract/operations.ts";
import type { Outcome, RequestRecord } from "../../server/core/contract/record.ts";

/** A request whose acceptance was answered. */
export interface AcknowledgedRequest {
  /** When the answer was there, wall milliseconds, at the latest. */
  at: number;
  requestId: number;
  handle: string;
  operation: OperationName;
  params: object;
  reference: string;
}

/** An end that was told, by `Prefer: wait` or `PHONE_REPLY`. */
export type ToldEnd = Pick<RequestRecord, "requestId" | "outcome" | "result"> & { at: number; outcome: Outcome };

/** Another fact that was answered. */
export interface AcknowledgedFact {
  at: number;
  type: "applicationStarted" | "applicationEnded" | "handleOpened" | "handleClosed";
  /** The application or the handle. */
  id: string;
  /** Whether it closed the phone too. */
  lastHandle?: boolean;
}

/** See the module. */
export class Book {
  /** Accepted requests by id. */
  readonly requests = new Map<number, AcknowledgedRequest>();
  /** Told ends; one may have been told twice. */
  readonly ends: ToldEnd[] = [];
  /** Facts in the order of their answers. */
  readonly facts: AcknowledgedFact[] = [];

  /** What had been acknowledged at a moment. */
  until(moment: number): Book {
    const book = new Book();
    for (const [id, request] of this.requests) if (request.at <= moment) book.requests.set(id, request);
    book.ends.push(...this.ends.filter(({ at }) => at <= moment));
    book.facts.push(...this.facts.filter(({ at }) => at <= moment));
    return book;
  }
}

/** This moment, at the latest: the clock shows whole milliseconds that have passed. */
export function now(): number {
  return Date.now() + 1;
}
