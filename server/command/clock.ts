import type { Clock } from "../core/ports.ts";

/** The world's own time. Its timers keep the process alive no longer than it wants to live. */
export const systemClock: Clock = {
  wall: Date.now,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
