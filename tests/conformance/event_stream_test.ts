import { deepEqual, equal, ok } from "node:assert/strict";
import { openEvents } from "../harness/sse.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

/** A few events are all that is held. */
const server = sharedServer({ bounds: { eventBytes: 1_024 } });

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };

Deno.test("api 4 a stream without Last-Event-ID begins at the oldest event held, with it after that, and seq rises", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const ids = [await owner.request(LAMP), await owner.request(LAMP), await owner.request(LAMP)];
  for (const requestId of ids) equal((await application.events.next("PHONE_REPLY")).requestId, requestId);
  const seqs = application.events.seen.map(({ seq }) => seq);
  deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  const replies = async (options?: { lastEventId: number }) => {
    await using events = await openEvents(server(), application.id, options);
    const found: number[] = [];
    while (found.at(-1) !== ids.at(-1)) found.push((await events.next("PHONE_REPLY")).requestId);
    return found;
  };
  deepEqual(await replies(), ids);
  deepEqual(await replies({ lastEventId: seqs[0]! }), ids.slice(1));
});

Deno.test("api 4 a new stream ends the old one, which has had what it has had", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.request(LAMP);
  const { seq } = await application.events.next("PHONE_REPLY");
  await using second = await openEvents(server(), application.id, { lastEventId: seq });
  await application.events.ended;
  const requestId = await owner.request(LAMP);
  equal((await second.next("PHONE_REPLY")).requestId, requestId);
  equal(application.events.seen.length, 1);
  equal(second.seen.length, 1);
});

Deno.test("api 4 what is no longer held is told by GAP to a reader that resumes, and exactly what follows comes after it", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.request(LAMP);
  const { seq: last } = await application.events.next("PHONE_REPLY");
  await application.events[Symbol.asyncDispose]();
  const many = 30;
  for (let asked = 0; asked < many; asked++) await owner.perform(LAMP);
  const final = await owner.perform({ ...LAMP, reference: "final" });
  await using resumed = await openEvents(server(), application.id, { lastEventId: last });
  const gap = await resumed.next("GAP");
  equal(gap.from, last + 1);
  ok(gap.to > gap.from && gap.to < last + many);
  equal((await resumed.next("PHONE_REPLY", ({ reference }) => reference === "final")).requestId, final.requestId);
  deepEqual(
    resumed.seen.slice(1).map(({ seq }) => seq),
    Array.from({ length: last + many + 1 - gap.to }, (_, index) => gap.to + 1 + index),
  );
});

Deno.test("R52 a number that a close suppressed is missing without a GAP", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  const first = await monitor.perform({ operation: "devSpecific", params: "" });
  const { seq } = await application.events.next("PHONE_REPLY", ({ requestId }) => requestId === first.requestId);
  await application.events[Symbol.asyncDispose]();
  await owner.perform(LAMP);
  const second = await monitor.perform({ operation: "devSpecific", params: "" });
  await owner.close();
  await using resumed = await openEvents(server(), application.id, { lastEventId: seq });
  const reply = await resumed.next("PHONE_REPLY");
  equal(reply.requestId, second.requestId);
  deepEqual(resumed.seen.map(({ type, seq: own }) => [type, own - seq]), [["PHONE_REPLY", 2]]);
});
