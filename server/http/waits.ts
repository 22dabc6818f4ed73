/**
 * Calls that wait for a request to end, so that they wait no longer once their token is void.
 *
 * @module
 */

/** The waiting calls. */
export interface Waits {
  /** A call with that token waits, until the returned function is called; `end` ends its waiting. */
  begin(token: string, end: () => void): () => void;
  /** Ends the waiting of every call with that token. */
  end(token: string): void;
}

/** Makes the record of who waits. */
export function waits(): Waits {
  const waiting = new Map<string, Set<() => void>>();
  return {
    begin(token, end) {
      const ends = waiting.get(token) ?? new Set();
      waiting.set(token, ends.add(end));
      return () => {
        if (ends.delete(end) && ends.size === 0) waiting.delete(token);
      };
    },
    end(token) {
      for (const end of waiting.get(token) ?? []) end();
    },
  };
}
