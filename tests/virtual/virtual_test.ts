import { deepEqual, equal, rejects } from "node:assert/strict";
import { PhoneError, type PhoneErrorName } from "../../server/core/contract/errors.ts";
import type { OfferedPhone } from "../../server/core/contract/offered_phone.ts";
import { VirtualBench } from "./testbed.ts";

const value = (name: PhoneErrorName) => new PhoneError(name).value;
const BLANK = " ".repeat(24);

Deno.test("there are two phones: desk-1 can do everything, mini-1 little", async () => {
  await using phone = await VirtualBench.open("desk-1");
  const offers = phone.host.told.filter(([name]) => name === "addPhone").map(([, offer]) => offer as OfferedPhone);
  deepEqual(offers.map(({ id, name, connected }) => [id, name, connected]), [
    ["desk-1", "Desk 1", true],
    ["mini-1", "Mini 1", true],
  ]);
  const [desk, mini] = offers.map(({ capabilities }) => capabilities);
  deepEqual(desk?.display, { rows: 2, columns: 24 });
  deepEqual(desk?.buttons.map(({ id, mode, lampModes }) => [id, mode, lampModes.length > 1]), [
    ...Array.from({ length: 12 }, (_, id) => [id, "keypad", false]),
    ...Array.from({ length: 8 }, (_, index) => [12 + index, "feature", true]),
    [20, "dummy", true],
  ]);
  equal(desk?.ringModes, 4);
  deepEqual(desk?.hookSwitchDevices, ["handset", "speaker", "headset"]);
  deepEqual([desk?.volumeDevices, desk?.gainDevices], [desk?.hookSwitchDevices, desk?.hookSwitchDevices]);
  deepEqual([desk?.setData, desk?.getData], [[256, 256], [256, 256]]);
  equal(desk?.features.length, 28);
  deepEqual(mini?.display, { rows: 0, columns: 0 });
  deepEqual(mini?.buttons.map(({ id, mode }) => [id, mode]), [
    ...Array.from({ length: 12 }, (_, id) => [id, "keypad"]),
    [12, "feature"],
  ]);
  for (const model of [desk, mini]) {
    deepEqual(
      model?.buttons.map(({ pressable = false }) => pressable),
      model?.buttons.map(({ mode }) => mode !== "dummy"),
    );
    equal(model?.extension, "switchroom-virtual/1");
  }
  deepEqual(mini?.hookSwitchDevices, ["handset"]);
  deepEqual(mini?.setData, []);
});

Deno.test("each operation takes effect at once, is reported once, and its getter shows it", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.do("setLamp", { lamp: 12, mode: "flash" }), 0);
  equal(await phone.do("setVolume", { device: "headset", volume: 65535 }), 0);
  equal(await phone.do("setGain", { device: "handset", gain: 0 }), 0);
  equal(await phone.do("setRing", { mode: 3, volume: 1 }), 0);
  equal(await phone.do("setDisplay", { row: 0, column: 20, text: "Hello, 🙂" }), 0);
  equal(await phone.do("setHookSwitch", { devices: ["handset", "speaker"], mode: "micSpeaker" }), 0);
  equal(await phone.do("setData", { dataId: 1, data: "AQID" }), 0);
  equal(
    await phone.do("setButtonInfo", { button: 13, mode: "call", function: "hold", text: "Hold", devSpecific: "/w==" }),
    0,
  );
  deepEqual(phone.reports, [
    ["state", "desk-1", ["lamp"], 12],
    ["state", "desk-1", ["headsetVolume"]],
    ["state", "desk-1", ["handsetGain"]],
    ["state", "desk-1", ["ringMode"], 3],
    ["state", "desk-1", ["ringVolume"]],
    ["state", "desk-1", ["display"]],
    ["state", "desk-1", ["handsetHookSwitch"], "micSpeaker"],
    ["state", "desk-1", ["speakerHookSwitch"], "micSpeaker"],
    ["state", "desk-1", ["other"]],
    ["state", "desk-1", ["other"]],
    ["buttonMeant", "desk-1", { button: 13, mode: "call", function: "hold" }],
    ["state", "desk-1", ["capsChange"]],
  ]);
  const rows = ["                    Hell", "o, 🙂                    "];
  deepEqual(await phone.get("getLamp", { lamp: 12 }), { lamp: 12, mode: "flash" });
  deepEqual(await phone.get("getVolume", { device: "headset" }), { device: "headset", volume: 65535 });
  deepEqual(await phone.get("getGain", { device: "handset" }), { device: "handset", gain: 0 });
  deepEqual(await phone.get("getRing", {}), { mode: 3, volume: 1 });
  deepEqual(await phone.get("getDisplay", {}), { rows });
  deepEqual(await phone.get("getHookSwitch", {}), { offHook: ["handset", "speaker"] });
  deepEqual(await phone.get("getData", { dataId: 1, size: 3 }), { dataId: 1, data: "AQID" });
  deepEqual(await phone.get("getButtonInfo", { button: 13 }), {
    button: 13,
    mode: "call",
    function: "hold",
    text: "Hold",
    state: "up",
    devSpecific: "/w==",
  });
  const status = await phone.get("getStatus", {});
  deepEqual(status.display, { rows });
  deepEqual([status.ringMode, status.ringVolume], [3, 1]);
  deepEqual([status.handsetHookSwitchMode, status.headsetHookSwitchMode], ["micSpeaker", "onHook"]);
  deepEqual(status.lampModes?.filter(({ mode }) => mode !== "off"), [{ lamp: 12, mode: "flash" }]);
});

Deno.test("Q30: an operation that changes nothing reports nothing", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.do("setLamp", { lamp: 12, mode: "off" }), 0);
  equal(await phone.do("setVolume", { device: "handset", volume: 0x8000 }), 0);
  equal(await phone.do("setGain", { device: "handset", gain: 0x8000 }), 0);
  equal(await phone.do("setRing", { mode: 0, volume: 0x8000 }), 0);
  equal(await phone.do("setDisplay", { row: 0, column: 0, text: "   " }), 0);
  equal(await phone.do("setHookSwitch", { devices: ["handset"], mode: "onHook" }), 0);
  equal(await phone.do("setData", { dataId: 0, data: "" }), 0);
  equal(await phone.do("setButtonInfo", { button: 1, mode: "keypad", function: "none", text: "1" }), 0);
  deepEqual(phone.reports, []);
});

Deno.test("R95: muting and unmuting through the hookswitch mode leaves volume and gain unchanged", async () => {
  await using phone = await VirtualBench.open("desk-1");
  await phone.do("setVolume", { device: "handset", volume: 111 });
  await phone.do("setGain", { device: "handset", gain: 222 });
  for (const mode of ["mic", "speaker", "onHook", "micSpeaker"] as const) {
    equal(await phone.do("setHookSwitch", { devices: ["handset"], mode }), 0);
    equal((await phone.get("getVolume", { device: "handset" })).volume, 111);
    equal((await phone.get("getGain", { device: "handset" })).gain, 222);
  }
});

Deno.test("R96, R99: setHookSwitch changes only the listed devices, and getHookSwitch shows exactly those off hook", async () => {
  await using phone = await VirtualBench.open("desk-1");
  await phone.do("setHookSwitch", { devices: ["speaker"], mode: "mic" });
  deepEqual(await phone.get("getHookSwitch", {}), { offHook: ["speaker"] });
  await phone.do("setHookSwitch", { devices: ["headset"], mode: "speaker" });
  deepEqual(await phone.get("getHookSwitch", {}), { offHook: ["speaker", "headset"] });
  await phone.do("setHookSwitch", { devices: ["speaker"], mode: "onHook" });
  deepEqual(await phone.get("getHookSwitch", {}), { offHook: ["headset"] });
});

Deno.test("R97: ring mode 0 is silence, 1 to 4 ring, 5 is refused", async () => {
  await using phone = await VirtualBench.open("desk-1");
  for (const mode of [1, 4, 0]) {
    equal(await phone.do("setRing", { mode, volume: 7 }), 0);
    deepEqual(await phone.get("getRing", {}), { mode, volume: 7 });
  }
  equal(await phone.do("setRing", { mode: 5, volume: 7 }), value("INVALRINGMODE"));
  deepEqual(await phone.get("getRing", {}), { mode: 0, volume: 7 });
});

Deno.test("R98: text runs on into the next row and is cut at the end; cells not written keep their content", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.do("setDisplay", { row: 0, column: 0, text: "a".repeat(100) }), 0);
  deepEqual(await phone.get("getDisplay", {}), { rows: ["a".repeat(24), "a".repeat(24)] });
  equal(await phone.do("setDisplay", { row: 0, column: 23, text: "bc" }), 0);
  deepEqual(await phone.get("getDisplay", {}), { rows: [`${"a".repeat(23)}b`, `c${"a".repeat(23)}`] });
  equal(await phone.do("setDisplay", { row: 2, column: 0, text: "x" }), value("INVALPARAM"));
  equal(await phone.do("setDisplay", { row: 0, column: 24, text: "x" }), value("INVALPARAM"));
});

Deno.test("Q17, R99: data is kept, too much is refused and changes nothing, reading is bounded by the area", async () => {
  await using phone = await VirtualBench.open("desk-1");
  const whole = new Uint8Array(256).fill(7).toBase64();
  equal(await phone.do("setData", { dataId: 0, data: whole }), 0);
  equal(await phone.do("setData", { dataId: 0, data: new Uint8Array(257).toBase64() }), value("OPERATIONFAILED"));
  equal(await phone.do("setData", { dataId: 2, data: "" }), value("INVALDATAID"));
  deepEqual(await phone.get("getData", { dataId: 0, size: 100_000 }), { dataId: 0, data: whole });
  deepEqual(await phone.get("getData", { dataId: 0, size: 0 }), { dataId: 0, data: "" });
  await rejects(phone.get("getData", { dataId: 2, size: 0 }), { code: "PHONEERR_INVALDATAID" });
});

Deno.test("mini-1 refuses what it has not", async () => {
  await using phone = await VirtualBench.open("mini-1");
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "flash" }), value("INVALLAMPMODE"));
  equal(await phone.do("setLamp", { lamp: 0, mode: "steady" }), value("INVALBUTTONLAMPID"));
  equal(
    await phone.do("setButtonInfo", { button: 13, mode: "call", function: "none", text: "" }),
    value("INVALBUTTONLAMPID"),
  );
  equal(await phone.do("setVolume", { device: "speaker", volume: 1 }), value("INVALHOOKSWITCHDEV"));
  equal(await phone.do("setGain", { device: "headset", gain: 1 }), value("INVALHOOKSWITCHDEV"));
  equal(await phone.do("setHookSwitch", { devices: ["handset", "speaker"], mode: "mic" }), value("INVALHOOKSWITCHDEV"));
  equal(await phone.do("setDisplay", { row: 0, column: 0, text: "x" }), value("OPERATIONUNAVAIL"));
  equal(await phone.do("setRing", { mode: 1, volume: 1 }), value("OPERATIONUNAVAIL"));
  equal(await phone.do("setData", { dataId: 0, data: "" }), value("OPERATIONUNAVAIL"));
  deepEqual(await phone.get("getHookSwitch", {}), { offHook: [] });
});

Deno.test("Q27: the keys of the keypad have their texts", async () => {
  await using phone = await VirtualBench.open("mini-1");
  const texts = await Promise.all(Array.from({ length: 13 }, (_, button) => phone.get("getButtonInfo", { button })));
  equal(texts.map(({ text }) => text).join(""), "0123456789*#");
});

Deno.test("R88: a press goes down, then up", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.act({ press: 11 }), 0);
  equal(await phone.act({ press: 12 }), 0);
  deepEqual(phone.reports, [
    ["button", "desk-1", 11, "keypad", "down"],
    ["button", "desk-1", 11, "keypad", "up"],
    ["button", "desk-1", 12, "feature", "down"],
    ["button", "desk-1", 12, "feature", "up"],
  ]);
});

Deno.test("R104: a button is held for as long as the person says, and let go when the phone closes before", async () => {
  await using phone = await VirtualBench.open("desk-1");
  const short = phone.start("devSpecific", { params: btoa(`{"press":12,"holdMs":1000}`) });
  const down = [["button", "desk-1", 12, "feature", "down"]];
  const pressed = [...down, ["button", "desk-1", 12, "feature", "up"]];
  await phone.host.until("the button down", () => phone.reports.length >= 1);
  deepEqual(phone.reports, down);
  equal(await phone.result(short), 0);
  deepEqual(phone.reports, pressed);

  const long = phone.start("devSpecific", { params: btoa(`{"press":12,"holdMs":20000}`) });
  await phone.host.until("the button down again", () => phone.reports.length >= 3);
  await phone.host.process.close("desk-1");
  equal(await phone.result(long), value("OPERATIONFAILED"));
  deepEqual(phone.reports, [...pressed, ...pressed]);
});

Deno.test("a person lifts the handset, unplugs the phone and plugs it in again", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.act({ hook: { device: "handset", mode: "micSpeaker" } }), 0);
  equal(await phone.act({ connected: false }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), value("INVALPHONESTATE"));
  equal(await phone.act({ press: 1 }), value("OPERATIONFAILED"));
  deepEqual((await phone.get("getStatus", {})).statusFlags, []);
  equal(await phone.act({ connected: true }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), 0);
  deepEqual(phone.reports, [
    ["state", "desk-1", ["handsetHookSwitch"], "micSpeaker"],
    ["connected", "desk-1", false],
    ["connected", "desk-1", true],
    ["state", "desk-1", ["lamp"], 12],
  ]);
});

Deno.test("next: the next operations fail as they were told to, devSpecific excepted", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.act({ next: { count: 2, error: "PHONEERR_RESOURCEUNAVAIL" } }), 0);
  equal(await phone.act({ press: 1 }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), value("RESOURCEUNAVAIL"));
  equal(await phone.do("setVolume", { device: "handset", volume: 1 }), value("RESOURCEUNAVAIL"));
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), 0);
  equal(await phone.act({ next: { count: 1, error: 0xC0000001 } }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "off" }), 0xC0000001 | 0);
  equal(await phone.act({ next: { count: 1, delayMs: 1 } }), 0);
  equal(await phone.do("setLamp", { lamp: 12, mode: "off" }), 0);
});

Deno.test("R54 to R58: delayed operations give up when the phone closes, before the close is acknowledged; it can be opened again", async () => {
  await using phone = await VirtualBench.open("desk-1");
  await phone.act({ next: { count: 3, delayMs: 60_000 } });
  const ids = [12, 13, 14].map((lamp) => phone.start("setLamp", { lamp, mode: "steady" }));
  await phone.host.process.close("desk-1");
  const completed = phone.host.told.filter(([name]) => name === "completed");
  deepEqual(completed.slice(-3), ids.map((id) => ["completed", id, value("OPERATIONFAILED"), "The phone is closing"]));
  deepEqual(phone.reports, []);
  await phone.host.process.open("desk-1", { states: [], buttonModes: [], buttonStates: [] });
  deepEqual(await phone.get("getLamp", { lamp: 12 }), { lamp: 12, mode: "off" });
});

Deno.test("a delayed operation gives up when its own signal aborts, and the others do not", async () => {
  await using phone = await VirtualBench.open("desk-1");
  await phone.act({ next: { count: 1, delayMs: 60_000, error: "INVALLAMPMODE" } });
  const id = phone.start("setLamp", { lamp: 12, mode: "steady" });
  phone.host.process.abort(id);
  equal(await phone.result(id), value("OPERATIONFAILED"));
  equal(await phone.do("setLamp", { lamp: 12, mode: "steady" }), 0);
});

Deno.test("R64: forceClose completes what is outstanding before the phone is told closed", async () => {
  await using phone = await VirtualBench.open("desk-1");
  await phone.act({ next: { count: 1, delayMs: 60_000 } });
  const lamp = phone.start("setLamp", { lamp: 12, mode: "steady" });
  const force = phone.start("devSpecific", { params: btoa(`{"forceClose":true}`) });
  await phone.host.until("forceClosed", ([name]) => name === "forceClosed");
  const last = phone.host.told.slice(-4).map(([name]) => name);
  deepEqual(last, ["forceClosing", "completed", "completed", "forceClosed"]);
  equal(await phone.result(lamp), value("OPERATIONFAILED"));
  equal(await phone.result(force), 0);
});

Deno.test("remove takes the phone away", async () => {
  await using phone = await VirtualBench.open("desk-1");
  equal(await phone.act({ remove: true }), 0);
  deepEqual(await phone.host.until("removePhone", ([name]) => name === "removePhone"), ["removePhone", "desk-1"]);
});

const NOT_UNDERSTOOD = [
  "",
  "hello",
  "null",
  "[]",
  "{}",
  `{"press":1,"hook":{}}`,
  `{"press":"1"}`,
  `{"press":-1}`,
  `{"press":20}`,
  `{"press":99}`,
  `{"press":1,"holdMs":20001}`,
  `{"press":1,"holdMs":"long"}`,
  `{"connected":true,"holdMs":1}`,
  `{"holdMs":1}`,
  `{"hook":null}`,
  `{"hook":{"device":"ear","mode":"mic"}}`,
  `{"hook":{"device":"handset","mode":"unknown"}}`,
  `{"hook":{"device":"handset","mode":"mic","why":1}}`,
  `{"connected":"no"}`,
  `{"forceClose":1}`,
  `{"remove":false}`,
  `{"next":null}`,
  `{"next":{"count":0}}`,
  `{"next":{"count":1001}}`,
  `{"next":{"count":1,"delayMs":60001}}`,
  `{"next":{"count":1,"error":"PHONEERR_TOOTIRED"}}`,
  `{"next":{"count":1,"error":5}}`,
  `{"next":{"count":1,"colour":"red"}}`,
  `{"toString":1}`,
];

Deno.test("devSpecific refuses whatever it does not understand, and does nothing", async () => {
  await using phone = await VirtualBench.open("desk-1");
  for (const text of NOT_UNDERSTOOD) equal(await phone.act(text), value("INVALPOINTER"), text);
  equal(await phone.do("devSpecific", { params: "/w==" }), value("INVALPOINTER"), "bytes that are no UTF-8");
  deepEqual(phone.reports, []);
  deepEqual((await phone.get("getDisplay", {})).rows, [BLANK, BLANK]);
});

Deno.test("R30, R39: a thousand overlapping operations are each completed once", async () => {
  await using phone = await VirtualBench.open("desk-1");
  const ids = Array.from({ length: 1_000 }, (_, n) => phone.start("setVolume", { device: "handset", volume: n }));
  await phone.result(ids.at(-1) ?? 0);
  const completed = phone.host.told.filter(([name]) => name === "completed").map(([, id]) => id);
  deepEqual(completed, ids);
});
