import { deepEqual, equal, notEqual } from "node:assert/strict";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import type { Asked, Handle } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

/** A valid call of each of the eight that need an owner. */
const EIGHT: Asked[] = [
  { operation: "setButtonInfo", button: 0, mode: "feature", function: "hold", text: "Hold" },
  { operation: "setData", dataId: 0, data: "AQID" },
  { operation: "setDisplay", row: 0, column: 0, text: "hello" },
  { operation: "setGain", device: "handset", gain: 1 },
  { operation: "setHookSwitch", devices: ["handset"], mode: "micSpeaker" },
  { operation: "setLamp", lamp: 0, mode: "steady" },
  { operation: "setRing", mode: 1, volume: 1 },
  { operation: "setVolume", device: "handset", volume: 1 },
];
const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const GETTERS = [
  "status",
  "hookswitch",
  "ring",
  "display",
  "volume/handset",
  "gain/handset",
  "lamps/0",
  "buttons/0",
  "data/0",
];

Deno.test("R1 however many handles are open, the plugin was asked to open the phone once since its last close", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const handles = [
    await a.open(bench.phone),
    await a.open(bench.phone, "monitor"),
    await b.open(bench.phone, "monitor"),
  ];
  deepEqual(await bench.calls(), ["open"]);
  for (const handle of handles) await handle.close();
  await b.open(bench.phone);
  deepEqual(await bench.calls(), ["open", "close", "open"]);
});

Deno.test("R1 handles that are opened while the plugin is still opening the phone share that one opening", async () => {
  await using bench = await makeBench(server());
  await bench.tell({ do: "plan", call: "open", plans: [{ hold: true }] });
  const a = await bench.application();
  const opening = [a.open(bench.phone, "owner"), a.open(bench.phone, "monitor"), a.open(bench.phone, "monitor")];
  await bench.until("open");
  await bench.tell({ do: "release", held: "open" });
  const handles = await Promise.all(opening);
  equal(new Set(handles.map(({ id }) => id)).size, 3);
  deepEqual(await bench.calls(), ["open"]);
});

Deno.test("R2 every open yields a handle of its own, a second one by the same application too", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  const [first, second] = [await a.open(bench.phone, "monitor"), await a.open(bench.phone, "monitor")];
  notEqual(first.id, second.id);
  await first.close();
  equal((await second.status()).numMonitors, 1);
});

Deno.test("R3 Q10 a second owner is refused INUSE, and the first is undisturbed", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone, "owner");
  for (const other of [a, b]) {
    const { status, body } = await other.tryOpen(bench.phone, "owner");
    deepEqual([status, body.code, body.value], [409, "PHONEERR_INUSE", -1879048186]);
  }
  equal((await owner.perform(LAMP)).outcome, "succeeded");
  deepEqual(await bench.calls(), ["open", "setLamp"]);
});

Deno.test("R3 of two owners that open at the same time one succeeds", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const answers = await Promise.all([a.tryOpen(bench.phone, "owner"), b.tryOpen(bench.phone, "owner")]);
  deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  deepEqual(await bench.calls(), ["open"]);
});

Deno.test("R4 any number of monitors open, with and without an owner", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  const monitors = [await a.open(bench.phone, "monitor"), await a.open(bench.phone, "monitor")];
  await a.open(bench.phone, "owner");
  monitors.push(await a.open(bench.phone, "monitor"));
  const status = await monitors[0]!.status();
  deepEqual([status.numOwners, status.numMonitors], [1, monitors.length]);
});

Deno.test("R5 a privilege that is neither exactly owner nor exactly monitor is refused INVALPRIVILEGE", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  for (const privilege of ["", "OWNER", "owner monitor", "both"]) {
    const { status, body } = await a.tryOpen(bench.phone, privilege);
    deepEqual([status, body.code], [400, "PHONEERR_INVALPRIVILEGE"], privilege);
  }
  deepEqual(await bench.calls(), []);
});

Deno.test("R6 R7 each of the eight is refused NOTOWNER to a monitor, never reaches the plugin and causes no reply", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  const monitor = await a.open(bench.phone, "monitor");
  deepEqual(EIGHT.map(({ operation }) => operation), OPERATIONS.filter((name) => name !== "devSpecific"));
  for (const asked of EIGHT) {
    const { status, body } = await monitor.ask(asked);
    deepEqual([status, body.code, body.value], [403, "PHONEERR_NOTOWNER", -1879048165], asked.operation);
  }
  deepEqual(await bench.calls(), ["open"]);
  deepEqual(await a.heard(), []);
});

Deno.test("R6 the eight and devSpecific are accepted from an owner", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  for (const asked of [...EIGHT, { operation: "devSpecific", params: "AQID" } as const]) {
    equal((await owner.perform(asked)).outcome, "succeeded", asked.operation);
  }
  deepEqual((await bench.record()).map(({ call }) => call), [
    "open",
    ...EIGHT.map(({ operation }) => operation),
    "devSpecific",
  ]);
});

Deno.test("R8 every getter works on a monitor handle", async () => {
  await using bench = await makeBench(server());
  const monitor = await (await bench.application()).open(bench.phone, "monitor");
  for (const getter of GETTERS) {
    const { status, body } = await monitor.get(getter);
    equal(status, 200, `${getter}: ${JSON.stringify(body)}`);
  }
  equal((await monitor.get("status-messages")).status, 200);
});

Deno.test("R9 Q11 devSpecific and the masks work on a monitor handle", async () => {
  await using bench = await makeBench(server());
  const monitor = await (await bench.application()).open(bench.phone, "monitor");
  equal((await monitor.perform({ operation: "devSpecific", params: "AQID" })).outcome, "succeeded");
  equal((await monitor.want({ states: ["lamp"] })).status, 200);
});

Deno.test("R10 when the owner's close is answered another application can own the phone at once, monitors or not", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  await (await a.open(bench.phone, "owner")).close();
  const owner = await b.open(bench.phone, "owner");
  await a.open(bench.phone, "monitor");
  await owner.close();
  equal((await a.tryOpen(bench.phone, "owner")).status, 201);
});

Deno.test("R10 Q5 the owner's place is free while its requests still run as orphans", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  await b.open(bench.phone, "monitor");
  const owner = await a.open(bench.phone, "owner");
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  await owner.request(LAMP);
  await bench.until("setLamp");
  await owner.close();
  equal((await b.tryOpen(bench.phone, "owner")).status, 201);
});

Deno.test("R14 an open that the plugin refuses fails with its error, leaves no handle, and no close follows", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  const plans = [{ error: "ALLOCATED" as const }, { error: -1073741823 }, { error: "RESOURCEUNAVAIL" as const }];
  await bench.tell({ do: "plan", call: "open", plans });
  const answers = [];
  for (const _ of plans) {
    const { status, body } = await a.tryOpen(bench.phone, "owner");
    answers.push([status, body.code, body.value]);
    const shown = await a.call("GET", `/v1/phones/${bench.phone}`);
    deepEqual([shown.body.owner, shown.body.monitors], [null, 0]);
  }
  deepEqual(answers, [
    [409, "PHONEERR_ALLOCATED", -1879048191],
    [502, undefined, -1073741823],
    [503, "PHONEERR_RESOURCEUNAVAIL", -1879048161],
  ]);
  await a.open(bench.phone, "owner");
  deepEqual(await bench.calls(), ["open", "open", "open", "open"]);
});

Deno.test("R21 a phone that never was is BADDEVICEID, a removed one NODEVICE, by name and by device id", async () => {
  await using bench = await makeBench(server());
  const a = await bench.application();
  const { body: { deviceId } } = await a.call("GET", `/v1/phones/${bench.phone}`);
  await bench.tell({ do: "remove" });
  await a.events.next("PHONE_REMOVE", ({ phone }) => phone === bench.phone);
  for (const phone of [bench.phone, Number(deviceId)]) {
    const { status, body } = await a.tryOpen(phone, "owner");
    deepEqual([status, body.code], [410, "PHONEERR_NODEVICE"], String(phone));
    equal((await a.call("GET", `/v1/phones/${phone}`)).status, 410);
  }
  for (const phone of ["probe:never", "nobody:first", 4_000_000]) {
    const { status, body } = await a.tryOpen(phone, "owner");
    deepEqual([status, body.code], [404, "PHONEERR_BADDEVICEID"], String(phone));
    equal((await a.call("GET", `/v1/phones/${phone}`)).status, 404);
  }
});

Deno.test("R29 a refusal is final: it is no request, the plugin hears nothing, and no reply follows", async () => {
  await using bench = await makeBench(server(), { without: ["setRing"] });
  const a = await bench.application();
  const owner = await a.open(bench.phone);
  const refused: [Asked, number, string][] = [
    [{ operation: "setRing", mode: 1, volume: 1 }, 501, "PHONEERR_OPERATIONUNAVAIL"],
    [{ operation: "setLamp", lamp: 0, mode: "unknown" }, 422, "PHONEERR_INVALLAMPMODE"],
    [{ operation: "setHookSwitch", devices: [], mode: "mic" }, 422, "PHONEERR_INVALHOOKSWITCHDEV"],
    [{ operation: "setHookSwitch", devices: ["handset"], mode: "unknown" }, 422, "PHONEERR_INVALHOOKSWITCHMODE"],
    [{ operation: "setVolume", device: "handset", volume: -1 }, 422, "PHONEERR_INVALPARAM"],
    [{ operation: "setVolume", device: "trumpet", volume: 1 }, 422, "PHONEERR_INVALHOOKSWITCHDEV"],
  ];
  for (const [asked, status, code] of refused) {
    const answer = await owner.ask(asked);
    deepEqual([answer.status, answer.body.code, answer.body.requestId], [status, code, undefined], asked.operation);
  }
  deepEqual(await bench.calls(), ["open"]);
  deepEqual(await a.heard(), []);
  const { body } = await a.call<{ requests: unknown[] }>("GET", `/v1/requests?phone=${bench.phone}`);
  deepEqual(body.requests, []);
});

Deno.test("Q29 checks go from the handle to the privilege, the shape, the value, and what the driver has at all", async () => {
  await using bench = await makeBench(server(), { without: ["setLamp"] });
  const a = await bench.application();
  const [owner, monitor] = [await a.open(bench.phone), await a.open(bench.phone, "monitor")];
  const [shapeless, worthless]: Asked[] = [{ operation: "setLamp" }, { ...LAMP, mode: "unknown" }];
  const told = async (handle: Handle, asked: Asked) => {
    const { status, body } = await handle.ask(asked);
    return [status, body.code];
  };
  deepEqual(await told(owner, LAMP), [501, "PHONEERR_OPERATIONUNAVAIL"]);
  deepEqual(await told(owner, worthless!), [422, "PHONEERR_INVALLAMPMODE"]);
  deepEqual(await told(owner, shapeless!), [400, undefined]);
  for (const asked of [worthless!, shapeless!]) deepEqual(await told(monitor, asked), [403, "PHONEERR_NOTOWNER"]);
  await monitor.close();
  for (const asked of [worthless!, shapeless!]) {
    deepEqual(await told(monitor, asked), [404, "PHONEERR_INVALPHONEHANDLE"]);
  }
  deepEqual(await bench.calls(), ["open"]);
});
