/**
 * Asking several contacts of one phone, of which some may be stale.
 *
 * @module
 */
import type { Call } from "../lib/call/mod.ts";
import { type Refusal, RequestRefused } from "../lib/dialog/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import { bestRefusal, isSilence } from "./refusal.ts";

/** How contacts that say nothing are told from others, and let go of. */
export interface Patience {
  clock: Clock;
  /**
   * Whether nothing has come from the contact with this place in the list; left out, every one that has not answered is
   * silent.
   */
  isSilent?(index: number): boolean;
  /** Hears that the contact with this place in the list is not waited for any more. */
  givenUp?(index: number): void;
}

/**
 * How long silent contacts are waited for once the phone has refused at another, milliseconds: a datagram has been
 * repeated three times by then. Their transactions would go on for 32 s, and the phone's own words would come after
 * every deadline.
 */
export const PATIENCE_MS = 4_000;

/** What a phone says that is asked once more to end a call, or what stands for its silence after a while. */
export async function endAgain(call: Call, clock: Clock): Promise<Refusal | undefined> {
  const { promise, resolve } = Promise.withResolvers<Refusal | undefined>();
  const cancel = clock.after(PATIENCE_MS, () => resolve({ status: 408, reason: "Request Timeout" }));
  void call.endAgain().then(resolve);
  const unconfirmed = await promise;
  cancel();
  return unconfirmed;
}

/**
 * The first of several that is fulfilled.
 *
 * @throws {RequestRefused} (rejected) What says most of the refusals.
 */
export async function firstOf<Value>(asked: readonly Promise<Value>[], patience: Patience): Promise<Value> {
  return await anyOf(patiently(asked, patience));
}

/**
 * As `Promise.any`, with one error in place of all.
 *
 * @throws {RequestRefused} (rejected) What says most of the refusals.
 */
export async function anyOf<Value>(asked: readonly Promise<Value>[]): Promise<Value> {
  try {
    return await Promise.any(asked);
  } catch (error) {
    throw error instanceof AggregateError ? bestRefusal(error.errors) : error;
  }
}

/**
 * The same promises, of which those of silent contacts are rejected with 408 {@linkcode PATIENCE_MS} after the phone
 * has refused at another. None is ever an unhandled rejection.
 */
function patiently<Value>(asked: readonly Promise<Value>[], patience: Patience): Promise<Value>[] {
  const { clock, isSilent = () => true, givenUp = () => {} } = patience;
  const outcomes = asked.map(() => Promise.withResolvers<Value>());
  const waiting = new Set(asked.keys());
  let isDone = false;
  let cancel: (() => void) | undefined;
  const giveUp = () => {
    for (const index of [...waiting].filter(isSilent)) {
      outcomes[index]?.reject(new RequestRefused({ status: 408, reason: "Request Timeout" }));
      givenUp(index);
    }
  };
  const settled = (index: number, refusal?: unknown) => {
    waiting.delete(index);
    isDone ||= refusal === undefined || waiting.size === 0;
    if (isDone) cancel?.();
    else if (refusal instanceof RequestRefused && !isSilence(refusal)) cancel ??= clock.after(PATIENCE_MS, giveUp);
  };
  outcomes.forEach(({ promise, resolve, reject }, index) => {
    promise.catch(() => {});
    asked[index]?.then((value) => (settled(index), resolve(value)), (error) => (settled(index, error), reject(error)));
  });
  return outcomes.map(({ promise }) => promise);
}
