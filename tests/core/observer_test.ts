import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Observer, RequestWay } from "../../server/core/mod.ts";
import { Fixture } from "./fixture.ts";

const LIGHT = { params: { lamp: 1, mode: "steady" } } as const;

/** An observer that writes down what it is told, and the ways. */
function writingDown() {
  const told: string[] = [];
  const ways: RequestWay[] = [];
  const observer: Observer = {
    taken({ operation, phone, plugin }) {
      told.push(`taken ${operation} ${phone} ${plugin}`);
      return {
        accepted: (requestId) => told.push(`accepted ${requestId}`),
        completed(way) {
          told.push(`completed ${way.requestId} ${way.outcome}`);
          ways.push(way);
        },
      };
    },
  };
  return { observer, told, ways };
}

Deno.test("an observer is told of a request's way once its completion is on disk, in times of the monotonic clock", async () => {
  const { observer, told, ways } = writingDown();
  const fixture = new Fixture({ observer });
  const handle = await fixture.open(await fixture.application());
  const taken = fixture.world.now;
  const id = await fixture.light(handle);
  await fixture.pass(1_000);
  deepEqual(told, ["taken setLamp p:a p", `accepted ${id}`]);
  const ended = fixture.world.now;
  fixture.events.completed(id, { result: 0 });
  equal(ways.length, 0);
  await fixture.pass();
  deepEqual(told.slice(2), [`completed ${id} succeeded`]);
  const [way] = ways;
  ok(way);
  deepEqual([way.takenAt, way.endedAt, way.dispatched, way.cause], [taken, ended, true, undefined]);
  ok(way.takenAt < way.acceptedAt && way.acceptedAt < way.endedAt && way.endedAt < way.completedAt);
});

Deno.test("an observer hears that a request never went out, and nothing more of one that was not accepted", async () => {
  const { observer, told, ways } = writingDown();
  const fixture = new Fixture({ observer });
  const handle = await fixture.open(await fixture.application());
  const asked = handle.request("setLamp", LIGHT);
  const closed = handle.close();
  await fixture.over(Promise.all([asked, closed]));
  deepEqual(ways.map(({ dispatched, outcome, cause }) => [dispatched, outcome, cause]), [[false, "aborted", "close"]]);
  told.length = 0;

  const again = await fixture.open(await fixture.application());
  fixture.disk.failing = true;
  await rejects(fixture.over(again.request("setLamp", LIGHT)), { code: "PHONEERR_RESOURCEUNAVAIL" });
  deepEqual(told, ["taken setLamp p:a p"]);
});

Deno.test("the census counts applications, handles, streams, phones and what is outstanding", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const stream = application.events();
  const id = await fixture.light(handle);
  const count = { applications: 1, handles: 1, streams: 1, requests: 1, phones: 2, connectedPhones: 2 };
  deepEqual(fixture.core.operator.census(), count);
  fixture.events.completed(id, { result: 0 });
  fixture.events.connected("b", false);
  stream.cancel();
  await fixture.pass();
  deepEqual(fixture.core.operator.census(), { ...count, streams: 0, requests: 0, connectedPhones: 1 });
});
