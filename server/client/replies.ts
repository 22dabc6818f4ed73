/**
 * Replies on their way to whoever waits for them.
 *
 * A reply may come before the answer that carries its request id (contract Q6): it is held until that answer claims it.
 *
 * @module
 */
import type { PhoneErrorCode } from "../core/contract/errors.ts";
import type { PhoneEvent } from "../core/contract/events.ts";
import type { Cause, DamagedRecord, Outcome, RequestRecord } from "../core/contract/record.ts";
import { BoundedMap, given } from "../tools/mod.ts";

/** How a request ended. */
export interface Reply {
  /** Its id, under which the history keeps it. */
  requestId: number;
  /** `succeeded`, or how it did not. */
  outcome: Outcome;
  /** 0 or the signed number of an error. */
  result: number;
  /** The name of the error, where it has one. */
  code?: PhoneErrorCode;
  /** Why it ended so. */
  cause?: Cause;
  /** The driver's own words for its error. */
  message?: string;
  /** The application's own word for the request. */
  reference?: string;
}

/** The reply of a request that succeeded. */
export interface Success extends Reply {
  /** It did what was asked. */
  outcome: "succeeded";
}

/** Replies that nobody has claimed; the oldest is forgotten first. */
const MOST_UNCLAIMED = 4_096;

interface Waiting {
  readonly handle: string;
  readonly reply: PromiseWithResolvers<Reply>;
}

/** Brings replies and requests together, whichever comes first. */
export class Replies {
  readonly #recordOf: (requestId: number) => Promise<RequestRecord | DamagedRecord>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #unclaimed = new BoundedMap<number, Reply>(MOST_UNCLAIMED);

  #gaps = 0;

  /** Without any; what is not told by a reply is asked of the records. */
  constructor(recordOf: (requestId: number) => Promise<RequestRecord | DamagedRecord>) {
    this.#recordOf = recordOf;
  }

  /** How many gaps there have been: a reply may have fallen into one that came while its answer was waited for. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Events were dropped: every reply that is waited for may be among them. */
  missed(): void {
    this.#gaps++;
    for (const requestId of this.waiting()) this.lookUp(requestId);
  }

  /** Asks the record of a request how it ended; one that is open tells nothing yet, and one that is damaged nothing. */
  async lookUp(requestId: number): Promise<RequestRecord | undefined> {
    const record = await this.#recordOf(requestId).catch(() => undefined);
    if (record === undefined || "damaged" in record) return undefined;
    this.#takeRecord(record);
    return record;
  }

  /** Asks the records of what is waited for through one handle. */
  async lookUpAll(handle: string): Promise<RequestRecord[]> {
    const records = await Promise.all(this.waiting(handle).map((requestId) => this.lookUp(requestId)));
    return records.filter((record) => record !== undefined);
  }

  /** The reply of a request, now or later. */
  of(requestId: number, handle: string): Promise<Reply> {
    const early = this.#unclaimed.get(requestId);
    if (early) {
      this.#unclaimed.delete(requestId);
      return Promise.resolve(early);
    }
    const known = this.#waiting.get(requestId);
    if (known) return known.reply.promise;
    const reply = Promise.withResolvers<Reply>();
    // Not everybody waits for it, and nobody must.
    reply.promise.catch(() => {});
    this.#waiting.set(requestId, { handle, reply });
    return reply.promise;
  }

  /** Takes a `PHONE_REPLY`. */
  take(event: PhoneEvent<"PHONE_REPLY">): void {
    const { seq: _seq, at: _at, type: _type, handle: _handle, ...reply } = event;
    this.#settle(reply);
  }

  #takeRecord({ requestId, outcome, result, code, cause, message, reference }: RequestRecord): void {
    if (outcome === null || result === null || !this.#waiting.has(requestId)) return;
    this.#settle({ requestId, outcome, result, ...given({ code, cause, message, reference }) });
  }

  /** The requests whose replies are waited for, of one handle or of all. */
  waiting(handle?: string): number[] {
    return [...this.#waiting].filter(([, waiting]) => handle === undefined || waiting.handle === handle)
      .map(([requestId]) => requestId);
  }

  /** Gives up the replies of one handle, or of all. */
  abandon(error: Error, handle?: string): void {
    for (const requestId of this.waiting(handle)) {
      this.#waiting.get(requestId)?.reply.reject(error);
      this.#waiting.delete(requestId);
    }
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.requestId);
    if (waiting) {
      this.#waiting.delete(reply.requestId);
      return waiting.reply.resolve(reply);
    }
    this.#unclaimed.set(reply.requestId, reply);
  }
}
