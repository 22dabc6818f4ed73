/**
 * A phone's session with its plugin: however many handles come and go, it is opened once and closed once (R1, R46).
 *
 * The close has one course, whoever asked for it. What has not gone out yet never will; the plugin aborts and settles the rest and acknowledges; what
 * it left open nevertheless is `lost`; a plugin that does not acknowledge in time is killed. Then the phone can be opened again. Whoever began the
 * close waits for the completions to be on disk.
 *
 * @module
 */
import { complete } from "./complete.ts";
import { PHONE_ERRORS, PhoneError, wordsOf } from "./contract/errors.ts";
import type { Cause } from "./contract/record.ts";
import { type Exchange, type Phone, remark } from "./exchange.ts";
import { wantedBy } from "./masks.ts";
import { PluginGone } from "./plugin_gone.ts";
import { TimeUp, within } from "./within.ts";

/**
 * Opens the phone at its plugin.
 *
 * @throws {PhoneError} The driver's refusal, `OPERATIONFAILED` when it takes too long, `RESOURCEUNAVAIL` when the plugin ends.
 */
export async function openSession(exchange: Exchange, phone: Phone): Promise<void> {
  const process = phone.plugin.process;
  if (process === undefined) throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} is not running`);
  const over = Promise.withResolvers<void>();
  phone.leaving = undefined;
  phone.session = { state: "opening", over: over.promise };
  try {
    await within(exchange.clock, exchange.bounds.openMs, process.open(phone.localId, wantedBy(phone)));
    if (phone.plugin.process !== process) {
      throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} has ended`);
    }
    phone.session = { state: "open" };
  } catch (error) {
    phone.session = { state: "closed" };
    if (!(error instanceof TimeUp)) throw error;
    // Whether the device is open is not known: only a close makes it certain.
    phone.session = { state: "open" };
    endSession(exchange, phone, "close");
    throw new PhoneError("OPERATIONFAILED", `${phone.id} was not open after ${exchange.bounds.openMs} ms`);
  } finally {
    over.resolve();
  }
}

/** Closes the phone if nobody holds it: an opening that came to nothing. */
export function closeIfUnused(exchange: Exchange, phone: Phone): void {
  if (phone.session.state === "open" && phone.handles.size === 0) endSession(exchange, phone, "close");
}

/** The end of a session, begun. Its promises never reject. */
export interface SessionEnd {
  /** How many requests it completes. */
  readonly requests: number;
  /** Resolves when all of them are completed on disk. One promise for all who wait: many handles may, for many requests. */
  readonly completed: Promise<unknown>;
  /** Resolves when the plugin is through. */
  readonly over: Promise<void>;
}

/**
 * Closes an open session.
 *
 * @param ended Resolves when the plugin has settled and closed everything; left out, the plugin is asked to (TSPI_phoneClose). A rejection leaves the phone closed all the same (R59).
 */
export function endSession(
  exchange: Exchange,
  phone: Phone,
  cause: Cause,
  ended?: Promise<void>,
): SessionEnd {
  const outstanding = [...phone.outstanding];
  const completed = Promise.all(outstanding.map((request) => request.completed.promise));
  phone.leaving = undefined;
  phone.closing = cause;
  for (const request of outstanding) {
    if (request.dispatchedTo === undefined) request.stopped ??= { outcome: "aborted", cause };
  }
  const over = settle(exchange, phone, ended ?? phone.plugin.process?.close(phone.localId) ?? Promise.resolve()).then(
    () => {
      phone.session = { state: "closed" };
      phone.closing = undefined;
    },
  );
  phone.session = { state: "closing", over };
  return { requests: outstanding.length, completed, over };
}

async function settle(exchange: Exchange, phone: Phone, ended: Promise<void>): Promise<void> {
  const { process } = phone.plugin;
  const { closeMs } = exchange.bounds;
  let fault: string | undefined;
  let late = false;
  try {
    await within(exchange.clock, closeMs, ended);
  } catch (error) {
    // The plugin's end comes next and says what became of its requests.
    if (error instanceof PluginGone) return;
    late = error instanceof TimeUp;
    fault = late ? `It did not close within ${closeMs} ms` : `Its close failed: ${wordsOf(error)}`;
  }
  // A plugin that has ended meanwhile has had its requests completed with that truth.
  if (process === undefined || phone.plugin.process !== process) return;
  const left = [...phone.outstanding].filter((request) => request.dispatchedTo === process && !request.end);
  for (const request of left) {
    complete(exchange, request, {
      outcome: "lost",
      result: PHONE_ERRORS.OPERATIONFAILED.value,
      cause: "closeDeadline",
    });
  }
  if (left.length > 0) fault ??= `It acknowledged a close with ${left.length} operations open`;
  if (fault === undefined) return;
  remark(exchange, { type: "pluginFault", plugin: phone.plugin.name, phone: phone.id, detail: { fault } });
  if (late) process.kill(`${phone.id}: ${fault}`);
}
