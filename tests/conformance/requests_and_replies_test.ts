import { deepEqual, equal, ok } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const volume = (volume: number): Asked => ({ operation: "setVolume", device: "handset", volume });

const replies = (events: readonly PhoneEvent[]) => events.filter((event) => event.type === "PHONE_REPLY");

Deno.test("R25 R26 request ids are positive integers, rise, never come twice, and are what the plugin is given", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  const ids: number[] = [];
  for (let round = 0; round < 5; round++) ids.push(await owner.request(LAMP));
  ids.push(...await Promise.all(ids.map(() => owner.request(LAMP))));
  ok(ids.every((id) => Number.isSafeInteger(id) && id > 0));
  equal(new Set(ids).size, ids.length);
  deepEqual(ids.slice(0, 5), ids.slice(0, 5).toSorted((a, b) => a - b));
  const given = (await bench.record()).filter(({ call }) => call === "setLamp").map(({ requestId }) => requestId);
  deepEqual(given.toSorted(), ids.toSorted());
});

Deno.test("R32 Q28 an operation that is fulfilled at once is accepted and yields one reply, which names its handle", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const { status, body, headers } = await owner.ask({ ...volume(1), reference: "mine" });
  deepEqual([status, body.state, headers.get("location")], [202, "accepted", `/v1/requests/${body.requestId}`]);
  const [{ seq, at, ...reply } = { seq: 0, at: "" }, ...more] = await application.heard();
  ok(seq > 0 && !Number.isNaN(Date.parse(at)));
  deepEqual(reply, {
    type: "PHONE_REPLY",
    requestId: body.requestId,
    handle: owner.id,
    result: 0,
    outcome: "succeeded",
    reference: "mine",
  });
  deepEqual(more, []);
});

Deno.test("R34 the reply carries the request's id and exactly the plugin's result, a vendor's own number too", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const errors = ["INVALPHONESTATE", "RESOURCEUNAVAIL", "OPERATIONUNAVAIL", -1073741823, -1] as const;
  await bench.tell({ do: "plan", call: "setVolume", plans: errors.map((error) => ({ error })) });
  const expected = [
    [-1879048172, "PHONEERR_INVALPHONESTATE"],
    [-1879048161, "PHONEERR_RESOURCEUNAVAIL"],
    [-1879048163, "PHONEERR_OPERATIONUNAVAIL"],
    [-1073741823, undefined],
    [-1, undefined],
  ];
  for (const [result, code] of expected) {
    const requestId = await owner.request(volume(1));
    const reply = await application.events.next("PHONE_REPLY");
    deepEqual([reply.requestId, reply.result, reply.code, reply.outcome], [requestId, result, code, "failed"]);
    const record = await bench.requestRecord(requestId);
    deepEqual([record.result, record.code, record.outcome, record.reply], [result, code, "failed", "sent"]);
  }
});

Deno.test("R35 the reply reaches the requesting application only, and once, whoever else holds the phone", async () => {
  await using bench = await makeBench(server());
  const [asking, other, elsewhere] = [
    await bench.application(),
    await bench.application(),
    await bench.application(),
  ];
  const owner = await asking.open(bench.phone);
  const monitor = await other.open(bench.phone, "monitor");
  const own = await owner.request(LAMP);
  const others = await monitor.request({ operation: "devSpecific", params: "AQID" });
  deepEqual(replies(await asking.heard()).map(({ requestId }) => requestId), [own]);
  deepEqual(replies(await other.heard()).map(({ requestId }) => requestId), [others]);
  deepEqual(await elsewhere.heard(), []);
});

Deno.test("R36 no masks stop a reply", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  equal((await owner.want({})).status, 200);
  const requestId = await owner.request(LAMP);
  equal((await application.events.next("PHONE_REPLY")).requestId, requestId);
});

Deno.test("R39 operations of one phone reach the plugin while others are outstanding, in the order of acceptance", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  await bench.tell({ do: "plan", call: "setVolume", plans: Array.from({ length: 20 }, () => ({ hold: true })) });
  const asked = Array.from({ length: 20 }, (_, level) => level);
  const ids = await Promise.all(asked.map((level) => owner.request(volume(level))));
  await bench.until("setVolume", 20);
  const reached = (await bench.record()).filter(({ call }) => call === "setVolume");
  deepEqual(reached.map(({ requestId }) => requestId), ids.toSorted((a, b) => a - b));
  for (const { requestId, params } of reached) equal(params?.volume, ids.indexOf(requestId!));
});

Deno.test("R40 completions in another order than the requests are matched by id", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const hold = { hold: true };
  await bench.tell({ do: "plan", call: "setVolume", plans: [hold, hold, hold] });
  const ids = [await owner.request(volume(1)), await owner.request(volume(2)), await owner.request(volume(3))];
  await bench.until("setVolume", 3);
  const [first, second, third] = ids as [number, number, number];
  await bench.tell({ do: "release", held: third });
  await bench.tell({ do: "release", held: first, error: "INVALPHONESTATE" });
  await bench.tell({ do: "release", held: second });
  deepEqual(replies(await application.heard()).map(({ requestId, outcome }) => [requestId, outcome]), [
    [third, "succeeded"],
    [first, "failed"],
    [second, "succeeded"],
  ]);
});

Deno.test("R101 operations on the same item are under way one after the other, those on others beside them (R39), and what a driver lets overlap at once", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  for (const call of ["setHookSwitch", "setLamp"]) {
    await bench.tell({ do: "plan", call, plans: Array.from({ length: 4 }, () => ({ hold: true })) });
  }
  const hook = (...devices: string[]) => owner.request({ operation: "setHookSwitch", devices, mode: "micSpeaker" });
  const lamp = () => owner.request({ operation: "setLamp", lamp: 0, mode: "steady" });
  const reached = async (call: string) =>
    (await bench.record()).filter((entry) => entry.call === call).map(({ requestId }) => requestId);

  const [handset, both, again] = [await hook("handset"), await hook("speaker", "handset"), await hook("handset")];
  const lamps = [await lamp(), await lamp()];
  await bench.until("setLamp", 2);
  deepEqual(await reached("setHookSwitch"), [handset]);
  deepEqual(await reached("setLamp"), lamps);

  await bench.tell({ do: "release", held: handset });
  await bench.until("setHookSwitch", 2);
  deepEqual(await reached("setHookSwitch"), [handset, both]);
  await bench.tell({ do: "release", held: both, error: "INVALHOOKSWITCHMODE" });
  await bench.until("setHookSwitch", 3);
  await bench.tell({ do: "release", held: again });
  deepEqual(replies(await application.heard()).map(({ requestId, outcome }) => [requestId, outcome]), [
    [handset, "succeeded"],
    [both, "failed"],
    [again, "succeeded"],
  ]);
});

Deno.test("R101 an operation that hangs holds up its own item until its deadline; one that waits there ends at its own", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setRing", plans: [{ hold: true, onAbort: "ignore" }] });
  const ring = (mode: number, deadlineMs: number) =>
    owner.request({ operation: "setRing", mode, volume: 1, deadlineMs });
  const hung = await ring(1, 600);
  const waits = await ring(2, 100);
  const last = await ring(0, 30_000);
  equal((await owner.perform({ operation: "setGain", device: "handset", gain: 1 })).outcome, "succeeded");
  equal((await bench.until("setRing", 2)).requestId, last);
  const rung = replies(await application.heard()).filter(({ requestId }) => [hung, waits, last].includes(requestId));
  deepEqual(rung.map(({ requestId, outcome }) => [requestId, outcome]), [
    [waits, "timedOut"],
    [hung, "timedOut"],
    [last, "succeeded"],
  ]);
  await bench.tell({ do: "release", held: hung });
});

Deno.test("R101, R54 a close completes at once what waits for its turn, as aborted, and the driver is never called for it", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  await bench.tell({ do: "plan", call: "setRing", plans: [{ hold: true }] });
  const ids = [];
  for (const mode of [1, 2, 0]) ids.push(await owner.request({ operation: "setRing", mode, volume: 1 }));
  await bench.until("setRing");
  await owner.close();
  for (const id of ids) {
    const { outcome, cause } = await bench.requestRecord(id);
    deepEqual([outcome, cause], ["aborted", "close"]);
  }
  deepEqual((await bench.record()).filter(({ call }) => call === "setRing").map(({ requestId }) => requestId), [
    ids[0],
  ]);
});

Deno.test("R94 volume, gain and ring volume above 65535 reach the plugin as 65535, and the record shows what was asked", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  for (const level of [65_535, 65_536, 4_294_967_295]) {
    const asked: Asked[] = [
      volume(level),
      { operation: "setGain", device: "handset", gain: level },
      { operation: "setRing", mode: 1, volume: level },
    ];
    for (const { operation, ...params } of asked) {
      const record = await owner.perform({ operation, ...params });
      deepEqual([record.outcome, record.params], ["succeeded", params]);
    }
  }
  const given = (await bench.record()).slice(1).map(({ params }) => params?.gain ?? params?.volume);
  deepEqual(given, given.map(() => 65_535));
});

Deno.test("api 2 waiting answers the record, and PHONE_REPLY follows all the same", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setVolume", plans: [{ error: "INVALPHONESTATE" }] });
  const record = await owner.perform({ ...volume(7), reference: "r" });
  const { requestId, acceptedAt, dispatchedAt, completedAt } = record;
  ok(dispatchedAt !== null && completedAt !== null && acceptedAt <= dispatchedAt && dispatchedAt <= completedAt);
  // Further fields may be added.
  deepEqual(record, {
    ...record,
    operation: "setVolume",
    params: { device: "handset", volume: 7 },
    phone: bench.phone,
    plugin: "probe",
    application: { id: application.id, name: "test" },
    handle: owner.id,
    reference: "r",
    state: "completed",
    outcome: "failed",
    result: -1879048172,
    code: "PHONEERR_INVALPHONESTATE",
    reply: "sent",
  });
  deepEqual(await bench.requestRecord(requestId), record);
  equal((await application.events.next("PHONE_REPLY")).requestId, requestId);
});

Deno.test("api 2 with return=minimal waiting answers how the request ended and no more, and record and PHONE_REPLY are as ever", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setVolume", plans: [{}, { error: "INVALPHONESTATE" }] });
  for (const [outcome, result] of [["succeeded", 0], ["failed", -1879048172]] as const) {
    const { status, headers, body } = await application.call("POST", `/v1/handles/${owner.id}/requests`, {
      body: { ...volume(7), reference: "r" },
      headers: { prefer: "wait=20, return=minimal" },
    });
    deepEqual([status, headers.get("preference-applied")], [200, "wait=20, return=minimal"]);
    const { requestId } = await application.events.next("PHONE_REPLY");
    deepEqual(body, { requestId, state: "completed", outcome, result });
    const record = await bench.requestRecord(requestId);
    deepEqual(record, { ...record, outcome, result, reference: "r", params: { device: "handset", volume: 7 } });
  }
});

Deno.test("api 2 a client that hangs up while it waits changes nothing: the request ends and its reply comes", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const hangUp = new AbortController();
  const waiting = application.call("POST", `/v1/handles/${owner.id}/requests`, {
    body: LAMP,
    headers: { prefer: "wait=20" },
    signal: hangUp.signal,
  });
  const { requestId } = await bench.until("setLamp");
  hangUp.abort();
  await waiting.catch(() => {});
  await bench.tell({ do: "release", held: requestId! });
  equal((await application.events.next("PHONE_REPLY")).requestId, requestId);
  equal((await bench.requestRecord(requestId!)).outcome, "succeeded");
});

Deno.test("api 5 the states of a request: dispatched while the plugin works, completed afterwards, found by its filters", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const requestId = await owner.request({ ...LAMP, reference: bench.id });
  await bench.until("setLamp");
  const open = await bench.requestRecord(requestId);
  deepEqual(
    [open.state, open.completedAt, open.outcome, open.result, open.reply],
    ["dispatched", null, null, null, null],
  );
  ok(open.dispatchedAt !== null && open.dispatchedAt >= open.acceptedAt);
  await bench.tell({ do: "release", held: requestId });
  await application.events.next("PHONE_REPLY");
  const filter = `phone=${bench.phone}&operation=setLamp&state=completed&outcome=succeeded&reference=${bench.id}`;
  const { body } = await application.call<{ requests: RequestRecord[] }>("GET", `/v1/requests?${filter}`);
  deepEqual(body.requests, [await bench.requestRecord(requestId)]);
});

Deno.test("api 1 more requests in flight than the bound are refused REQUESTOVERRUN before acceptance, and room comes back", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const many = 1_024;
  await bench.tell({ do: "plan", call: "setVolume", plans: Array.from({ length: many }, () => ({ hold: true })) });
  // The control's own handle needs the plugin's room too, so the handle under test takes what the plugin has.
  const ids = await Promise.all(Array.from({ length: many }, () => owner.request(volume(1))));
  const refused = await owner.ask(volume(1));
  deepEqual(
    [refused.status, refused.body.code, refused.headers.has("retry-after")],
    [429, "PHONEERR_REQUESTOVERRUN", true],
  );
  const closed = await owner.close();
  deepEqual([closed.lastHandle, closed.completed], [true, ids.length]);
  equal((await (await application.open(bench.phone)).perform(volume(1))).outcome, "succeeded");
});
