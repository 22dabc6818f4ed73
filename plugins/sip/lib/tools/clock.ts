/**
 * Time as the SIP library sees it: what timers are made of.
 *
 * @module
 */

/** A clock that never goes back. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls once after so many milliseconds. @returns What keeps that from happening. */
  after(ms: number, call: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
