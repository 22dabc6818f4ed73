/**
 * The timers of one transaction, under the letters of RFC 3261 and RFC 6026.
 *
 * @module
 */
import type { Clock } from "../tools/mod.ts";

/** The estimate of a round trip, milliseconds. */
export const T1_MS = 500;
/** The longest pause between two repetitions, milliseconds. */
export const T2_MS = 4_000;
/** The longest life of a message in the network, milliseconds. */
export const T4_MS = 5_000;
/** How long to wait for an answer or an ACK, milliseconds. */
export const PATIENCE_MS = 64 * T1_MS;

/**
 * A timer: `A` to `M` as the RFCs name them. Those that they describe but do not name: `trying` sends the 100 of an
 * INVITE, `again` repeats its 2xx, `cancelled` bounds the wait for what a CANCEL brings, and `abandoned` forgets a
 * request that nobody answers.
 */
export type TimerName =
  | "A"
  | "B"
  | "D"
  | "E"
  | "F"
  | "G"
  | "H"
  | "I"
  | "J"
  | "K"
  | "L"
  | "M"
  | "trying"
  | "again"
  | "cancelled"
  | "abandoned";

/** The timers of one transaction. */
export class Timers {
  readonly #clock: Clock;
  readonly #stops = new Map<TimerName, () => void>();

  /** @param clock What times them. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls once after so many milliseconds, unless the timer is set anew or cleared before. */
  set(name: TimerName, { ms, call }: { ms: number; call(): void }): void {
    this.clear(name);
    const stop = this.#clock.after(ms, () => {
      this.#stops.delete(name);
      call();
    });
    this.#stops.set(name, stop);
  }

  /** Calls after so many milliseconds, and after twice that again and again, with no pause longer than the longest. */
  repeat(name: TimerName, { first, longest, call }: { first: number; longest: number; call(): void }): void {
    this.set(name, {
      ms: first,
      call: () => {
        this.repeat(name, { first: Math.min(first * 2, longest), longest, call });
        call();
      },
    });
  }

  /** Clears some timers; all of them if none is named. */
  clear(...names: TimerName[]): void {
    for (const name of names.length > 0 ? names : [...this.#stops.keys()]) {
      this.#stops.get(name)?.();
      this.#stops.delete(name);
    }
  }
}
