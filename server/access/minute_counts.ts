/**
 * Counts of what is told by the minute, so that whoever does it a million times does not write a million rows.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";

/** What has been counted in this minute, each kind of it under a key. */
export interface MinuteCounts<What> {
  /** How many keys there are. */
  readonly size: number;
  /** How much of that was counted. */
  of(key: string): number;
  /** What that is; undefined if none of it was counted. */
  what(key: string): What | undefined;
  /** Counts one more, or as many as `by` says; what it is, is kept of the first. */
  count(key: string, counted: { what: What; by?: number }): void;
  /** Tells what has been counted so far, at once: the server stops. */
  flush(): void;
}

const MINUTE_MS = 60_000;

/** Begins to count. A minute begins with the first that is counted; at its end each key is told, and forgotten. */
export function minuteCounts<What>(clock: Clock, tell: (what: What, count: number) => void): MinuteCounts<What> {
  const counters = new Map<string, { readonly what: What; count: number }>();
  let cancel: (() => void) | undefined;
  const flush = () => {
    cancel?.();
    cancel = undefined;
    for (const { what, count } of counters.values()) tell(what, count);
    counters.clear();
  };
  return {
    get size() {
      return counters.size;
    },
    of: (key) => counters.get(key)?.count ?? 0,
    what: (key) => counters.get(key)?.what,
    count(key, { what, by = 1 }) {
      const counter = counters.get(key);
      if (counter) counter.count += by;
      else counters.set(key, { what, count: by });
      cancel ??= clock.after(MINUTE_MS, flush);
    },
    flush,
  };
}
