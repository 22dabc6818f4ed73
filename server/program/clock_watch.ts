/**
 * Watches for jumps of the machine's clock: whoever reads the history's times must know of them.
 *
 * @module
 */
import type { Fact } from "../core/contract/facts.ts";
import { timeText } from "../core/contract/time.ts";
import type { Clock } from "../core/mod.ts";

/** How often is looked, and what is no drift any more, milliseconds. */
const LOOK_MS = 1_000;
const JUMP_MS = 2_000;

/** What to watch. */
export interface ClockWatchOptions {
  /** Its wall time as the machine says it, whatever that is. */
  readonly clock: Clock;
  /** When the newest block of the history was written: a clock that says less now was set back. */
  readonly lastAt: number | undefined;
  note(fact: Fact<"clockJumped">): void;
}

/** Watches until it is disposed of. */
export function watchClock({ clock, lastAt, note }: ClockWatchOptions): Disposable {
  const tell = (expected: number, wall: number) =>
    note({ type: "clockJumped", detail: { byMs: Math.round(wall - expected), expected: timeText(expected) } });
  let before = { wall: clock.wall(), monotonic: clock.monotonic() };
  if (lastAt !== undefined && before.wall < lastAt - JUMP_MS) tell(lastAt, before.wall);
  const look = () => {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() };
    const expected = before.wall + now.monotonic - before.monotonic;
    before = now;
    if (Math.abs(now.wall - expected) >= JUMP_MS) tell(expected, now.wall);
    giveUp = clock.after(LOOK_MS, look);
  };
  let giveUp = clock.after(LOOK_MS, look);
  return { [Symbol.dispose]: () => giveUp() };
}
