import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { MOVED_PAGES } from "../../server/history/sqlite/database.ts";
import { CommitPlace } from "../../server/history/worker/commit_place.ts";
import type { HistoryWatch } from "../../server/history/mod.ts";
import { ForcedPlace, type Turn, TURNS } from "../harness/places.ts";
import {
  acceptance,
  completion,
  openIn,
  openInThread,
  query,
  rowOf,
  someFact,
  temporaryFolder,
  verify,
} from "./support.ts";
import { factCells } from "../../server/history/fact_cells.ts";

const TOKEN = {
  name: "front desk",
  scopes: ["phones:control"],
  phones: null,
  createdAt: 1_750_000_000_000,
};

/** Nothing is sealed by itself. */
const QUIET = { lookMs: 3_600_000, checkFirstMs: 3_600_000 };

const FEW = 1;
const MANY = 64;

/** A place that has heard of so many quick commits. */
function after(commits: number, place = new CommitPlace()): CommitPlace {
  for (let made = 0; made < commits; made++) place.made({ ms: 0.2, rows: FEW });
  return place;
}

Deno.test("commits go to the loop when the disk has been quick for a while, and away from it with the first slow one, for longer each time", () => {
  equal(after(15).isLoop, false);
  const place = after(16);
  equal(place.isLoop, true);
  place.made({ ms: 3, rows: FEW });
  equal(place.isLoop, true, "a little late is not slow");
  place.made({ ms: 5, rows: FEW });
  equal(place.isLoop, false);
  equal(after(31, place).isLoop, false);
  equal(after(1, place).isLoop, true);
  place.made({ ms: Infinity, rows: FEW });
  equal(after(63, place).isLoop, false);
  equal(after(1, place).isLoop, true);
});

Deno.test("what was slow once is forgiven when the disk has been quick for very long", () => {
  const place = after(16);
  place.made({ ms: 5, rows: FEW });
  after(4_096, place);
  place.made({ ms: 5, rows: FEW });
  after(32, place);
  equal(place.isLoop, true);
});

Deno.test("sealing that stops the loop sends commits away as a slow one does, and lets them stay if it is short", () => {
  const place = after(16);
  place.stopped(3);
  equal(place.isLoop, true);
  place.stopped(5);
  equal(place.isLoop, false);
  place.stopped(5);
  equal(after(31, place).isLoop, false);
  equal(after(1, place).isLoop, true);
});

Deno.test("many rows a commit are the worker's, few again the loop's, and what is between changes nothing", () => {
  const place = after(16);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, rows: MANY });
  equal(place.isLoop, false);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, rows: FEW * 15 });
  equal(place.isLoop, false);
  equal(after(100, place).isLoop, true);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, rows: FEW * 15 });
  equal(place.isLoop, true);
});

const PLACES: Record<string, Turn> = {
  "in the loop": TURNS.loop,
  "in the worker": TURNS.worker,
  "to and fro": TURNS.moving,
  "to and fro at each": (commits) => commits % 2 === 0,
};

for (const [where, turn] of Object.entries(PLACES)) {
  Deno.test(`invariants 1 and 2, ${where}: each row has its number and its place in the chain, whatever else the writer does meanwhile`, async () => {
    using folder = temporaryFolder();
    const place = new ForcedPlace(turn);
    const told: number[] = [];
    const ends: number[] = [];
    {
      await using opened = await openIn(folder.path, { place, bounds: { lookMs: 7 } });
      const { history, audit, reader, tokens } = opened;
      await Promise.all(Array.from({ length: 40 }, async (_, client) => {
        for (let count = 0; count < 20; count++) {
          const id = await history.accept(acceptance({ reference: `${client}-${count}` }));
          told.push(id);
          equal((await reader.request(id))?.reference, `${client}-${count}`, "what is told is on disk");
          await history.complete(completion(id));
          ends.push(id);
          if (count % 7 === client % 7) await audit.checkpoint();
          if (count === 10) await history.note(someFact());
          if (count === 15 && client < 8) {
            await tokens.add({ ...TOKEN, id: `t-${client}`, hash: new Uint8Array([client]) });
          }
        }
      }));
    }
    ok(place.commits.length > 10);
    equal(new Set(told).size, 800);
    deepEqual(
      query<{ request: number }>(folder.path, "select request from completed order by request").map((row) =>
        row.request
      ),
      ends.sort((one, other) => one - other),
    );
    ok(verify(folder.path).ok);
  });
}

Deno.test("in the loop the rows of a turn share a commit, for each stops whatever else would run", async () => {
  using folder = temporaryFolder();
  const rows: number[] = [];
  const watch: HistoryWatch = {
    committed: (block) => void rows.push(block.rows),
    failed() {},
    resumed() {},
    held() {},
  };
  await using opened = await openIn(folder.path, { place: new ForcedPlace(TURNS.loop), watch });
  const { history } = opened;
  const first = [history.accept(acceptance()), history.accept(acceptance())];
  await Promise.resolve();
  await Promise.all([...first, history.accept(acceptance()), history.note(someFact())]);
  deepEqual(rows, [4]);
});

Deno.test("invariant 9: what the loop cannot write at once, such as beside a lock, the worker waits for", async () => {
  using folder = temporaryFolder();
  const place = new ForcedPlace(TURNS.loop);
  await using opened = await openIn(folder.path, { place });
  await opened.history.accept(acceptance());
  {
    using other = new DatabaseSync(`${folder.path}/history.db`);
    other.exec("begin immediate");
    const waiting = opened.history.accept(acceptance());
    const failed = () => place.commits.filter(({ ms }) => ms === Infinity);
    while (failed().length === 0) await setImmediate();
    other.exec("rollback");
    ok(await waiting > 0);
    equal(failed().length, 1);
  }
});

Deno.test("what the loop cannot seal at once the worker waits for, too: a checkpoint covers what was told before", async () => {
  using folder = temporaryFolder();
  const place = new ForcedPlace(TURNS.loop);
  await using opened = await openIn(folder.path, { place, bounds: QUIET });
  const before = await opened.audit.checkpoint();
  await opened.history.note(someFact());
  using other = new DatabaseSync(`${folder.path}/history.db`);
  other.exec("begin immediate");
  const asked = opened.audit.checkpoint();
  while (place.stops.length === 0) await setImmediate();
  other.exec("rollback");
  equal((await asked).block, before.block + 1);
});

Deno.test("what fails in the worker is not quick, however soon it does", async () => {
  using folder = temporaryFolder();
  const place = new ForcedPlace(TURNS.worker);
  await using opened = await openIn(folder.path, { place });
  using other = new DatabaseSync(`${folder.path}/history.db`);
  other.exec("begin immediate");
  await rejects(opened.history.accept(acceptance()), /locked/);
  deepEqual(place.commits, [{ ms: Infinity, rows: 1 }]);
  other.exec("rollback");
});

Deno.test("sealing in the loop tells how long it stopped that", async () => {
  using folder = temporaryFolder();
  const place = new ForcedPlace(TURNS.loop);
  await using opened = await openIn(folder.path, { place, bounds: QUIET });
  await opened.history.note(someFact());
  await opened.audit.checkpoint();
  equal(place.stops.length, 1);
});

Deno.test("in the loop the write-ahead log is moved by the worker, and begins anew without a pause between commits", async () => {
  using folder = temporaryFolder();
  const place = new ForcedPlace(TURNS.loop);
  await using opened = await openIn(folder.path, { place, bounds: QUIET, durability: "normal" });
  const pages = MOVED_PAGES * 4;
  for (let commit = 0; commit < pages / 4; commit++) await opened.history.note(someFact());
  const { size } = await Deno.stat(`${folder.path}/history.db-wal`);
  ok(size < pages / 2 * 4_096, `of ${pages} pages at least ${size / 4_096} are in the log`);
  deepEqual(place.stops, []);
});

Deno.test("a writer that has given up its place hashes nothing any more", async () => {
  using folder = temporaryFolder();
  using thread = await openInThread(folder.path);
  const { blocks } = thread;
  blocks.write([rowOf("fact", factCells(someFact(), { at: 0 }))]);
  const given = blocks.give();
  blocks.hash();
  deepEqual(blocks.give(), given);
  blocks.take(given);
  blocks.hash();
  equal(blocks.give().hashed.hashes.length, 1);
});

Deno.test("a block has the time of the newest commit that it covers, whoever made that and whoever seals it", async () => {
  using folder = temporaryFolder();
  let now = 1_750_000_000_000;
  const commits: boolean[] = [];
  const place = new ForcedPlace((made) => commits[made] ?? false);
  await using opened = await openIn(folder.path, { place, now: () => now, bounds: QUIET });
  const { history, audit, attempts } = opened;
  const later = async () => {
    now += 1_000;
    await history.note(someFact());
    return new Date(now).toISOString();
  };

  commits.push(true);
  const inLoop = await later();
  // For this the worker gets the place, and it writes no row.
  await attempts.save([], { forget: 0 });
  now += 1_000;
  equal((await audit.checkpoint()).at, inLoop);

  const inWorker = await later();
  commits.push(false, true);
  now += 1_000;
  const coming = history.note(someFact());
  // Once the row is on its way, and before its commit.
  await setImmediate();
  const [sealed] = await Promise.all([audit.checkpoint(), coming]);
  ok([inWorker, new Date(now).toISOString()].includes(sealed.at), sealed.at);
});
