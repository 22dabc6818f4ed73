import { deepEqual, equal } from "node:assert/strict";
import { tokenUses } from "../../server/access/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { turn } from "../harness/turn.ts";

const MINUTE = 60_000;
const token = (id: string) => ({ id, scopes: [], phones: null });

/** A store that takes a write when it is told to. */
function slowStore() {
  const writes: { minutes: [string, number][]; end: PromiseWithResolvers<void> }[] = [];
  const used = (minutes: ReadonlyMap<string, number>) => {
    const end = Promise.withResolvers<void>();
    writes.push({ minutes: [...minutes], end });
    return end.promise;
  };
  return { writes, store: { list: () => [], used } };
}

Deno.test("the use of a token is written once a minute, one write at a time, and nobody waits for it", async () => {
  const clock = new ManualClock();
  const { writes, store } = slowStore();
  const use = tokenUses(clock, store);
  const began = clock.wall();
  for (let call = 0; call < 1_000; call++) use(token("t-1"));
  deepEqual(writes.map(({ minutes }) => minutes), [[["t-1", began]]]);
  use(token("t-2"));
  clock.advance(MINUTE - 1);
  use(token("t-1"));
  clock.advance(1);
  use(token("t-1"));
  equal(writes.length, 1);
  writes[0]?.end.resolve();
  await turn();
  deepEqual(writes[1]?.minutes, [["t-2", began], ["t-1", began + MINUTE]]);
  writes[1]?.end.resolve();
  await turn();
  equal(writes.length, 2);
});

Deno.test("a use that the disk does not take costs nothing, and that of the next minute is written again", async () => {
  const clock = new ManualClock();
  const { writes, store } = slowStore();
  const use = tokenUses(clock, store);
  use(token("t-1"));
  writes[0]?.end.reject(new Error("for the test"));
  await turn();
  clock.advance(MINUTE);
  use(token("t-1"));
  deepEqual(writes[1]?.minutes, [["t-1", clock.wall()]]);
});
