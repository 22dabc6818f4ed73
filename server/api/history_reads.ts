/**
 * Who has read the history, as facts of it: folded, for a program may ask for its requests a thousand times a second,
 * and told afterwards, so that nobody who reads waits for the disk.
 *
 * @module
 */
import { type Actor, minuteCounts } from "../access/mod.ts";
import type { Fact, FactDetail } from "../core/contract/facts.ts";
import type { Clock } from "../core/mod.ts";

/** What was read. */
export type ReadKind = FactDetail<"historyRead">["what"];

/** Counts what is read until its minute ends. */
export interface HistoryReads {
  /** Counts one reading that is answered. */
  count(kind: ReadKind, by: Actor): void;
  /** Notes what has been counted so far, at once: the server stops. */
  flush(): void;
}

/** What one row tells. */
interface Reading extends Actor {
  readonly kind: ReadKind;
  /** Where else the token has read from. */
  readonly others: Set<string>;
}

/** Addresses that one row names beside its own. */
const MOST_OTHERS = 15;

/** Makes the counters. At the end of each minute comes one fact for each token and kind. */
export function historyReads(clock: Clock, noteOptional: (fact: Fact) => void): HistoryReads {
  const counts = minuteCounts<Reading>(clock, ({ kind, token, address, others }, count) =>
    noteOptional({
      type: "historyRead",
      token,
      address,
      detail: { what: kind, count, ...(others.size > 0 && { others: [...others] }) },
    }));
  return {
    count(kind, { token, address }) {
      const key = `${token} ${kind}`;
      const reading = counts.what(key) ?? { kind, token, address, others: new Set() };
      if (address !== reading.address && reading.others.size < MOST_OTHERS) reading.others.add(address);
      counts.count(key, { what: reading });
    },
    flush: counts.flush,
  };
}
