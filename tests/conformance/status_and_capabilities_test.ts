import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ButtonCapability } from "../../server/core/contract/capabilities.ts";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import type { PhoneView } from "../../server/core/contract/phone.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

Deno.test("R93 the capabilities show owner, monitors and reinit among the states whatever the plugin set", async () => {
  await using bench = await makeBench(server());
  const { body } = await bench.controller.call<PhoneView>("GET", `/v1/phones/${bench.phone}`);
  deepEqual(body.capabilities.states.toSorted(), [
    "capsChange",
    "connected",
    "disconnected",
    "handsetHookSwitch",
    "lamp",
    "monitors",
    "other",
    "owner",
    "reinit",
    "resume",
    "ringMode",
    "suspend",
  ]);
});

Deno.test("R100 Q36 the status has the number of owners and monitors and the owner's name, which is empty without an owner", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application("Reception"), await bench.application()];
  const monitor = await b.open(bench.phone, "monitor");
  const told = async () => {
    const { numOwners, numMonitors, ownerName } = await monitor.status();
    return [numOwners, numMonitors, ownerName];
  };
  deepEqual(await told(), [0, 1, ""]);
  const owner = await a.open(bench.phone);
  await a.open(bench.phone, "monitor");
  deepEqual(await told(), [1, 2, "Reception"]);
  await owner.close();
  deepEqual(await told(), [0, 2, ""]);
});

Deno.test("R100 the status of a disconnected phone still works, and says so", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["connected", "disconnected"] });
  deepEqual((await owner.status()).statusFlags, ["connected"]);
  await bench.tell({ do: "connected", connected: false });
  const down = await application.events.next("PHONE_STATE");
  deepEqual([down.handle, down.states], [owner.id, ["disconnected"]]);
  const status = await owner.status();
  deepEqual([status.statusFlags, status.numOwners], [[], 1]);
  equal((await application.call("GET", `/v1/phones/${bench.phone}`)).body.connected, false);
  await bench.tell({ do: "connected", connected: true });
  deepEqual((await application.events.next("PHONE_STATE")).states, ["connected"]);
});

Deno.test("contract 2.0 on a disconnected phone operations fail INVALPHONESTATE, but devSpecific and setButtonInfo work", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  await bench.tell({ do: "connected", connected: false });
  const lamp = await owner.perform({ operation: "setLamp", lamp: 0, mode: "steady" });
  deepEqual([lamp.outcome, lamp.code, lamp.cause], ["failed", "PHONEERR_INVALPHONESTATE", undefined]);
  const { status, body } = await owner.get("lamps/0");
  deepEqual([status, body.code], [409, "PHONEERR_INVALPHONESTATE"]);
  const asked = [
    { operation: "devSpecific", params: "" },
    { operation: "setButtonInfo", button: 0, mode: "feature", function: "hold", text: "Hold" },
  ] as const;
  for (const operation of asked) equal((await owner.perform(operation)).outcome, "succeeded");
});

Deno.test("contract 6.2 the features usable now leave out what sets for a handle that does not own the phone", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  const all = (await owner.status()).phoneFeatures;
  equal(all.includes("setLamp") && all.includes("getLamp"), true);
  deepEqual((await monitor.status()).phoneFeatures, all.filter((feature) => !feature.startsWith("set")));
});

Deno.test("api 2 what depends on the phone's capabilities ends as a completion, and the driver is not called", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  const asked: [Asked, string][] = [
    [{ operation: "setLamp", lamp: 9, mode: "steady" }, "PHONEERR_INVALBUTTONLAMPID"],
    [{ operation: "setLamp", lamp: 0, mode: "flutter" }, "PHONEERR_INVALLAMPMODE"],
    [{ operation: "setRing", mode: 3, volume: 0 }, "PHONEERR_INVALRINGMODE"],
    [{ operation: "setVolume", device: "speaker", volume: 0 }, "PHONEERR_INVALHOOKSWITCHDEV"],
    [{ operation: "setHookSwitch", devices: ["handset", "headset"], mode: "onHook" }, "PHONEERR_INVALHOOKSWITCHDEV"],
    [{ operation: "setHookSwitch", devices: ["speaker"], mode: "mic" }, "PHONEERR_INVALHOOKSWITCHMODE"],
    [{ operation: "setDisplay", row: 1, column: 0, text: "x" }, "PHONEERR_INVALPARAM"],
    [{ operation: "setData", dataId: 1, data: "" }, "PHONEERR_INVALDATAID"],
  ];
  for (const [operation, code] of asked) {
    const record = await owner.perform(operation);
    deepEqual([record.outcome, record.code], ["failed", code], JSON.stringify(operation));
  }
  deepEqual(await bench.calls(), ["open"]);
});

Deno.test("R107 capabilities that a plugin changes are those of the phone, of its status and of what is asked next, and capsChange says so", async () => {
  await using bench = await makeBench(server());
  const [application, bystander] = [await bench.application(), await bench.application()];
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["capsChange"] });
  const monitor = await bystander.open(bench.phone, "monitor");
  await monitor.want({ states: ["lamp", "capsChange"] });
  const shown = async () => (await application.call<PhoneView>("GET", `/v1/phones/${bench.phone}`)).body.capabilities;
  const before = await shown();
  const buttons: ButtonCapability[] = [{ id: 0, mode: "feature", function: "unknown", lampModes: ["off", "flutter"] }];
  await bench.tell({ do: "capabilities", capabilities: { buttons, display: { rows: 0, columns: 0 } } });
  for (const { events } of [application, bystander]) {
    deepEqual((await events.next("PHONE_STATE")).states, ["capsChange"]);
  }
  const after = await shown();
  deepEqual([after.buttons, after.display, after.ringModes], [buttons, { rows: 0, columns: 0 }, before.ringModes]);
  deepEqual((await owner.status()).phoneFeatures, after.features);
  equal(before.features.includes("setDisplay") && !after.features.includes("setDisplay"), true);
  equal((await owner.perform({ operation: "setLamp", lamp: 0, mode: "flutter" })).outcome, "succeeded");
  const refused = await owner.perform({ operation: "setDisplay", row: 0, column: 0, text: "x" });
  equal(refused.code, "PHONEERR_OPERATIONUNAVAIL");
  const { body } = await bench.controller.call<{ events: HistoryEvent<"phoneChanged">[] }>(
    "GET",
    `/v1/history/events?type=phoneChanged&phone=${bench.phone}`,
  );
  deepEqual(body.events.map(({ detail }) => detail), [{ parts: ["display", "buttons", "features"] }]);
});

Deno.test("R107 capabilities that are not valid are refused where they are set, and nobody is told", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["lamp", "capsChange"] });
  await rejects(bench.tell({ do: "capabilities", capabilities: { ringModes: -1 } }), /PHONEERR_INVALPARAM/);
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  deepEqual((await application.events.next("PHONE_STATE")).states, ["lamp"]);
});

Deno.test("R108 an operation that is under way ends by the capabilities that it was checked by", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setDisplay", plans: [{ hold: true }] });
  const write = { operation: "setDisplay", row: 0, column: 0, text: "Welcome!" } as const;
  const requestId = await owner.request(write);
  await bench.until("setDisplay");
  await bench.tell({ do: "capabilities", capabilities: { display: { rows: 0, columns: 0 } } });
  await bench.tell({ do: "release", held: requestId });
  const reply = await application.events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
  equal(reply.outcome, "succeeded");
  equal((await owner.perform(write)).code, "PHONEERR_OPERATIONUNAVAIL");
});
