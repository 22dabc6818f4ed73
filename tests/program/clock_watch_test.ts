import { deepEqual } from "node:assert/strict";
import { watchClock } from "../../server/program/clock_watch.ts";
import { ManualClock } from "../harness/manual_clock.ts";

Deno.test("a clock that is set, or a machine that slept, is a fact; a clock that drifts is none", () => {
  const steady = new ManualClock();
  let set = 0;
  const told: object[] = [];
  const clock = {
    wall: () => steady.wall() + set,
    monotonic: () => steady.monotonic(),
    after: steady.after.bind(steady),
  };
  using _watch = watchClock({ clock, lastAt: undefined, note: ({ detail }) => told.push(detail) });
  const start = steady.wall();
  const expected = (ms: number) => new Date(start + ms).toISOString();
  steady.advance(5_000);
  deepEqual(told, []);
  set += 1_900;
  steady.advance(1_000);
  deepEqual(told, []);
  set += 3_600_000;
  steady.advance(1_000);
  set -= 7_200_000;
  steady.advance(1_000);
  deepEqual(told, [
    { byMs: 3_600_000, expected: expected(7_000 + 1_900) },
    { byMs: -7_200_000, expected: expected(8_000 + 1_900 + 3_600_000) },
  ]);
  steady.advance(60_000);
  deepEqual(told.length, 2);
});

Deno.test("a start whose clock is behind the newest block of the history says so", () => {
  const clock = new ManualClock();
  const told: object[] = [];
  const note = ({ detail }: { detail: object }) => told.push(detail);
  for (const lastAt of [undefined, clock.wall() - 60_000, clock.wall() + 500]) {
    using _watch = watchClock({ clock, lastAt, note });
  }
  deepEqual(told, []);
  const lastAt = clock.wall() + 86_400_000;
  using _watch = watchClock({ clock, lastAt, note });
  deepEqual(told, [{ byMs: -86_400_000, expected: new Date(lastAt).toISOString() }]);
});
