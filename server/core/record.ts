import { nameOfError } from "./contract/errors.ts";
import type { RequestRecord } from "./contract/record.ts";
import { type Exchange, type Request, timestamp } from "./exchange.ts";

/** The record of a request whose completion is on disk, as the history would give it. */
export function recordOf(request: Request): RequestRecord {
  const { handle, end } = request;
  const { application, phone } = handle;
  if (end === undefined) throw new Error(`Cannot give the record of request ${request.id} before its end is known`);
  const code = nameOfError(end.result);
  return {
    requestId: request.id,
    operation: request.operation,
    params: { ...request.params },
    phone: phone.id,
    plugin: phone.plugin.name,
    application: { id: application.id, name: application.name },
    token: application.token,
    handle: handle.id,
    ...(request.reference === undefined ? {} : { reference: request.reference }),
    acceptedAt: timestamp(request.acceptedAt),
    dispatchedAt: request.dispatchedAt === null ? null : timestamp(request.dispatchedAt),
    completedAt: timestamp(end.at),
    state: "completed",
    outcome: end.outcome,
    result: end.result,
    ...(code === undefined ? {} : { code }),
    ...(end.cause === undefined ? {} : { cause: end.cause }),
    ...(end.message === undefined ? {} : { message: end.message }),
    reply: request.suppressed ? "suppressed" : "sent",
  };
}

/** A record from the history with what only the core knows: whether an open request has gone out. */
export function current(exchange: Exchange, record: RequestRecord): RequestRecord {
  const request = exchange.requests.get(record.requestId);
  if (record.state === "completed" || request === undefined || request.dispatchedAt === null) return record;
  return { ...record, state: "dispatched", dispatchedAt: timestamp(request.dispatchedAt) };
}
