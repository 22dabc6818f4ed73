/**
 * Closing: what it completes, whom it tells, and when it answers (contract section 4, api.md section 5).
 *
 * | Close | The plugin | Requests of the handle | Its application |
 * |---|---|---|---|
 * | by the application, others hold the phone | hears nothing | stay active, replies suppressed | is answered |
 * | by the application, last handle | closes the phone | completed, replies suppressed | is answered after that |
 * | forced | closes the phone | completed, replied | gets PHONE_CLOSE after that |
 * | released by the operator, others hold the phone | hears nothing | stay active, replied | gets PHONE_CLOSE after the last reply |
 *
 * The application's shutdown and loss (lease, token) are closes by the application.
 *
 * @module
 */
import type { Closed } from "./contract/phone.ts";
import type { Cause } from "./contract/record.ts";
import type { Caller } from "./core.ts";
import { tell, tellCount } from "./deliver.ts";
import type { Application, Exchange, Handle, LedClose, Phone } from "./exchange.ts";
import { requireOpen } from "./lookup.ts";
import { stopListening, wantLess } from "./masks.ts";
import { endSession, type SessionEnd } from "./session.ts";
import { onDisk } from "./waiting.ts";

/**
 * Closes that an application asked for, or is not there to hear of: only these suppress its replies (api.md section 5).
 */
const BY_THE_APPLICATION: readonly Cause[] = ["close", "shutdown", "leaseExpired", "tokenRevoked", "tokenExpired"];

/** Why one handle is closed, and by whom, if a call brings it about. */
export interface CloseReason {
  cause: Cause;
  by?: Caller | undefined;
}

/**
 * Who brought about the end of what an application has, from where, and whose that was: fields of a fact and of its
 * detail. Only what the application itself asked for has no subject.
 */
export function actorAndSubject(
  { token }: Application,
  { cause, by }: CloseReason,
): { actor: { token?: string; address?: string }; subject: { subject?: string } } {
  const address = by?.address === undefined ? {} : { address: by.address };
  if (cause === "close" || cause === "shutdown") return { actor: { token, ...address }, subject: {} };
  return { actor: by === undefined ? {} : { token: by.token, ...address }, subject: { subject: token } };
}

/**
 * A close of one handle. Its stages come in this order: it is *voided*, and whoever has a `HandleClose` has one that
 * is; then *released*, *recorded* and, if its application is to hear of it, *told*. None of the promises rejects.
 */
export interface HandleClose {
  readonly closed: Closed;
  /** Resolves when the device is let go; at once if others hold it. The disk is waited for from then on. */
  readonly released: Promise<void>;
  /** Resolves when it is on disk what the close completed, and that the handle is closed. */
  readonly recorded: Promise<unknown>;
  /**
   * Resolves after PHONE_CLOSE, which follows every reply of the handle, however long its requests take; at once where
   * nobody is to hear.
   */
  readonly told: Promise<void>;
}

/**
 * Closes one handle.
 *
 * @throws {PhoneError} `INVALPHONEHANDLE` if it is closed already; `RESOURCEUNAVAIL` if the rows are not on disk in
 * time: the handle is void and the device released all the same (invariant 9).
 */
export async function closeHandle(handle: Handle, reason: CloseReason): Promise<Closed> {
  const { exchange } = handle.application;
  const { closed, released, recorded } = beginClose(handle, reason);
  const otherwise = "the handle is closed and its phone released all the same";
  await underWay(exchange, released.then(() => inTime(exchange, { rows: recorded, otherwise })));
  return closed;
}

/**
 * Begins to close one handle; if it is its phone's last, the phone is closed.
 *
 * @throws {PhoneError} `INVALPHONEHANDLE` if it is closed already.
 */
export function beginClose(handle: Handle, { cause, by }: CloseReason): HandleClose {
  requireOpen(handle);
  makeVoid(handle);
  // First of all, so that what the others are told of this close finds the place that its replies held in the queue.
  const withdrawn = isHeard(cause) ? [] : suppressReplies(handle);
  const lastHandle = handle.phone.handles.size === 0;
  const session = lastHandle ? endSession(handle.phone, { cause }) : undefined;
  if (!lastHandle) leave(handle);
  return followThrough(handle, { cause, by, session, withdrawn });
}

/** Closes every handle of a phone against its applications' will. Resolves when each has been told. */
export function closeForcibly(phone: Phone, { cause, led }: { cause: Cause; led?: LedClose }): Promise<unknown> {
  const handles = [...phone.handles];
  for (const handle of handles) makeVoid(handle);
  const session = endSession(phone, { cause, led });
  const closes = handles.map((handle) => followThrough(handle, { cause, session, withdrawn: [] }));
  return underWay(phone.plugin.exchange, Promise.all([session.released, ...closes.map(({ told }) => told)]));
}

/**
 * Closes a phone forcibly, in whatever state its session is: after it, the session is closed, or its plugin's process
 * is another.
 */
export async function closePhone(phone: Phone, cause: Cause): Promise<void> {
  const { process } = phone.plugin;
  while (phone.session.state !== "closed" && phone.plugin.process === process) {
    if (phone.session.state === "open") await closeForcibly(phone, { cause });
    else await phone.session.acknowledged;
  }
}

/** Lets the server's stop wait for a close. */
export function underWay<Value>(exchange: Exchange, close: Promise<Value>): Promise<Value> {
  const ended: Promise<unknown> = close.catch(() => {}).then(() => exchange.closes.delete(ended));
  exchange.closes.add(ended);
  return close;
}

/** Waits for the rows of a close: the device is released already. */
export function inTime(
  { clock, bounds }: Exchange,
  { rows, otherwise }: { rows: Promise<unknown>; otherwise: string },
): Promise<void> {
  return onDisk(rows, { clock, ms: bounds.closeRowsMs, otherwise });
}

/** From here on the handle is none: every call with it is refused (Q35), and its owner's place is free (R10). */
function makeVoid(handle: Handle): void {
  handle.closed = true;
  handle.phone.handles.delete(handle);
  if (handle.phone.owner === handle) handle.phone.owner = undefined;
  stopListening(handle);
  handle.application.exchange.handles.delete(handle.id);
}

/** Tells those who stay, and the plugin, that one handle fewer is there. */
function leave(handle: Handle): void {
  tellCount(handle);
  wantLess(handle);
}

/** Whether the application is told of the replies of the handle, and of its close. */
function isHeard(cause: Cause): boolean {
  return !BY_THE_APPLICATION.includes(cause);
}

/** The rest of a close whose handle is void. */
function followThrough(
  handle: Handle,
  { cause, by, session, withdrawn }: CloseReason & { session: SessionEnd | undefined; withdrawn: Promise<void>[] },
): HandleClose {
  const { application } = handle;
  const heard = isHeard(cause);
  if (!heard) application.handles.delete(handle);
  const recorded = record(handle, { cause, by, session });
  return {
    closed: { handle: handle.id, lastHandle: session !== undefined, completed: session?.requests ?? 0 },
    released: session?.released ?? Promise.resolve(),
    recorded: Promise.all([...withdrawn, recorded]),
    told: heard ? underWay(application.exchange, tellClosed(handle, { cause, recorded })) : Promise.resolve(),
  };
}

/**
 * From here on no reply of the handle's requests is delivered, and rows say so of those that were on their way (R52).
 */
export function suppressReplies(handle: Handle): Promise<void>[] {
  const { events, exchange: { history } } = handle.application;
  const withdrawn = events.withdraw(handle.id);
  for (const request of handle.requests.values()) {
    if (request.stage.name === "ended" && !request.suppressed) withdrawn.push(request.stage.id);
    request.suppressed = true;
  }
  return withdrawn.map((requestId) => history.withdraw(requestId));
}

/** Puts a close on disk: when the phone is released, what that completed and that the handle is closed. */
async function record(
  handle: Handle,
  { cause, by, session }: CloseReason & { session: SessionEnd | undefined },
): Promise<void> {
  const { application, phone } = handle;
  const { actor, subject } = actorAndSubject(application, { cause, by });
  // One that leaves the phone open has its row before anything that comes next.
  if (session) await session.released;
  const row = application.exchange.history.note({
    type: "handleClosed",
    ...actor,
    application: application.id,
    plugin: phone.plugin.name,
    phone: phone.id,
    handle: handle.id,
    detail: {
      cause,
      lastHandle: session !== undefined,
      completed: session?.requests ?? 0,
      ...subject,
    },
  });
  await Promise.all([row, session?.recorded]);
}

/** PHONE_CLOSE, after every reply of the handle: nothing follows it (R67, R68). */
async function tellClosed(
  handle: Handle,
  { cause, recorded }: { cause: Cause; recorded: Promise<void> },
): Promise<void> {
  const { application, phone } = handle;
  await recorded;
  await Promise.all([...handle.requests.values()].map((request) => request.told.promise));
  application.handles.delete(handle);
  if (handle.disowned) return;
  tell(application, { type: "PHONE_CLOSE", handle: handle.id, phone: phone.id, cause });
}
