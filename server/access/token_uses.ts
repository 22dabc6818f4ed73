/**
 * When tokens were last used, by the minute: so that one that nobody needs is found.
 *
 * What a token has done is in the history, each request and opening for itself; that it was used at all is noted beside
 * it, since a row for each minute of each token would soon be most of the history.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";
import type { TokenStore } from "./contract/kept.ts";
import type { Token } from "./token.ts";

/** Notes that a token was used. Nobody waits for that, and it costs the disk one write a minute at most. */
export type NoteUse = (token: Token) => void;

const MINUTE_MS = 60_000;
/** More tokens than there can be: past that, those that are no more are forgotten. */
const MOST = 2_000;

/** Begins to note uses. */
export function tokenUses(clock: Clock, tokenStore: Pick<TokenStore, "list" | "used">): NoteUse {
  /** The minutes of the last uses, by ids. */
  const minutes = new Map<string, number>();
  let changed = new Map<string, number>();
  let saving = false;
  const save = async () => {
    if (saving) return;
    saving = true;
    try {
      // One write at a time; what comes meanwhile is in the next.
      while (changed.size > 0) {
        const written = changed;
        changed = new Map();
        await tokenStore.used(written);
      }
    } catch {
      // A disk that takes nothing is the history's trouble, told by it; the next minute's use is written again.
    } finally {
      saving = false;
    }
  };
  const forget = () => {
    const kept = new Set(tokenStore.list().map(({ id }) => id));
    for (const id of minutes.keys()) if (!kept.has(id)) minutes.delete(id);
  };
  return ({ id }) => {
    const now = clock.wall();
    const minute = now - now % MINUTE_MS;
    if (minutes.get(id) === minute) return;
    minutes.set(id, minute);
    changed.set(id, minute);
    if (minutes.size > MOST) forget();
    save();
  };
}
