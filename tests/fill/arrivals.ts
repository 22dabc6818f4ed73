/**
 * When requests come: at random, but by day more than by night, and on weekdays more than on Saturday and Sunday.
 *
 * @module
 */
import type { Random } from "../simulation/random.ts";

/** How busy each hour of a day is, in UTC. */
const HOURS = [1, 1, 1, 1, 1, 2, 6, 14, 30, 34, 34, 30, 22, 28, 34, 32, 28, 20, 12, 8, 6, 4, 2, 1];

/** How busy each day of a week is, from Thursday on: that was the first of 1970. */
const DAYS = [1, 1, 0.25, 0.25, 1, 1, 1];

const HOUR_MS = 3_600_000;

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const MEAN = (sum(HOURS) / HOURS.length) * (sum(DAYS) / DAYS.length);

/** Gives one time after the other, in milliseconds since 1970, `perSecond` of them on the average. */
export function arrivals(
  { from, perSecond, random }: { from: number; perSecond: number; random: Random },
): () => number {
  let at = from;
  return () => {
    // An hour has a rate of its own, so the wait is measured in what a whole rate would have let through.
    let wait = -Math.log((random.below(0x4000_0000) + 1) / 0x4000_0000);
    for (;;) {
      const hour = Math.floor(at / HOUR_MS);
      const rate = (perSecond / 1000) * (HOURS[hour % 24]! * DAYS[Math.floor(hour / 24) % 7]!) / MEAN;
      const left = (hour + 1) * HOUR_MS - at;
      if (wait < rate * left) return at += wait / rate;
      wait -= rate * left;
      at += left;
    }
  };
}
