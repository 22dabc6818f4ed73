/**
 * Applications: how they begin, keep their lease and end (phoneInitializeEx, phoneShutdown, contract 4.4).
 *
 * @module
 */
import { actorAndSubject, beginClose, type CloseReason, inTime, suppressReplies, underWay } from "./close.ts";
import type { ApplicationSummary } from "./contract/application.ts";
import { PhoneError } from "./contract/errors.ts";
import { isLabel, LABEL_RULE } from "./contract/label.ts";
import type { Cause } from "./contract/record.ts";
import type { ApplicationOptions, Caller, EventStream, Sees, TokenEndReason } from "./core.ts";
import { EventQueue } from "./event_queue.ts";
import type { Application, Exchange } from "./exchange.ts";
import { requireNotEnded } from "./lookup.ts";
import { timestamp } from "./record.ts";
import { calledFrom, tellMoves, whereaboutsOf } from "./whereabouts.ts";

/**
 * Begins an application.
 *
 * @throws {PhoneError} `INVALAPPNAME`; `RESOURCEUNAVAIL` while plugins are starting, the server is stopping or the
 * history cannot be written; `REQUESTOVERRUN` when too many are there, or too many of the token; `INVALAPPHANDLE` if it
 * was ended meanwhile.
 */
export async function initialize(
  exchange: Exchange,
  name: string,
  { token, address, leaseSeconds = exchange.bounds.leaseSeconds, sees = () => true }: ApplicationOptions,
): Promise<Application> {
  requireName(name);
  if (exchange.stopping) throw new PhoneError("RESOURCEUNAVAIL", "The server is stopping");
  if (!exchange.settled) {
    throw new PhoneError("RESOURCEUNAVAIL", "Plugins are still starting; ask again when /readyz says so");
  }
  const { history, bounds, clock } = exchange;
  if (history.trouble !== undefined) throw new PhoneError("RESOURCEUNAVAIL", history.trouble);
  if (exchange.applications.size >= bounds.applications) {
    throw new PhoneError("REQUESTOVERRUN", `${bounds.applications} applications are there; end one first`);
  }
  if (applicationsOf(exchange, token).length >= bounds.tokenApplications) {
    throw new PhoneError(
      "REQUESTOVERRUN",
      `${bounds.tokenApplications} applications of this token are there, as many as one may have; end one first`,
    );
  }
  const now = clock.monotonic();
  const application: Application = {
    exchange,
    id: exchange.nextId(),
    name,
    token,
    leaseSeconds,
    sees,
    whereabouts: whereaboutsOf(address),
    handles: new Set(),
    events: new EventQueue(bounds.eventBytes),
    calledAt: now,
    renewedAt: now,
    waiting: 0,
    ended: false,
    cancelLease: () => {},
  };
  exchange.applications.set(application.id, application);
  watchLease(application);
  const row = history.note({
    type: "applicationStarted",
    token: application.token,
    application: application.id,
    ...(address !== undefined && { address }),
    detail: { name },
  });
  try {
    await inTime(exchange, { rows: row, otherwise: "the application was not begun" });
  } catch (error) {
    end(application, "shutdown");
    throw error;
  }
  // Its token became void, or the server stopped, while the row was on its way.
  if (application.ended) throw new PhoneError("INVALAPPHANDLE");
  return application;
}

/** The application has called: that renews its lease. */
export function called(application: Application, { address }: Caller): void {
  calledFrom(application, address);
  renew(application);
}

function renew(application: Application): void {
  application.calledAt = application.renewedAt = application.exchange.clock.monotonic();
}

/**
 * Keeps the lease from ending while a call waits; the returned function ends that, and renews. Nothing is held for an
 * application that has ended.
 */
export function hold(application: Application): () => void {
  if (!application.exchange.applications.has(application.id)) return () => {};
  application.waiting++;
  return () => {
    application.waiting--;
    renew(application);
  };
}

/**
 * Closes every handle of an application, all in parallel, and ends it. What is still to be told to one that an operator
 * releases is told before its events end.
 *
 * @throws {PhoneError} `INVALAPPHANDLE` if it has ended; `RESOURCEUNAVAIL` if the rows are not on disk in time: it is
 * ended and its phones are released all the same (invariant 9).
 */
export async function shutdown(application: Application, { cause, by }: CloseReason): Promise<void> {
  requireNotEnded(application);
  const { exchange } = application;
  exchange.applications.delete(application.id);
  application.cancelLease();
  // Only an operator's release is told to the application: everything else it asked for, or is not there to hear.
  const withdrawn = cause === "operatorRelease" ? [] : silence(application);
  const handles = [...application.handles].filter((handle) => !handle.closed);
  const closes = handles.map((handle) => beginClose(handle, { cause, by }));
  underWay(exchange, Promise.all(closes.map(({ told }) => told)).then(() => finish(application)));
  const recorded = async () => {
    await Promise.all(closes.map(({ released }) => released));
    const rows = Promise.all([
      ...withdrawn,
      ...closes.map(({ recorded }) => recorded),
      noteEnded(application, { cause, by }),
    ]);
    await inTime(exchange, { rows, otherwise: "the application is ended and its phones released all the same" });
  };
  await underWay(exchange, recorded());
}

/** Ends every application of a token that is void: revoked, `by` another or by itself, or expired. */
export async function endApplicationsOf(
  exchange: Exchange,
  { token, ...reason }: { token: string } & TokenEndReason,
): Promise<void> {
  const own = applicationsOf(exchange, token);
  // None is told of the others' closes: it is not there to hear, and they may be a thousand on one phone.
  for (const application of own) application.ended = true;
  const ends = await Promise.allSettled(own.map((application) => shutdown(application, reason)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

function applicationsOf(exchange: Exchange, token: string): Application[] {
  return [...exchange.applications.values()].filter((application) => application.token === token);
}

/** An application as an operator is shown it, with what it has of the phones that may be seen. */
export function summaryOf(application: Application, sees: Sees = () => true): ApplicationSummary {
  const { id, name, token, leaseSeconds } = application;
  const handles = [...application.handles].filter((handle) => !handle.closed && sees(handle.phone.id));
  return {
    application: id,
    name,
    token,
    leaseSeconds,
    handles: handles.map((handle) => ({ handle: handle.id, phone: handle.phone.id, privilege: handle.privilege })),
    streaming: application.events.streaming,
    outstanding:
      handles.flatMap(({ phone, requests }) =>
        [...requests.values()].filter(({ number }) => phone.outstanding.has(number))
      )
        .length,
  };
}

/** From here on the application hears nothing, and rows say so of every reply that was on its way to it. */
function silence(application: Application): Promise<void>[] {
  const { history } = application.exchange;
  application.ended = true;
  // First, or each of its handles would look through all of them.
  const queued = application.events.withdraw().map((requestId) => history.withdraw(requestId));
  const rows = [...application.handles].flatMap((handle) => suppressReplies(handle));
  application.events.end();
  return [...rows, ...queued];
}

/** Ends an application that holds nothing any more; its stream may be read to the end. */
export function end(application: Application, cause: Cause): Promise<void> {
  application.exchange.applications.delete(application.id);
  application.cancelLease();
  finish(application);
  return noteEnded(application, { cause });
}

/** From here on nothing is told to the application; what has been told may be read to the end. */
function finish(application: Application): void {
  application.ended = true;
  application.events.finish();
}

function noteEnded(application: Application, reason: CloseReason): Promise<void> {
  const { actor, subject } = actorAndSubject(application, reason);
  tellMoves(application);
  return application.exchange.history.note({
    type: "applicationEnded",
    ...actor,
    application: application.id,
    detail: { cause: reason.cause, name: application.name, ...subject },
  });
}

/** Begins to read an application's events; reading holds the lease for a while (api.md, section 2). */
export function streamEvents(application: Application, lastEvent: number | undefined): EventStream {
  requireNotEnded(application);
  const { clock, bounds } = application.exchange;
  return application.events.stream({
    lastEvent,
    now: () => timestamp(clock.wall()),
    ended() {
      const held = Math.min(clock.monotonic(), application.calledAt + bounds.streamHoldMs);
      application.renewedAt = Math.max(application.renewedAt, held);
    },
  });
}

/** When an application's lease ends, on the monotonic clock, if nothing happens. */
function leaseEnd(application: Application): number {
  const { clock, bounds } = application.exchange;
  const leaseMs = application.leaseSeconds * 1000;
  if (application.waiting > 0) return clock.monotonic() + leaseMs;
  const end = application.renewedAt + leaseMs;
  if (!application.events.streaming) return end;
  return Math.max(end, application.calledAt + bounds.streamHoldMs);
}

function watchLease(application: Application): void {
  const { clock } = application.exchange;
  const left = leaseEnd(application) - clock.monotonic();
  application.cancelLease = clock.after(Math.max(left, 0), () => {
    if (leaseEnd(application) > clock.monotonic()) watchLease(application);
    // Its phones are released even if the history cannot be written; nobody is there to be told so.
    else shutdown(application, { cause: "leaseExpired" }).catch(() => {});
  });
}

function requireName(name: string): void {
  if (!isLabel(name)) throw new PhoneError("INVALAPPNAME", `An application's name has ${LABEL_RULE}`);
}
