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
import { PhoneError } from "./contract/errors.ts";
import type { Cause } from "./contract/record.ts";
import type { Closed } from "./contract/phone.ts";
import type { CloseCause } from "./core.ts";
import { tell, tellCount } from "./deliver.ts";
import type { Exchange, Handle, Phone } from "./exchange.ts";
import { stopListening, wantLess } from "./masks.ts";
import { onDisk } from "./on_disk.ts";
import { endSession, type SessionEnd } from "./session.ts";

/** A close that has begun: the handle is void, whatever becomes of the rest. */
export interface Closing {
  readonly closed: Closed;
  /** Resolves when the phone is released; at once if others hold it. The disk is waited for from then on. */
  readonly over: Promise<void>;
  /** Resolves when what the close completed is on disk, and that the handle is closed. */
  readonly rows: Promise<unknown>;
  /** Resolves when the application has been told, if it is to be: after every reply of the handle, however long its requests take. */
  readonly told: Promise<void>;
}

/**
 * Closes one handle.
 *
 * @param by The token of the operator who releases it.
 * @throws {PhoneError} `INVALPHONEHANDLE` if it is closed already; `RESOURCEUNAVAIL` if the rows are not on disk in time: the handle is void and the device
 * released all the same (invariant 9).
 */
export async function closeHandle(exchange: Exchange, handle: Handle, cause: CloseCause, by?: string): Promise<Closed> {
  const { closed, over, rows } = beginClose(exchange, handle, cause, by);
  const otherwise = "the handle is closed and its phone released all the same";
  await underWay(exchange, over.then(() => inTime(exchange, rows, otherwise)));
  return closed;
}

/**
 * Begins to close one handle.
 *
 * @param by The token of the operator who releases it.
 * @throws {PhoneError} `INVALPHONEHANDLE` if it is closed already.
 */
export function beginClose(exchange: Exchange, handle: Handle, cause: CloseCause, by?: string): Closing {
  if (handle.closed) throw new PhoneError("INVALPHONEHANDLE");
  handle.releasedBy = by;
  makeVoid(exchange, handle);
  // Only an operator's release is told to the application: everything else it asked for, or is not there to hear.
  const silent = cause !== "operatorRelease";
  const withdrawn = silent ? suppressReplies(exchange, handle) : [];
  if (silent) handle.application.handles.delete(handle);
  const lastHandle = handle.phone.handles.size === 0;
  const session = lastHandle ? endSession(exchange, handle.phone, cause) : undefined;
  if (!lastHandle) leave(exchange, handle);
  const written = write(exchange, handle, { cause, session });
  return {
    closed: { handle: handle.id, lastHandle, completed: session?.requests ?? 0 },
    over: session?.over ?? Promise.resolve(),
    rows: Promise.all([...withdrawn, written]),
    told: silent ? Promise.resolve() : underWay(exchange, tellClosed(exchange, handle, { cause, written })),
  };
}

/** Closes every handle of a phone against its applications' will. Resolves when each has been told. */
export function closeForcibly(exchange: Exchange, phone: Phone, cause: Cause, ended?: Promise<void>): Promise<void> {
  return underWay(exchange, forceOut(exchange, phone, cause, ended));
}

async function forceOut(exchange: Exchange, phone: Phone, cause: Cause, ended?: Promise<void>): Promise<void> {
  const handles = [...phone.handles];
  for (const handle of handles) makeVoid(exchange, handle);
  const session = endSession(exchange, phone, cause, ended);
  await session.over;
  await Promise.all(handles.map((handle) => {
    const written = write(exchange, handle, { cause, session });
    return tellClosed(exchange, handle, { cause, written });
  }));
}

/** Lets the server's stop wait for a close. */
export function underWay<Value>(exchange: Exchange, close: Promise<Value>): Promise<Value> {
  const over: Promise<unknown> = close.catch(() => {}).then(() => exchange.closes.delete(over));
  exchange.closes.add(over);
  return close;
}

/** Waits for the rows of a close: the device is released already. */
export function inTime(exchange: Exchange, rows: Promise<unknown>, otherwise: string): Promise<void> {
  return onDisk(rows, { clock: exchange.clock, ms: exchange.bounds.closeRowsMs, otherwise });
}

/** Closes a phone forcibly, in whatever state its session is: after it, the session is closed, or its plugin's process is another. */
export async function closeWholly(exchange: Exchange, phone: Phone, cause: Cause): Promise<void> {
  const { process } = phone.plugin;
  while (phone.session.state !== "closed" && phone.plugin.process === process) {
    if (phone.session.state === "open") await closeForcibly(exchange, phone, cause);
    else await phone.session.over;
  }
}

/** From here on the handle is none: every call with it is refused (Q35), and its owner's place is free (R10). */
function makeVoid(exchange: Exchange, handle: Handle): void {
  handle.closed = true;
  handle.phone.handles.delete(handle);
  if (handle.phone.owner === handle) handle.phone.owner = undefined;
  stopListening(handle);
  exchange.handles.delete(handle.id);
}

/** Tells those who stay, and the plugin, that one handle fewer is there. */
function leave(exchange: Exchange, handle: Handle): void {
  tellCount(exchange, handle.phone, handle);
  wantLess(handle.phone, handle);
}

/** From here on no reply of the handle's requests is delivered, and rows say so of those that were on their way (R52). */
export function suppressReplies(exchange: Exchange, handle: Handle): Promise<void>[] {
  const withdrawn = handle.application.events.withdraw(handle.id);
  for (const request of handle.requests) {
    if (request.end && !request.suppressed) withdrawn.push(request.id);
    request.suppressed = true;
  }
  return withdrawn.map((requestId) => exchange.history.withdraw(requestId));
}

/** Puts a close on disk: when the phone is released, what that completed and that the handle is closed. */
async function write(
  exchange: Exchange,
  handle: Handle,
  { cause, session }: { cause: Cause; session: SessionEnd | undefined },
): Promise<void> {
  // One that leaves the phone open has its row before anything that comes next.
  if (session) await session.over;
  const closed = noteClosed(exchange, handle, {
    cause,
    lastHandle: session !== undefined,
    completed: session?.requests ?? 0,
  });
  await Promise.all([closed, session?.completed]);
}

/** PHONE_CLOSE, after every reply of the handle: nothing follows it (R67, R68). */
async function tellClosed(
  exchange: Exchange,
  handle: Handle,
  { cause, written }: { cause: Cause; written: Promise<void> },
): Promise<void> {
  await written;
  await Promise.all([...handle.requests].map((request) => request.over.promise));
  handle.application.handles.delete(handle);
  if (handle.disowned) return;
  tell(exchange, handle.application, { type: "PHONE_CLOSE", handle: handle.id, phone: handle.phone.id, cause });
}

function noteClosed(
  exchange: Exchange,
  handle: Handle,
  how: { cause: Cause; lastHandle: boolean; completed: number },
): Promise<void> {
  const { application, phone } = handle;
  return exchange.history.note({
    type: "handleClosed",
    token: application.token,
    application: application.id,
    plugin: phone.plugin.name,
    phone: phone.id,
    handle: handle.id,
    detail: { ...how, ...(handle.releasedBy === undefined ? {} : { by: handle.releasedBy }) },
  });
}
