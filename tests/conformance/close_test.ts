import { deepEqual, equal } from "node:assert/strict";
import { type Asked, beginApplication, type Handle } from "./support/application.ts";
import { type Bench, makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const HELD = { hold: true };

/** Asks for lamps that the plugin holds until it is told otherwise. */
async function outstanding(bench: Bench, handle: Handle, { count = 1 } = {}): Promise<number[]> {
  const before = (await bench.calls()).filter((call) => call === "setLamp").length;
  await bench.tell({ do: "plan", call: "setLamp", plans: Array.from({ length: count }, () => HELD) });
  const ids: number[] = [];
  for (let asked = 0; asked < count; asked++) ids.push(await handle.request(LAMP));
  await bench.until("setLamp", before + count);
  return ids;
}

Deno.test("R46 closing the last handle closes the phone at its plugin once, before it answers", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  await bench.tell({ do: "plan", call: "close", plans: [HELD] });
  let answered = false;
  const closing = owner.close().finally(() => answered = true);
  await bench.until("close");
  await bench.tell({ do: "mark" });
  equal(answered, false);
  await bench.tell({ do: "release", held: "close" });
  deepEqual(await closing, { handle: owner.id, lastHandle: true, completed: 0 });
  deepEqual(await bench.calls(), ["open", "close"]);
});

Deno.test("R47 R48 invariant 5 an owner that leaves monitors, and a monitor that leaves an owner, close nothing at the plugin", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  const [first, second] = [await b.open(bench.phone, "monitor"), await b.open(bench.phone, "monitor")];
  deepEqual(await first.close(), { handle: first.id, lastHandle: false, completed: 0 });
  deepEqual(await owner.close(), { handle: owner.id, lastHandle: false, completed: 0 });
  deepEqual(await bench.calls(), ["open"]);
  deepEqual(await second.close(), { handle: second.id, lastHandle: true, completed: 0 });
  deepEqual(await bench.calls(), ["open", "close"]);
});

Deno.test("R49 Q5 two handles of one application count as two", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  const [requestId] = await outstanding(bench, owner);
  equal((await owner.close()).lastHandle, false);
  deepEqual(await bench.calls(), ["open", "setLamp"]);
  equal((await bench.requestRecord(requestId!)).state, "dispatched");
  equal((await monitor.close()).lastHandle, true);
});

Deno.test("R50 R51 R52 an orphan stays active and completes normally, and nobody is told", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  await b.open(bench.phone, "monitor");
  const [first, second] = await outstanding(bench, owner, { count: 2 });
  deepEqual(await owner.close(), { handle: owner.id, lastHandle: false, completed: 0 });
  deepEqual(await bench.calls(), ["open", "setLamp", "setLamp"]);
  await bench.tell({ do: "release", held: first! });
  await bench.tell({ do: "release", held: second!, error: "INVALPHONESTATE" });
  for (const application of [a, b]) deepEqual(await application.heard(), []);
  const records = [await bench.requestRecord(first!), await bench.requestRecord(second!)];
  deepEqual(records.map(({ outcome, result, cause, reply }) => [outcome, result, cause, reply]), [
    ["succeeded", 0, undefined, "suppressed"],
    ["failed", -1879048172, undefined, "suppressed"],
  ]);
});

Deno.test("R50 the effect of an orphan is an event to those who stay", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  const monitor = await b.open(bench.phone, "monitor");
  await monitor.want({ states: ["lamp"] });
  const [requestId] = await outstanding(bench, owner);
  await owner.close();
  await bench.tell({ do: "release", held: requestId! });
  const { states, detail, handle } = await b.events.next("PHONE_STATE");
  deepEqual([states, detail, handle], [["lamp"], 0, monitor.id]);
});

Deno.test("R51 R55 R56 R61 Q8 closing the last handle ends every request of the phone, orphans too, without waiting, and says how many", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const first = await a.open(bench.phone);
  const monitor = await b.open(bench.phone, "monitor");
  const orphans = await outstanding(bench, first, { count: 2 });
  await first.close();
  const second = await a.open(bench.phone);
  const own = await outstanding(bench, second, { count: 3 });
  equal((await monitor.close()).completed, 0);
  deepEqual(await second.close(), { handle: second.id, lastHandle: true, completed: 5 });
  const calls = (await bench.calls()).filter((call) => call !== "setLamp");
  deepEqual(calls, ["open", ...[...orphans, ...own].map(() => "abort"), "close"]);
  for (const requestId of [...orphans, ...own]) {
    const { outcome, cause, result, reply } = await bench.requestRecord(requestId);
    deepEqual([outcome, cause, result, reply], ["aborted", "close", -1879048164, "suppressed"]);
  }
  deepEqual(await a.heard(), []);
});

Deno.test("R53 Q2 replies of the other handles on the phone still arrive after a close, those of the same application too", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  await bench.tell({ do: "plan", call: "devSpecific", plans: [HELD] });
  const kept = await monitor.request({ operation: "devSpecific", params: "" });
  await bench.until("devSpecific");
  const [suppressed] = await outstanding(bench, owner);
  await owner.close();
  await bench.tell({ do: "release", held: suppressed! });
  await bench.tell({ do: "release", held: kept });
  const heard = await application.heard();
  deepEqual(heard.map((event) => [event.type, "requestId" in event && event.requestId]), [["PHONE_REPLY", kept]]);
  equal((await bench.requestRecord(kept)).reply, "sent");
});

Deno.test("R52 Q2 a reply that was queued and not yet delivered is withdrawn by the close, and its record says so", async () => {
  await using bench = await makeBench(server());
  const { call } = bench.controller;
  // Without a stream nothing is delivered.
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "deaf" } });
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: bench.phone, privilege: "owner" },
  });
  const { body } = await call("POST", `/v1/handles/${handle}/requests`, { body: LAMP, headers: { prefer: "wait=20" } });
  const requestId = Number(body.requestId);
  deepEqual([body.outcome, body.reply], ["succeeded", "sent"]);
  // The answer to a later call of the same application tells that the reply has been queued.
  const { body: later } = await call("POST", `/v1/handles/${handle}/requests`, {
    body: LAMP,
    headers: { prefer: "wait=20" },
  });
  equal((await call("DELETE", `/v1/handles/${handle}`)).status, 200);
  for (const id of [requestId, Number(later.requestId)]) {
    equal((await bench.requestRecord(id)).reply, "suppressed");
  }
  equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);
});

Deno.test("R52 a reply that was delivered stays sent in the record, whatever is closed afterwards", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const requestId = await owner.request(LAMP);
  await application.events.next("PHONE_REPLY");
  await owner.close();
  equal((await bench.requestRecord(requestId)).reply, "sent");
});

Deno.test("R60 Q4 an operation that is fulfilled while the phone closes has succeeded; one that rejects keeps its own number", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  const plans = [{ ...HELD, onAbort: "fulfil" as const }, { ...HELD, onAbort: "INVALPHONESTATE" as const }, HELD];
  await bench.tell({ do: "plan", call: "setLamp", plans });
  const ids = [await owner.request(LAMP), await owner.request(LAMP), await owner.request(LAMP)];
  await bench.until("setLamp", 3);
  equal((await owner.close()).completed, 3);
  const records = await Promise.all(ids.map((id) => bench.requestRecord(id)));
  deepEqual(records.map(({ outcome, result, code, cause, reply }) => [outcome, result, code, cause, reply]), [
    ["succeeded", 0, undefined, undefined, "suppressed"],
    ["aborted", -1879048172, "PHONEERR_INVALPHONESTATE", "close", "suppressed"],
    ["aborted", -1879048164, "PHONEERR_OPERATIONFAILED", "close", "suppressed"],
  ]);
});

Deno.test("R59 Q9 an error from the driver's close leaves the phone closed and the close successful", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "close", plans: [{ error: "RESOURCEUNAVAIL" }] });
  deepEqual(await owner.close(), { handle: owner.id, lastHandle: true, completed: 0 });
  equal((await (await application.open(bench.phone)).perform(LAMP)).outcome, "succeeded");
  deepEqual(await bench.calls(), ["open", "close", "open", "setLamp"]);
});

Deno.test("R62 every call with a closed handle, a second close included, is INVALPHONEHANDLE", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await application.open(bench.phone, "monitor");
  await owner.close();
  const getters = ["status", "hookswitch", "ring", "display", "volume/handset", "gain/handset", "lamps/0", "buttons/0"];
  const answers = [
    await application.call("DELETE", `/v1/handles/${owner.id}`),
    await owner.ask(LAMP),
    await owner.ask({ operation: "devSpecific", params: "" }),
    await owner.want({}),
    await owner.get("status-messages"),
    await owner.get("data/0"),
    ...await Promise.all(getters.map((getter) => owner.get(getter))),
  ];
  for (const { status, body } of answers) {
    deepEqual([status, body.code, body.value], [404, "PHONEERR_INVALPHONEHANDLE", -1879048173]);
  }
});

Deno.test("R62 Q35 the handle is void as soon as its close begins: a second close while the first waits is INVALPHONEHANDLE", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "close", plans: [HELD] });
  const closing = owner.close();
  await bench.until("close");
  for (const answer of [await application.call("DELETE", `/v1/handles/${owner.id}`), await owner.ask(LAMP)]) {
    deepEqual([answer.status, answer.body.code], [404, "PHONEERR_INVALPHONEHANDLE"]);
  }
  await bench.tell({ do: "release", held: "close" });
  equal((await closing).lastHandle, true);
  deepEqual(await bench.calls(), ["open", "close"]);
});

Deno.test("R46 Q35 an open during a close waits until the plugin has closed, then opens anew", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  await bench.tell({ do: "plan", call: "close", plans: [HELD] });
  const closing = owner.close();
  await bench.until("close");
  const opening = b.open(bench.phone);
  await bench.tell({ do: "mark" });
  deepEqual(await bench.calls(), ["open", "close"]);
  await bench.tell({ do: "release", held: "close" });
  await closing;
  const fresh = await opening;
  deepEqual(await bench.calls(), ["open", "close", "open"]);
  equal((await fresh.perform(LAMP)).outcome, "succeeded");
});

Deno.test("R63 Q1 a voluntary close sends PHONE_CLOSE to nobody", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  const monitor = await b.open(bench.phone, "monitor");
  await owner.close();
  deepEqual(await b.heard(), []);
  await monitor.close();
  for (const application of [a, b]) deepEqual(await application.heard(), []);
});

Deno.test("R57 invariant 4 after the answer nothing comes from the phone: what it still reports is dropped", async () => {
  await using bench = await makeBench(server());
  await using application = await beginApplication(server(), "listener");
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["lamp", "other"], buttonModes: ["feature"], buttonStates: ["down", "up"] });
  await owner.close();
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await bench.tell({ do: "devSpecific", text: "late" });
  deepEqual(await application.heard(), []);
});
