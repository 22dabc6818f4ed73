/**
 * Calls without a valid token, as facts of the history: folded, so that whoever knocks a million times does not write a
 * million rows.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";
import type { ACCESS_REASONS, Fact } from "../core/contract/facts.ts";
import { minuteCounts } from "./minute_counts.ts";

/** Why a call had no valid token, nor a login. */
export type AccessReason = typeof ACCESS_REASONS[number];

/** Counts unauthenticated calls until their minute ends. */
export interface AccessRefusals {
  /** Counts one call. */
  count(address: string, reason: AccessReason): void;
  /** Notes what has been counted so far, at once: the server stops. */
  flush(): void;
}

/** Each minute's counters are bounded: past that, calls from further addresses share one row without an address. */
const MOST_ADDRESSES = 1_024;

/** Makes the counters. At the end of each minute comes one fact for each address and reason. */
export function accessRefusals(clock: Clock, noteOptional: (fact: Fact) => void): AccessRefusals {
  const counts = minuteCounts<{ address: string | undefined; reason: AccessReason }>(
    clock,
    ({ address, reason }, count) => {
      noteOptional(
        address === undefined
          ? { type: "accessRefused", detail: { reason, count, addresses: "several" } }
          : { type: "accessRefused", address, detail: { reason, count } },
      );
    },
  );
  return {
    count(address, reason) {
      const own = `${reason} ${address}`;
      if (counts.size < MOST_ADDRESSES || counts.of(own) > 0) counts.count(own, { what: { address, reason } });
      else counts.count(reason, { what: { address: undefined, reason } });
    },
    flush: counts.flush,
  };
}
