import { deepEqual, equal } from "node:assert/strict";
import {
  type Driver,
  type GetterName,
  type GetterParameters,
  type PartialCapabilities,
  PhoneError,
  type PhoneErrorName,
  type PhoneStatus,
} from "../../server/plugin/mod.ts";
import { type Call, openPhone } from "./testbed.ts";

const CAPABILITIES: PartialCapabilities = {
  hookSwitchDevices: ["handset", "speaker"],
  volumeDevices: ["handset"],
  gainDevices: ["speaker"],
  display: { rows: 2, columns: 4 },
  ringModes: 3,
  buttons: [{ id: 0, mode: "keypad" }, { id: 7, mode: "feature", lampModes: ["off", "steady"] }],
  getData: [4],
};

const DRIVER: Driver = {
  getHookSwitch: () => ({ offHook: ["speaker"] }),
  getRing: () => ({ mode: 2, volume: 5 }),
  getDisplay: () => ({ rows: ["ab🙂", "too long"] }),
  getVolume: () => ({ volume: 11 }),
  getGain: () => ({ gain: 12 }),
  getLamp: () => ({ mode: "steady" }),
  getButtonInfo: () => ({
    mode: "feature",
    function: "hold",
    text: "Hold",
    state: "up",
    devSpecific: new Uint8Array([1]),
  }),
  getData: () => ({ data: new Uint8Array([1, 2, 3, 4, 5, 6]) }),
};

type Opened = Awaited<ReturnType<typeof openPhone>>["bench"];

/** The value of a getter, or the number of its error. */
async function get<Name extends GetterName>(
  bench: Opened,
  { getter, params }: { getter: Name; params: GetterParameters[Name] },
) {
  const end = await bench.call({ type: "get", phone: "p", getter, params } as Call);
  return end.type === "answer" ? end.value : end.result;
}

Deno.test("a driver may answer with only what was not asked, and the result is whole", async () => {
  const { bench } = await openPhone(DRIVER, { capabilities: CAPABILITIES });
  deepEqual(await get(bench, { getter: "getHookSwitch", params: {} }), { offHook: ["speaker"] });
  deepEqual(await get(bench, { getter: "getRing", params: {} }), { mode: 2, volume: 5 });
  deepEqual(await get(bench, { getter: "getDisplay", params: {} }), { rows: ["ab🙂 ", "too "] });
  deepEqual(await get(bench, { getter: "getVolume", params: { device: "handset" } }), {
    device: "handset",
    volume: 11,
  });
  deepEqual(await get(bench, { getter: "getGain", params: { device: "speaker" } }), { device: "speaker", gain: 12 });
  deepEqual(await get(bench, { getter: "getLamp", params: { lamp: 7 } }), { lamp: 7, mode: "steady" });
  deepEqual(await get(bench, { getter: "getButtonInfo", params: { button: 7 } }), {
    button: 7,
    mode: "feature",
    function: "hold",
    text: "Hold",
    state: "up",
    devSpecific: "AQ==",
  });
});

Deno.test("Q17, R99: getData gives at most what is asked and what the area holds; of size 0 nothing, without asking the driver", async () => {
  let asked = 0;
  const { bench } = await openPhone({
    getData: () => (asked++, { data: new Uint8Array([1, 2, 3, 4, 5, 6]) }),
  }, { capabilities: CAPABILITIES });
  deepEqual(await get(bench, { getter: "getData", params: { dataId: 0, size: 0 } }), { dataId: 0, data: "" });
  equal(asked, 0);
  deepEqual(await get(bench, { getter: "getData", params: { dataId: 0, size: 2 } }), { dataId: 0, data: "AQI=" });
  deepEqual(await get(bench, { getter: "getData", params: { dataId: 0, size: 1000 } }), {
    dataId: 0,
    data: "AQIDBA==",
  });
});

Deno.test("Q15: getLamp of a button without a lamp is refused as setLamp is, without asking the driver", async () => {
  const asked: number[] = [];
  const driver: Driver = { ...DRIVER, getLamp: ({ lamp }) => (asked.push(lamp), { mode: "steady" }) };
  const { bench } = await openPhone(driver, { capabilities: CAPABILITIES });
  equal(await get(bench, { getter: "getLamp", params: { lamp: 0 } }), new PhoneError("INVALBUTTONLAMPID").value);
  deepEqual(asked, []);
});

Deno.test("contract 6.1: a volume and a gain that can be read are not for that reason ones that can be set", async () => {
  const driver: Driver = { ...DRIVER, setVolume() {}, setGain() {} };
  const { bench } = await openPhone(driver, {
    capabilities: { ...CAPABILITIES, readableVolumeDevices: ["speaker"], readableGainDevices: ["handset"] },
  });
  deepEqual(await get(bench, { getter: "getVolume", params: { device: "speaker" } }), {
    device: "speaker",
    volume: 11,
  });
  deepEqual(await get(bench, { getter: "getGain", params: { device: "handset" } }), { device: "handset", gain: 12 });
  bench.operate(1, { operation: "setVolume", params: { device: "speaker", volume: 1 } });
  bench.operate(2, { operation: "setGain", params: { device: "handset", gain: 1 } });
  const refused = new PhoneError("INVALHOOKSWITCHDEV").value;
  deepEqual([await bench.result(1), await bench.result(2)], [refused, refused]);
  const { speakerVolume, handsetGain, phoneFeatures } = await get(bench, {
    getter: "getStatus",
    params: {},
  }) as PhoneStatus;
  deepEqual([speakerVolume, handsetGain], [11, 12]);
  deepEqual(phoneFeatures.filter((feature) => /Volume|Gain/.test(feature)), [
    "getGainHandset",
    "getGainSpeaker",
    "getVolumeHandset",
    "getVolumeSpeaker",
    "setGainSpeaker",
    "setVolumeHandset",
  ]);
});

Deno.test("a getter of something that is not there is refused with the contract's error", async () => {
  const { bench } = await openPhone(DRIVER, { capabilities: CAPABILITIES });
  const refusals: [number | unknown, PhoneErrorName][] = [
    [await get(bench, { getter: "getVolume", params: { device: "speaker" } }), "INVALHOOKSWITCHDEV"],
    [await get(bench, { getter: "getGain", params: { device: "handset" } }), "INVALHOOKSWITCHDEV"],
    [await get(bench, { getter: "getLamp", params: { lamp: 1 } }), "INVALBUTTONLAMPID"],
    [await get(bench, { getter: "getButtonInfo", params: { button: 1 } }), "INVALBUTTONLAMPID"],
    [await get(bench, { getter: "getData", params: { dataId: 1, size: 0 } }), "INVALDATAID"],
  ];
  deepEqual(refusals.map(([value]) => value), refusals.map(([, error]) => new PhoneError(error).value));
  const { bench: bare } = await openPhone(DRIVER);
  equal(await get(bare, { getter: "getDisplay", params: {} }), new PhoneError("OPERATIONUNAVAIL").value);
  const { bench: empty } = await openPhone({}, { capabilities: CAPABILITIES });
  equal(await get(empty, { getter: "getRing", params: {} }), new PhoneError("OPERATIONUNAVAIL").value);
});

Deno.test("without a link only the status can be asked (R100), and it names what works without one", async () => {
  const { bench } = await openPhone({ ...DRIVER, setButtonInfo() {}, setLamp() {} }, {
    capabilities: CAPABILITIES,
    connected: false,
  });
  equal(await get(bench, { getter: "getRing", params: {} }), new PhoneError("INVALPHONESTATE").value);
  deepEqual(await get(bench, { getter: "getStatus", params: {} }), {
    statusFlags: [],
    phoneFeatures: ["setButtonInfo"],
    numOwners: 0,
    numMonitors: 0,
    ownerName: "",
  });
});

Deno.test("the status is put together from the other getters; one that fails leaves its part out", async () => {
  const { bench } = await openPhone({
    ...DRIVER,
    getVolume: () => {
      throw new PhoneError("RESOURCEUNAVAIL");
    },
  }, { capabilities: CAPABILITIES });
  deepEqual(await get(bench, { getter: "getStatus", params: {} }), {
    statusFlags: ["connected"],
    phoneFeatures: [
      "getButtonInfo",
      "getData",
      "getDisplay",
      "getGainSpeaker",
      "getHookSwitchHandset",
      "getHookSwitchSpeaker",
      "getLamp",
      "getRing",
      "getVolumeHandset",
    ],
    ringMode: 2,
    ringVolume: 5,
    display: { rows: ["ab🙂 ", "too "] },
    handsetHookSwitchMode: "onHook",
    speakerHookSwitchMode: "unknown",
    speakerGain: 12,
    lampModes: [{ lamp: 7, mode: "steady" }],
    numOwners: 0,
    numMonitors: 0,
    ownerName: "",
  });
});

Deno.test("a driver's own status is taken, and cannot overwrite the server's part", async () => {
  const told = {
    statusFlags: ["connected", "suspended"],
    devSpecific: new Uint8Array([9]),
    numOwners: 5,
    ownerName: "me",
  };
  const driver = { getStatus: () => told } as Driver;
  const { bench } = await openPhone(driver, { connected: false });
  deepEqual(await get(bench, { getter: "getStatus", params: {} }), {
    statusFlags: ["connected", "suspended"],
    phoneFeatures: [],
    devSpecific: "CQ==",
    numOwners: 0,
    numMonitors: 0,
    ownerName: "",
  });
});

Deno.test("R42: a getter causes no completion, and its failure is the driver's error or OPERATIONFAILED", async () => {
  const { bench } = await openPhone({
    getRing: () => Promise.reject(new PhoneError(0xC0000005)),
    getHookSwitch: () => Promise.reject(new Error("no answer")),
  });
  equal(await get(bench, { getter: "getRing", params: {} }), new PhoneError(0xC0000005).value);
  equal(await get(bench, { getter: "getHookSwitch", params: {} }), new PhoneError("OPERATIONFAILED").value);
  equal(bench.said.some(({ type }) => type === "done"), false);
});
