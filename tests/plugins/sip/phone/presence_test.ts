import { deepEqual, equal } from "node:assert/strict";
import { TokenBuckets } from "../../../../plugins/sip/lib/tools/mod.ts";
import { Presence } from "../../../../plugins/sip/phone/presence.ts";
import type { Phone } from "../../../../server/plugin/mod.ts";
import { HandClock } from "../support/hand_clock.ts";

/** A phone that keeps what it is told. */
function bench() {
  const clock = new HandClock();
  const told: boolean[] = [];
  const phone = {
    get connected() {
      return told.at(-1) ?? false;
    },
    set connected(connected) {
      told.push(connected);
    },
  } as Phone;
  const rate = new TokenBuckets({ clock, perSecond: 1, burst: 3 });
  const rateOfAll = new TokenBuckets({ clock, perSecond: 10, burst: 10 });
  const presence = new Presence({ user: "1001", clock, rate, rateOfAll });
  return { clock, told, phone, presence };
}

Deno.test("a phone that comes and goes is told at once", () => {
  const { told, phone, presence } = bench();
  for (const isThere of [true, true, false]) presence.tell(phone, isThere);
  deepEqual(told, [true, false]);
});

Deno.test("of a phone that comes and goes all the time only where it is in the end is told, once a second", async () => {
  const { clock, told, phone, presence } = bench();
  for (let count = 0; count < 1_001; count++) presence.tell(phone, count % 2 === 0);
  deepEqual(told, [true, false, true]);
  presence.tell(phone, false);
  await clock.pass(1_000);
  deepEqual(told, [true, false, true, false]);
  equal(clock.alarms, 0);
});

Deno.test("presence that has ended tells nothing and waits for nothing", async () => {
  const { clock, told, phone, presence } = bench();
  for (let count = 0; count < 10; count++) presence.tell(phone, count % 2 === 0);
  presence.end();
  await clock.pass(5_000);
  deepEqual([told.length, clock.alarms], [3, 0]);
});

Deno.test("a whole network that comes back at once is told little by little, and all of it", async () => {
  const clock = new HandClock();
  const rate = new TokenBuckets({ clock, perSecond: 1, burst: 3 });
  const rateOfAll = new TokenBuckets({ clock, perSecond: 10, burst: 10 });
  const phones = Array.from({ length: 55 }, () => ({ connected: false }) as Phone);
  const there = () => phones.filter(({ connected }) => connected).length;
  for (const [index, phone] of phones.entries()) {
    new Presence({ user: String(index), clock, rate, rateOfAll }).tell(phone, true);
  }
  equal(there(), 10);
  await clock.pass(1_000);
  equal(there(), 20);
  await clock.pass(4_000);
  deepEqual([there(), clock.alarms], [55, 0]);
});
