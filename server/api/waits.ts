/**
 * What waits in the name of a token, so that it waits no longer once the token is void: calls for a request to end, and
 * open sockets for the next message.
 *
 * @module
 */
import type { Token, TokenEnd } from "../access/mod.ts";
import { SlotMap } from "../core/mod.ts";

/** Who waits. */
export interface Waits {
  /** Something waits with that token, until the returned function is called; `end` ends its waiting. */
  begin(token: Token, end: (why: TokenEnd) => void): () => void;
  /** Ends all waiting with that token. */
  end(token: Token, why: TokenEnd): void;
}

/** Makes the record of who waits. */
export function waits(): Waits {
  const waiting = new Map<Token, SlotMap<(why: TokenEnd) => void>>();
  let begun = 0;
  return {
    begin(token, end) {
      const ends = waiting.get(token) ?? new SlotMap();
      const number = ++begun;
      ends.set(number, end);
      waiting.set(token, ends);
      return () => {
        if (ends.delete(number) && ends.size === 0) waiting.delete(token);
      };
    },
    end(token, why) {
      for (const end of waiting.get(token)?.values() ?? []) end(why);
    },
  };
}
