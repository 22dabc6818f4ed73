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
import { wantLess } from "./masks.ts";
import { endSession } from "./session.ts";
import { TimeUp, within } from "./within.ts";

/**
 * Closes one handle.
 *
 * @param by The token of the operator who releases it.
 * @throws {PhoneError} `INVALPHONEHANDLE` if it is closed already; `RESOURCEUNAVAIL` if the rows are not on disk in time: the handle is void and the device
 * released all the same (invariant 9).
 */
export function closeHandle(exchange: Exchange, handle: Handle, cause: CloseCause, by?: string): Promise<Closed> {
  if (handle.closed) throw new PhoneError("INVALPHONEHANDLE");
  handle.releasedBy = by;
  const close = cause === "operatorRelease" ? release(exchange, handle, cause) : closeOwn(exchange, handle, cause);
  return underWay(exchange, close);
}

/** Closes every handle of a phone against its applications' will. Resolves when each has been told. */
export function closeForcibly(exchange: Exchange, phone: Phone, cause: Cause, ended?: Promise<void>): Promise<void> {
  return underWay(exchange, forceOut(exchange, phone, cause, ended));
}

async function forceOut(exchange: Exchange, phone: Phone, cause: Cause, ended?: Promise<void>): Promise<void> {
  const handles = [...phone.handles];
  for (const handle of handles) makeVoid(exchange, handle);
  const { outstanding, over } = endSession(exchange, phone, cause, ended);
  await over;
  await Promise.all(outstanding.map((request) => request.completed.promise));
  await Promise.all(handles.map((handle) => tellClosed(exchange, handle, cause, outstanding.length)));
}

function underWay<Value>(exchange: Exchange, close: Promise<Value>): Promise<Value> {
  const over: Promise<unknown> = close.catch(() => {}).then(() => exchange.closes.delete(over));
  exchange.closes.add(over);
  return close;
}

/** Closes a phone forcibly, in whatever state its session is: after it, the session is closed, or its plugin's process is another. */
export async function closeWholly(exchange: Exchange, phone: Phone, cause: Cause): Promise<void> {
  const { process } = phone.plugin;
  while (phone.session.state !== "closed" && phone.plugin.process === process) {
    if (phone.session.state === "open") await closeForcibly(exchange, phone, cause);
    else await phone.session.over;
  }
}

async function closeOwn(exchange: Exchange, handle: Handle, cause: CloseCause): Promise<Closed> {
  const { phone } = handle;
  makeVoid(exchange, handle);
  handle.application.handles.delete(handle);
  const withdrawn = suppressReplies(exchange, handle);
  const closed = { handle: handle.id, lastHandle: phone.handles.size === 0, completed: 0 };
  const rows: Promise<void>[] = [...withdrawn];
  if (closed.lastHandle) {
    const { outstanding, over } = endSession(exchange, phone, cause);
    closed.completed = outstanding.length;
    rows.push(...outstanding.map((request) => request.completed.promise));
    await over;
  } else leave(exchange, handle);
  rows.push(noteClosed(exchange, handle, cause, closed));
  await onDisk(exchange, Promise.all(rows));
  return closed;
}

async function release(exchange: Exchange, handle: Handle, cause: CloseCause): Promise<Closed> {
  const { phone } = handle;
  const last = phone.handles.size === 1;
  const completed = last ? phone.outstanding.size : 0;
  if (last) await closeForcibly(exchange, phone, cause);
  else {
    makeVoid(exchange, handle);
    leave(exchange, handle);
    await tellClosed(exchange, handle, cause, completed);
  }
  return { handle: handle.id, lastHandle: last, completed };
}

/** From here on the handle is none: every call with it is refused (Q35), and its owner's place is free (R10). */
function makeVoid(exchange: Exchange, handle: Handle): void {
  handle.closed = true;
  handle.phone.handles.delete(handle);
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

/** PHONE_CLOSE, after every reply of the handle: nothing follows it (R67, R68). */
async function tellClosed(exchange: Exchange, handle: Handle, cause: Cause, completed: number): Promise<void> {
  await Promise.all([...handle.requests].map((request) => request.over.promise));
  const lastHandle = handle.phone.handles.size === 0;
  await noteClosed(exchange, handle, cause, { lastHandle, completed });
  handle.application.handles.delete(handle);
  if (handle.disowned) return;
  tell(exchange, handle.application, { type: "PHONE_CLOSE", handle: handle.id, phone: handle.phone.id, cause });
}

function noteClosed(
  exchange: Exchange,
  handle: Handle,
  cause: Cause,
  how: { lastHandle: boolean; completed: number },
): Promise<void> {
  const { application, phone } = handle;
  return exchange.history.note({
    type: "handleClosed",
    token: application.token,
    application: application.id,
    plugin: phone.plugin.name,
    phone: phone.id,
    handle: handle.id,
    detail: {
      cause,
      lastHandle: how.lastHandle,
      completed: how.completed,
      ...(handle.releasedBy === undefined ? {} : { by: handle.releasedBy }),
    },
  });
}

/** Waits for the rows of a close, but not for ever: the device is released already (invariant 9). */
export async function onDisk(exchange: Exchange, rows: Promise<unknown>): Promise<void> {
  const { closeRowsMs } = exchange.bounds;
  try {
    await within(exchange.clock, closeRowsMs, rows);
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    throw new PhoneError(
      "RESOURCEUNAVAIL",
      `The handle is closed and its phone released, but the history could not be written within ${closeRowsMs} ms`,
    );
  }
}
