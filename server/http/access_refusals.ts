/**
 * Calls without a valid token, as facts of the history: folded, so that whoever knocks a million times does not write a million rows.
 *
 * @module
 */
import type { Clock, Fact } from "../core/ports.ts";

/** Why a call had no valid token, nor a session. */
export type AccessReason = "noToken" | "notBearer" | "unknownToken" | "unknownSession";

/** Counts unauthenticated calls until their minute ends. */
export interface AccessRefusals {
  /** Counts one call. */
  count(address: string, reason: AccessReason): void;
  /** Notes what has been counted so far, at once: the server stops. */
  flush(): void;
}

/** Each minute's counters are bounded: past that, calls from further addresses share one row without an address. */
const MOST_ADDRESSES = 1_024;
const MINUTE_MS = 60_000;

/** Makes the counters. A minute begins with its first refusal; at its end comes one fact for each address and reason. */
export function accessRefusals(clock: Clock, note: (fact: Fact) => void): AccessRefusals {
  const counters = new Map<string, { address: string | undefined; reason: AccessReason; count: number }>();
  let cancel: (() => void) | undefined;

  const flush = () => {
    cancel?.();
    cancel = undefined;
    for (const { address, reason, count } of counters.values()) {
      const detail = address === undefined ? { reason, count, addresses: "several" } : { reason, count };
      note({ type: "accessRefused", ...(address !== undefined && { address }), detail });
    }
    counters.clear();
  };

  return {
    count(address, reason) {
      let key = `${reason} ${address}`;
      const room = counters.size < MOST_ADDRESSES || counters.has(key);
      if (!room) key = reason;
      const counter = counters.get(key);
      if (counter) counter.count++;
      else counters.set(key, { address: room ? address : undefined, reason, count: 1 });
      cancel ??= clock.after(MINUTE_MS, flush);
    },
    flush,
  };
}
