import { deepEqual, equal } from "node:assert/strict";
import {
  type Driver,
  type DriverParameters,
  type PartialCapabilities,
  PhoneError,
  type PhoneErrorName,
} from "../../server/plugin/mod.ts";
import { openPhone } from "./testbed.ts";

const CAPABILITIES: PartialCapabilities = {
  hookSwitchDevices: ["handset", "speaker"],
  hookSwitchModes: {
    handset: { settable: ["onHook", "micSpeaker"] },
    speaker: { settable: ["onHook", "micSpeaker", "mic"] },
  },
  volumeDevices: ["handset"],
  gainDevices: ["speaker"],
  display: { rows: 2, columns: 4 },
  ringModes: 3,
  buttons: [
    { id: 0, mode: "keypad" },
    { id: 7, mode: "feature", lampModes: ["dummy", "off", "steady", "unknown", 0x10000] },
  ],
  setData: [4],
  getData: [4],
};

/** A driver that does everything and remembers what reached it. */
function recorder() {
  const calls: [string, unknown][] = [];
  const take = (name: string) => (params: unknown) => void calls.push([name, params]);
  const driver: Driver = {
    devSpecific: take("devSpecific"),
    setButtonInfo: take("setButtonInfo"),
    setData: take("setData"),
    setDisplay: take("setDisplay"),
    setGain: take("setGain"),
    setHookSwitch: take("setHookSwitch"),
    setLamp: take("setLamp"),
    setRing: take("setRing"),
    setVolume: take("setVolume"),
  };
  return { calls, driver };
}

type Bench = Awaited<ReturnType<typeof openPhone>>["bench"];
type Asked = Parameters<Bench["operate"]>[1];

const REFUSALS: [string, Asked, PhoneErrorName][] = [
  ["Q12: a device that is not there", {
    operation: "setHookSwitch",
    params: { devices: ["handset", "headset"], mode: "onHook" },
  }, "INVALHOOKSWITCHDEV"],
  ["Q12: a mode that one of the devices cannot take", {
    operation: "setHookSwitch",
    params: { devices: ["speaker", "handset"], mode: "mic" },
  }, "INVALHOOKSWITCHMODE"],
  ["a hookswitch mode that is only a description", {
    operation: "setHookSwitch",
    params: { devices: ["handset"], mode: "unknown" },
  }, "INVALHOOKSWITCHMODE"],
  [
    "the volume of a device without one",
    { operation: "setVolume", params: { device: "speaker", volume: 1 } },
    "INVALHOOKSWITCHDEV",
  ],
  [
    "the gain of a device without one",
    { operation: "setGain", params: { device: "handset", gain: 1 } },
    "INVALHOOKSWITCHDEV",
  ],
  ["R97: a ring mode above the last", { operation: "setRing", params: { mode: 4, volume: 1 } }, "INVALRINGMODE"],
  [
    "R98: a row outside the display",
    { operation: "setDisplay", params: { row: 2, column: 0, text: "x" } },
    "INVALPARAM",
  ],
  [
    "R98: a column outside the display",
    { operation: "setDisplay", params: { row: 0, column: 4, text: "x" } },
    "INVALPARAM",
  ],
  ["a lamp that is not there", { operation: "setLamp", params: { lamp: 1, mode: "steady" } }, "INVALBUTTONLAMPID"],
  ["Q15: a button without a lamp", { operation: "setLamp", params: { lamp: 0, mode: "steady" } }, "INVALBUTTONLAMPID"],
  [
    "Q15: dummy, though the lamp describes itself so",
    { operation: "setLamp", params: { lamp: 7, mode: "dummy" } },
    "INVALLAMPMODE",
  ],
  [
    "Q15: unknown, though the lamp describes itself so",
    { operation: "setLamp", params: { lamp: 7, mode: "unknown" } },
    "INVALLAMPMODE",
  ],
  [
    "Q15: a mode that the lamp does not have",
    { operation: "setLamp", params: { lamp: 7, mode: "wink" } },
    "INVALLAMPMODE",
  ],
  [
    "Q15: a vendor's mode that the lamp does not have",
    { operation: "setLamp", params: { lamp: 7, mode: 0x20000 } },
    "INVALLAMPMODE",
  ],
  ["a button that is not there", {
    operation: "setButtonInfo",
    params: { button: 1, mode: "call", function: "hold", text: "" },
  }, "INVALBUTTONLAMPID"],
  ["a data area that is not there", { operation: "setData", params: { dataId: 1, data: "" } }, "INVALDATAID"],
  [
    "Q17: more data than the area holds",
    { operation: "setData", params: { dataId: 0, data: "AAAAAAA=" } },
    "OPERATIONFAILED",
  ],
];

for (const [what, asked, error] of REFUSALS) {
  Deno.test(`the driver does not hear of ${what}: ${error}`, async () => {
    const { calls, driver } = recorder();
    const { bench } = await openPhone(driver, { capabilities: CAPABILITIES });
    bench.operate(1, asked);
    equal(await bench.result(1), new PhoneError(error).value);
    deepEqual(calls, []);
  });
}

Deno.test("Q12: a device of which no mode can be set is refused in words that say so", async () => {
  const { bench } = await openPhone(recorder().driver, {
    capabilities: { hookSwitchDevices: ["speaker"], hookSwitchModes: { speaker: { monitored: ["onHook"] } } },
  });
  bench.operate(1, { operation: "setHookSwitch", params: { devices: ["speaker"], mode: "onHook" } });
  equal(await bench.result(1), new PhoneError("INVALHOOKSWITCHMODE").value);
  const { message } = bench.said.at(-1) as { message?: string };
  equal(message, "The speaker cannot be onHook: none of its modes can be set");
});

Deno.test("Q13, Q14: without ring or display their operations are unavailable", async () => {
  const { driver } = recorder();
  const { bench } = await openPhone(driver);
  bench.operate(1, { operation: "setRing", params: { mode: 0, volume: 0 } });
  bench.operate(2, { operation: "setDisplay", params: { row: 0, column: 0, text: "" } });
  equal(await bench.result(1), new PhoneError("OPERATIONUNAVAIL").value);
  equal(await bench.result(2), new PhoneError("OPERATIONUNAVAIL").value);
});

Deno.test("the driver is given what was asked, bytes as bytes", async () => {
  const { calls, driver } = recorder();
  const { bench } = await openPhone(driver, { capabilities: CAPABILITIES });
  const asked: Asked[] = [
    { operation: "devSpecific", params: { params: "AQID" } },
    {
      operation: "setButtonInfo",
      params: { button: 7, mode: "call", function: 0x80000001, text: "Ann", devSpecific: "/w==" },
    },
    { operation: "setData", params: { dataId: 0, data: "AQIDBA==" } },
    { operation: "setGain", params: { device: "speaker", gain: 65535 } },
    { operation: "setHookSwitch", params: { devices: ["handset", "speaker"], mode: "micSpeaker" } },
    { operation: "setLamp", params: { lamp: 7, mode: 0x10000 } },
    { operation: "setRing", params: { mode: 3, volume: 9 } },
    { operation: "setVolume", params: { device: "handset", volume: 0 } },
  ];
  for (const [index, operation] of asked.entries()) {
    bench.operate(index + 1, operation);
    equal(await bench.result(index + 1), 0);
  }
  const expected: { [Name in keyof DriverParameters]?: DriverParameters[Name] } = {
    devSpecific: { params: new Uint8Array([1, 2, 3]) },
    setButtonInfo: { button: 7, mode: "call", function: 0x80000001, text: "Ann", devSpecific: new Uint8Array([255]) },
    setData: { dataId: 0, data: new Uint8Array([1, 2, 3, 4]) },
    setGain: { device: "speaker", gain: 65535 },
    setHookSwitch: { devices: ["handset", "speaker"], mode: "micSpeaker" },
    setLamp: { lamp: 7, mode: 0x10000 },
    setRing: { mode: 3, volume: 9 },
    setVolume: { device: "handset", volume: 0 },
  };
  deepEqual(Object.fromEntries(calls), expected);
});

Deno.test("R98: text is cut after the display's last cell, and a cell is one code point", async () => {
  const { calls, driver } = recorder();
  const { bench } = await openPhone(driver, { capabilities: CAPABILITIES });
  bench.operate(1, { operation: "setDisplay", params: { row: 1, column: 1, text: "🙂é𝄞more" } });
  equal(await bench.result(1), 0);
  deepEqual(calls, [["setDisplay", { row: 1, column: 1, text: "🙂é𝄞" }]]);
});

Deno.test("Q14: a control character of a text is a blank cell", async () => {
  const { calls, driver } = recorder();
  const { bench } = await openPhone(driver, { capabilities: CAPABILITIES });
  bench.operate(1, { operation: "setDisplay", params: { row: 0, column: 0, text: "a\nb\u0000\u001b\u009bc\u007f" } });
  equal(await bench.result(1), 0);
  deepEqual(calls, [["setDisplay", { row: 0, column: 0, text: "a b   c " }]]);
});

Deno.test("a phone without a link refuses what needs one, and neither devSpecific nor setButtonInfo does", async () => {
  const { calls, driver } = recorder();
  const { bench } = await openPhone(driver, { capabilities: CAPABILITIES, connected: false });
  bench.operate(1, { operation: "setLamp", params: { lamp: 7, mode: "off" } });
  bench.operate(2, { operation: "devSpecific", params: { params: "" } });
  bench.operate(3, { operation: "setButtonInfo", params: { button: 7, mode: "call", function: "none", text: "" } });
  equal(await bench.result(1), new PhoneError("INVALPHONESTATE").value);
  equal(await bench.result(2), 0);
  equal(await bench.result(3), 0);
  deepEqual(calls.map(([name]) => name), ["devSpecific", "setButtonInfo"]);
});

Deno.test("a method that the driver does not have is unavailable", async () => {
  const { bench } = await openPhone({}, { capabilities: CAPABILITIES });
  bench.operate(1, { operation: "setLamp", params: { lamp: 7, mode: "off" } });
  equal(await bench.result(1), new PhoneError("OPERATIONUNAVAIL").value);
});

Deno.test("R30, R31: every operation is completed once, with 0, the driver's PhoneError, or OPERATIONFAILED for anything else, which is logged", async () => {
  const ways: [() => Promise<void> | void, number][] = [
    [() => {}, 0],
    [() => Promise.resolve(), 0],
    [() => Promise.reject(new PhoneError("RESOURCEUNAVAIL")), new PhoneError("RESOURCEUNAVAIL").value],
    [() => Promise.reject(new PhoneError(0xC0000001)), new PhoneError(0xC0000001).value],
    [() => Promise.reject(new Error("no route to host")), new PhoneError("OPERATIONFAILED").value],
    [() => {
      throw new TypeError("thrown before a promise was made");
    }, new PhoneError("OPERATIONFAILED").value],
    [() => Promise.reject(undefined), new PhoneError("OPERATIONFAILED").value],
  ];
  let way = 0;
  const { bench } = await openPhone({ devSpecific: () => ways[way]?.[0]() });
  for (const [index, [, result]] of ways.entries()) {
    way = index;
    bench.operate(index + 1, { operation: "devSpecific", params: { params: "" } });
    equal(await bench.result(index + 1), result);
  }
  equal(bench.said.filter(({ type }) => type === "done").length, ways.length);
  const log = bench.said.filter((message) => message.type === "log").map(({ text }) => text).join("\n");
  equal(/no route to host/.test(log) && /thrown before a promise/.test(log), true);
});

Deno.test("R40, step 5 of a plugin's life: operations overlap and are completed in whatever order they end", async () => {
  const works = new Map<number, PromiseWithResolvers<void>>();
  const { bench } = await openPhone({
    devSpecific(_, { requestId }) {
      const work = Promise.withResolvers<void>();
      works.set(requestId, work);
      return work.promise;
    },
  });
  const before = bench.said.length;
  for (const id of [1, 2, 3]) bench.operate(id, { operation: "devSpecific", params: { params: "" } });
  for (const id of [2, 3, 1]) {
    works.get(id)?.resolve();
    await bench.result(id);
  }
  deepEqual(bench.said.slice(before).map((message) => message.type === "done" && message.requestId), [2, 3, 1]);
});

Deno.test("step 5 of a plugin's life: at the deadline only that operation's signal aborts, and its late completion is still sent", async () => {
  const signals = new Map<number, AbortSignal>();
  const works = new Map<number, PromiseWithResolvers<void>>();
  const { bench } = await openPhone({
    devSpecific(_, { requestId, signal, deadline }) {
      equal(Math.abs(deadline - Date.now() - 30_000) < 5_000, true);
      signals.set(requestId, signal);
      const work = Promise.withResolvers<void>();
      works.set(requestId, work);
      return work.promise;
    },
  });
  for (const id of [1, 2]) bench.operate(id, { operation: "devSpecific", params: { params: "" } });
  bench.say({ type: "abort", requestId: 1 });
  equal(signals.get(1)?.aborted, true);
  equal(signals.get(1)?.reason instanceof PhoneError, true);
  equal(signals.get(2)?.aborted, false);
  for (const work of works.values()) work.resolve();
  equal(await bench.result(1), 0);
  equal(await bench.result(2), 0);
});

Deno.test("R41: what a driver does with its parameters changes nothing for anybody else", async () => {
  const seen: string[] = [];
  const { bench } = await openPhone({
    setData({ data }) {
      seen.push(data.toBase64());
      data.fill(0);
    },
  }, { capabilities: CAPABILITIES });
  const params = { dataId: 0, data: "AQIDBA==" };
  bench.operate(1, { operation: "setData", params });
  bench.operate(2, { operation: "setData", params });
  await bench.result(2);
  deepEqual(seen, ["AQIDBA==", "AQIDBA=="]);
});
