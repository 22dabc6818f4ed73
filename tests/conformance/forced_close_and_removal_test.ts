import { deepEqual, equal } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const HELD = { hold: true };

const types = (events: readonly PhoneEvent[]) => events.map(({ type }) => type);

Deno.test("R65 R66 on a forced close every handle of every application gets one PHONE_CLOSE, with all masks empty", async () => {
  await using bench = await makeBench(server());
  const [a, b, c] = [await bench.application(), await bench.application(), await bench.application()];
  const handles = [
    await a.open(bench.phone),
    await a.open(bench.phone, "monitor"),
    await b.open(bench.phone, "monitor"),
  ];
  await bench.tell({ do: "forceClose" });
  await bench.until("forceClosed");
  for (const application of [a, b]) {
    await application.events.next("PHONE_CLOSE", ({ handle }) => application === a || handle === handles[2]!.id);
  }
  const heard = [...await a.heard(), ...await b.heard()];
  deepEqual(
    heard.map((event) => event.type === "PHONE_CLOSE" && [event.handle, event.phone, event.cause]).toSorted(),
    handles.map(({ id }) => [id, bench.phone, "forcedClose"]).toSorted(),
  );
  deepEqual(await c.heard(), []);
});

Deno.test("R67 R68 on a forced close every open request is completed and replied, then PHONE_CLOSE comes, then nothing", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["lamp"] });
  const plans = [{ ...HELD, onAbort: "fulfil" as const }, { ...HELD, onAbort: "INVALPHONESTATE" as const }, HELD];
  await bench.tell({ do: "plan", call: "setVolume", plans });
  const asked: Asked = { operation: "setVolume", device: "handset", volume: 1 };
  const ids = [await owner.request(asked), await owner.request(asked), await owner.request(asked)];
  await bench.until("setVolume", 3);
  await bench.tell({ do: "forceClose" });
  await application.events.next("PHONE_CLOSE");
  await bench.until("forceClosed");
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  const heard = await application.heard();
  deepEqual(types(heard), ["PHONE_REPLY", "PHONE_REPLY", "PHONE_REPLY", "PHONE_CLOSE"]);
  deepEqual(
    heard.flatMap((event) => event.type === "PHONE_REPLY" ? [[event.requestId, event.outcome, event.cause]] : []),
    [[ids[0], "succeeded", undefined], [ids[1], "aborted", "forcedClose"], [ids[2], "aborted", "forcedClose"]],
  );
  for (const requestId of ids) equal((await bench.requestRecord(requestId)).reply, "sent");
});

Deno.test("R67 an orphan's reply stays suppressed in a forced close: its application closed the handle itself", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  await b.open(bench.phone, "monitor");
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  await owner.close();
  await bench.tell({ do: "forceClose" });
  await b.events.next("PHONE_CLOSE");
  const { outcome, cause, reply } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, reply], ["aborted", "forcedClose", "suppressed"]);
  deepEqual(await a.heard(), []);
});

Deno.test("R69 after a forced close the plugin hears no more of the phone, a close least of all", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "forceClose" });
  await application.events.next("PHONE_CLOSE");
  for (const answer of [await owner.ask(LAMP), await owner.get("status"), await owner.want({})]) {
    deepEqual([answer.status, answer.body.code], [404, "PHONEERR_INVALPHONEHANDLE"]);
  }
  equal((await application.call("DELETE", `/v1/handles/${owner.id}`)).status, 404);
  await bench.until("forceClosed");
  deepEqual(await bench.calls(), ["open", "forceClosed"]);
});

Deno.test("R70 after a forced close a new open is passed to the plugin, which may accept or refuse", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "open", plans: [{ error: "ALLOCATED" }] });
  await bench.tell({ do: "forceClose" });
  await application.events.next("PHONE_CLOSE");
  deepEqual((await application.tryOpen(bench.phone, "owner")).body.code, "PHONEERR_ALLOCATED");
  const owner = await application.open(bench.phone);
  equal((await owner.perform(LAMP)).outcome, "succeeded");
  deepEqual(await bench.calls(), ["open", "forceClosed", "open", "open", "setLamp"]);
});

Deno.test("R71 Q21 the plugin's state removed reaches the handles that enabled it before the PHONE_CLOSE that follows", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  await (await a.open(bench.phone)).want({ states: ["removed"] });
  await b.open(bench.phone, "monitor");
  await bench.tell({ do: "state", states: ["removed"] });
  await bench.tell({ do: "forceClose" });
  await Promise.all([a, b].map(({ events }) => events.next("PHONE_CLOSE")));
  deepEqual(types(await a.heard()), ["PHONE_STATE", "PHONE_CLOSE"]);
  deepEqual(types(await b.heard()), ["PHONE_CLOSE"]);
});

Deno.test("R72 R73 Q21 the removal of an open phone closes it once at the plugin; its application hears replies, PHONE_CLOSE, PHONE_REMOVE", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  // It hears of no state `removed` although it wants to: the plugin did not say so.
  await owner.want({ states: ["removed"] });
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  await bench.tell({ do: "remove" });
  await application.events.next("PHONE_REMOVE", ({ phone }) => phone === bench.phone);
  await bench.until("removed");
  deepEqual(await bench.calls(), ["open", "setLamp", "abort", "close", "removed"]);
  const heard = await application.heard();
  deepEqual(types(heard), ["PHONE_REPLY", "PHONE_CLOSE", "PHONE_REMOVE"]);
  const [reply, close] = heard;
  deepEqual(reply?.type === "PHONE_REPLY" && [reply.requestId, reply.outcome, reply.cause], [
    requestId,
    "aborted",
    "phoneRemoved",
  ]);
  deepEqual(close?.type === "PHONE_CLOSE" && [close.handle, close.cause], [owner.id, "phoneRemoved"]);
  equal((await bench.requestRecord(requestId)).reply, "sent");
});

Deno.test("R72 the removal of a closed phone closes nothing", async () => {
  await using bench = await makeBench(server());
  await bench.tell({ do: "remove" });
  await bench.until("removed");
  deepEqual(await bench.calls(), ["removed"]);
});

Deno.test("R74 PHONE_REMOVE reaches the applications that have no phone open", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const { body: { deviceId } } = await application.call("GET", `/v1/phones/${bench.phone}`);
  await bench.tell({ do: "remove" });
  const { seq: _, at: __, ...event } = await application.events.next("PHONE_REMOVE");
  deepEqual(event, { type: "PHONE_REMOVE", phone: bench.phone, deviceId });
});

Deno.test("R75 after PHONE_REMOVE the phone is NODEVICE, is listed no more, and nothing about it reaches the plugin", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "remove" });
  await application.events.next("PHONE_REMOVE");
  await bench.until("removed");
  equal((await application.tryOpen(bench.phone, "owner")).body.code, "PHONEERR_NODEVICE");
  equal((await owner.ask(LAMP)).body.code, "PHONEERR_INVALPHONEHANDLE");
  const { body } = await application.call<{ phones: { phone: string }[] }>("GET", "/v1/phones");
  equal(body.phones.some(({ phone }) => phone === bench.phone), false);
  deepEqual(await bench.calls(), ["open", "close", "removed"]);
});

Deno.test("R22 R23 an added phone gets the next unused device id, and every application one PHONE_CREATE", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const { body: before } = await a.call<{ phones: { deviceId: number }[] }>("GET", "/v1/phones");
  const ids = ["new-a", "new-b"].map((name) => `${name}-${crypto.randomUUID()}`);
  for (const phone of ids) await bench.tell({ do: "add", phone });
  const first = Math.max(...before.phones.map(({ deviceId }) => deviceId)) + 1;
  for (const application of [a, b]) {
    const heard = await application.heard();
    deepEqual(
      heard.map((event) => event.type === "PHONE_CREATE" && [event.phone, event.deviceId]),
      ids.map((id, index) => [`probe:${id}`, first + index]),
    );
  }
});

Deno.test("R22 R23 a removed phone's device id stays occupied: added again it gets another", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const { body: { deviceId } } = await application.call("GET", `/v1/phones/${bench.phone}`);
  await bench.tell({ do: "remove" });
  await bench.until("removed");
  await bench.tell({ do: "add" });
  const created = await application.events.next("PHONE_CREATE");
  deepEqual([created.phone, created.deviceId === deviceId], [bench.phone, false]);
  equal((await application.tryOpen(Number(deviceId), "owner")).body.code, "PHONEERR_NODEVICE");
  equal((await application.tryOpen(created.deviceId, "owner")).status, 201);
});

Deno.test("R23 a phone that the server refuses is created for nobody", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const control = await application.open("probe:control", "monitor");
  const again = { operation: "devSpecific", params: btoa(JSON.stringify({ do: "add", phone: bench.id })) } as const;
  equal((await control.perform(again)).outcome, "failed");
  await control.close();
  deepEqual((await application.heard()).filter(({ type }) => type === "PHONE_CREATE"), []);
});
