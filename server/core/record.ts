/**
 * A request's record, and its times as they travel.
 *
 * @module
 */
import { nameOfError } from "./contract/errors.ts";
import type { Completed, RequestRecord } from "./contract/record.ts";
import type { Exchange, Request } from "./exchange.ts";

/** The record of a request whose completion is on disk, as the history would give it. */
export function recordOf(request: Request): RequestRecord {
  const { handle } = request;
  const { application, phone } = handle;
  const stage = endedStage(request);
  const { outcome, result, cause, message } = stage.end;
  const code = nameOfError(result);
  const tokenName = application.exchange.history.nameOf(application.token);
  return {
    requestId: stage.id,
    operation: request.operation,
    params: { ...request.params },
    phone: phone.id,
    plugin: phone.plugin.name,
    application: { id: application.id, name: application.name },
    token: application.token,
    ...(tokenName === undefined ? {} : { tokenName }),
    handle: handle.id,
    ...(request.reference === undefined ? {} : { reference: request.reference }),
    acceptedAt: timestamp(request.acceptedAt),
    dispatchedAt: stage.dispatchedAt === null ? null : timestamp(stage.dispatchedAt),
    completedAt: timestamp(stage.at),
    durationMs: tookUs(request.times) / 1_000,
    state: "completed",
    outcome,
    result,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause }),
    ...(message === undefined ? {} : { message }),
    reply: request.suppressed ? "suppressed" : "sent",
  };
}

/** What is told of it to whoever wants no more than how it ended. */
export function completedOf(request: Request): Completed {
  const { id, end: { outcome, result } } = endedStage(request);
  return { requestId: id, state: "completed", outcome, result };
}

function endedStage({ stage }: Request) {
  if (stage.name !== "ended") throw new Error("Cannot tell of the end of a request before it is known");
  return stage;
}

/** A record from the history with what only the core knows: whether an open request has gone out. */
export function current(exchange: Exchange, record: RequestRecord): RequestRecord {
  const stage = record.state === "completed" ? undefined : exchange.requests.get(record.requestId)?.stage;
  const dispatchedAt = stage?.name === "dispatched" ? stage.at : stage?.name === "ended" ? stage.dispatchedAt : null;
  return dispatchedAt === null ? record : { ...record, state: "dispatched", dispatchedAt: timestamp(dispatchedAt) };
}

/** How many microseconds a request took from being taken to its end, whatever the clock on the wall did meanwhile. */
export function tookUs({ taken, ended }: Request["times"]): number {
  return Math.round((ended - taken) * 1_000);
}

/** The last second that was asked for, in words: a request asks four times, and `toISOString` is dear. */
let second = { at: NaN, text: "" };

/** Wall milliseconds as they travel. */
export function timestamp(wall: number): string {
  const ms = wall % 1_000;
  if (wall - ms !== second.at) second = { at: wall - ms, text: new Date(wall).toISOString().slice(0, 20) };
  return `${second.text}${String(ms).padStart(3, "0")}Z`;
}
