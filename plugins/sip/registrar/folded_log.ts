/**
 * A log in which what comes again and again is one line: a phone with a wrong password answers each challenge at once.
 *
 * @module
 */
import { BoundedMap } from "switchroom/plugin";
import type { Clock } from "../lib/tools/mod.ts";

/** How long the same is not told again, milliseconds. */
const QUIET_MS = 60_000;

/** What is remembered as told; the one that was told first is forgotten first. */
const REMEMBERED = 1_024;

interface Told {
  at: number;
  /** How often it came since. */
  more: number;
}

/**
 * Makes a log that tells what has the same key once a minute, and with it how often it came since it was told before.
 */
export function foldedLog(
  { clock, log }: { clock: Clock; log(text: string): void },
): (text: string, key: string) => void {
  const all = new BoundedMap<string, Told>(REMEMBERED);
  return (text, key) => {
    const told = all.get(key);
    if (told && clock.now() - told.at < QUIET_MS) {
      told.more++;
      return;
    }
    all.delete(key);
    all.set(key, { at: clock.now(), more: 0 });
    log(told && told.more > 0 ? `${text} (and ${told.more} times more since that was told before)` : text);
  };
}
