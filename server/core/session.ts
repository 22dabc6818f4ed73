/**
 * A phone's session with its plugin: however many handles come and go, it is opened once and closed once (R1, R46).
 *
 * The close has one course, whoever asked for it. What has not gone out yet never will; the plugin aborts and settles
 * the rest and acknowledges; what it left open nevertheless is `lost`; a plugin that does not acknowledge in time is
 * killed. Then the phone can be opened again. Whoever began the close waits for the completions to be on disk.
 *
 * @module
 */
import { complete, stop } from "./complete.ts";
import { PHONE_ERRORS, PhoneError, wordsOf } from "./contract/errors.ts";
import type { Cause } from "./contract/record.ts";
import type { LedClose, Opening, Phone } from "./exchange.ts";
import { wantedOf } from "./masks.ts";
import { PluginGone } from "./ports.ts";
import { TimeUp, within } from "./waiting.ts";

/**
 * Opens the phone at its plugin.
 *
 * @throws {PhoneError} The driver's refusal, `OPERATIONFAILED` when it takes too long, `RESOURCEUNAVAIL` when the
 * plugin ends.
 */
export async function openSession(phone: Phone): Promise<void> {
  const { process, exchange: { clock, bounds } } = phone.plugin;
  if (process === undefined) throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} is not running`);
  const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
  const opening: Opening = { state: "opening", acknowledged, led: undefined };
  phone.session = opening;
  try {
    await within(process.open(phone.localId, wantedOf(phone)), { clock, ms: bounds.openMs });
    if (phone.plugin.process !== process) {
      throw new PhoneError("RESOURCEUNAVAIL", `The plugin of ${phone.id} has ended`);
    }
    phone.session = { state: "open", led: opening.led };
  } catch (error) {
    phone.session = { state: "closed" };
    if (!(error instanceof TimeUp)) throw error;
    // Whether the device is open is not known: only a close makes it certain.
    endSession(phone, { cause: "close" });
    throw new PhoneError("OPERATIONFAILED", `${phone.id} was not open after ${bounds.openMs} ms`);
  } finally {
    resolve();
  }
}

/** Closes the phone if nobody holds it: an opening that came to nothing. */
export function closeIfUnused(phone: Phone): void {
  if (phone.session.state === "open" && phone.handles.size === 0) endSession(phone, { cause: "close" });
}

/** The end of a session, begun. Its promises never reject. */
export interface SessionEnd {
  /** How many requests it completes. */
  readonly requests: number;
  /** Resolves when the plugin has acknowledged, however: the device is let go. */
  readonly released: Promise<void>;
  /**
   * Resolves when the requests are completed on disk. One promise for all who wait: many handles may, for many
   * requests.
   */
  readonly recorded: Promise<unknown>;
}

/**
 * Ends a session.
 *
 * @param options.led A close that the plugin leads by itself; left out, the plugin is asked to close (TSPI_phoneClose).
 * A close that it refuses leaves the phone closed all the same (R59).
 */
export function endSession(phone: Phone, { cause, led }: { cause: Cause; led?: LedClose | undefined }): SessionEnd {
  const outstanding = [...phone.outstanding.values()];
  const recorded = Promise.all(outstanding.map((request) => request.recorded.promise));
  for (const request of outstanding) stop(request, { outcome: "aborted", cause });
  const { promise: released, resolve } = Promise.withResolvers<void>();
  phone.session = { state: "closing", cause, acknowledged: released, led };
  const closed = led?.closed ?? phone.plugin.process?.close(phone.localId) ?? Promise.resolve();
  acknowledge(phone, closed).then(() => {
    phone.session = { state: "closed" };
    resolve();
  });
  return { requests: outstanding.length, released, recorded };
}

/** Waits for the plugin's end of a close, completes what it has left open, and kills it if there is no end. */
async function acknowledge(phone: Phone, closed: Promise<void>): Promise<void> {
  const { process, exchange: { clock, history, bounds: { closeMs } } } = phone.plugin;
  let fault: string | undefined;
  let late = false;
  try {
    await within(closed, { clock, ms: closeMs });
  } catch (error) {
    // The plugin's end comes next and says what became of its requests.
    if (error instanceof PluginGone) return;
    late = error instanceof TimeUp;
    fault = late ? `It did not close within ${closeMs} ms` : `Its close failed: ${wordsOf(error)}`;
  }
  // A plugin that has ended meanwhile has had its requests completed with that truth.
  if (process === undefined || phone.plugin.process !== process) return;
  const left = [...phone.outstanding.values()].filter(({ stage }) =>
    stage.name === "dispatched" && stage.to === process
  );
  for (const request of left) {
    complete(request, { outcome: "lost", result: PHONE_ERRORS.OPERATIONFAILED.value, cause: "closeDeadline" });
  }
  if (left.length > 0) fault ??= `It acknowledged a close with ${left.length} operations open`;
  if (fault === undefined) return;
  history.note({ type: "pluginFault", plugin: phone.plugin.name, phone: phone.id, detail: { fault } }, {
    optional: true,
  });
  if (late) process.kill(`${phone.id}: ${fault}`);
}
