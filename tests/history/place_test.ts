import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { MadeCommit, Place } from "../../server/history/contract/store.ts";
import { CommitPlace } from "../../server/history/worker/commit_place.ts";
import type { HistoryWatch } from "../../server/history/mod.ts";
import { acceptance, completion, openIn, query, someFact, temporaryFolder, verify } from "./support.ts";

const TOKEN = {
  name: "front desk",
  scopes: ["phones:control"],
  phones: null,
  createdAt: 1_750_000_000_000,
};

const FEW = 11;
const MANY = 11 * 64;

/** A place that has heard of so many quick commits. */
function after(commits: number, place = new CommitPlace()): CommitPlace {
  for (let made = 0; made < commits; made++) place.made({ ms: 0.2, cells: FEW });
  return place;
}

Deno.test("commits go to the loop when the disk has been quick for a while, and away from it with the first slow one, for longer each time", () => {
  equal(after(15).isLoop, false);
  const place = after(16);
  equal(place.isLoop, true);
  place.made({ ms: 3, cells: FEW });
  equal(place.isLoop, true, "a little late is not slow");
  place.made({ ms: 5, cells: FEW });
  equal(place.isLoop, false);
  equal(after(31, place).isLoop, false);
  equal(after(1, place).isLoop, true);
  place.made({ ms: Infinity, cells: FEW });
  equal(after(63, place).isLoop, false);
  equal(after(1, place).isLoop, true);
});

Deno.test("what was slow once is forgiven when the disk has been quick for very long", () => {
  const place = after(16);
  place.made({ ms: 5, cells: FEW });
  after(4_096, place);
  place.made({ ms: 5, cells: FEW });
  after(32, place);
  equal(place.isLoop, true);
});

Deno.test("many rows a commit are the worker's, few again the loop's, and what is between changes nothing", () => {
  const place = after(16);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, cells: MANY });
  equal(place.isLoop, false);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, cells: FEW * 15 });
  equal(place.isLoop, false);
  equal(after(100, place).isLoop, true);
  for (let made = 0; made < 100; made++) place.made({ ms: 0.5, cells: FEW * 15 });
  equal(place.isLoop, true);
});

/** Goes to and fro, as told; counts where commits were made. */
class Moving implements Place {
  isLoop = true;
  readonly commits: MadeCommit[] = [];
  readonly #turn: (commits: number) => boolean;

  constructor(turn: (commits: number) => boolean) {
    this.#turn = turn;
    this.isLoop = turn(0);
  }

  made(commit: MadeCommit): void {
    this.commits.push(commit);
    this.isLoop = this.#turn(this.commits.length);
  }
}

const PLACES: Record<string, (commits: number) => boolean> = {
  "in the loop": () => true,
  "in the worker": () => false,
  "to and fro": (commits) => commits % 3 !== 0,
  "to and fro at each": (commits) => commits % 2 === 0,
};

for (const [where, turn] of Object.entries(PLACES)) {
  Deno.test(`invariants 1 and 2, ${where}: each row has its number and its place in the chain, whatever else the writer does meanwhile`, async () => {
    using folder = temporaryFolder();
    const place = new Moving(turn);
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
  await using opened = await openIn(folder.path, { place: new Moving(() => true), watch });
  const { history } = opened;
  const first = [history.accept(acceptance()), history.accept(acceptance())];
  await Promise.resolve();
  await Promise.all([...first, history.accept(acceptance()), history.note(someFact())]);
  deepEqual(rows, [4]);
});

Deno.test("invariant 9: what the loop cannot write at once, such as beside a lock, the worker waits for", async () => {
  using folder = temporaryFolder();
  const place = new Moving(() => true);
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
