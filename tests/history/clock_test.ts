import { deepEqual, equal } from "node:assert/strict";
import { acceptance, openIn, query, someFact, temporaryFolder } from "./support.ts";

const BIRTH = 1_500_000_000_000;

Deno.test("one clock gives the time of every block and fact, of a history's birth and of what a start completes as lost", async () => {
  using folder = temporaryFolder();
  let now = BIRTH;
  {
    await using opened = await openIn(folder.path, { now: () => now });
    now += 1_000;
    await opened.history.accept(acceptance({ at: now }));
    now += 1_000;
    await opened.history.note(someFact());
    equal((await opened.audit.checkpoint()).at, new Date(BIRTH + 2_000).toISOString());
  }
  now += 1_000;
  await using opened = await openIn(folder.path, { now: () => now });
  equal(opened.lastAt, BIRTH + 2_000);
  const times = (sql: string) => query<{ at: number }>(folder.path, sql).map(({ at }) => at - BIRTH);
  deepEqual(times("select at from origin"), [0]);
  deepEqual(times("select at from fact"), [2_000]);
  deepEqual(times("select at from completed"), [3_000]);
  deepEqual(times("select at from block order by number"), [0, 2_000, 3_000]);
});
