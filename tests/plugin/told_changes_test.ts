import { deepEqual, equal } from "node:assert/strict";
import type { Driver, PartialCapabilities } from "../../server/plugin/mod.ts";
import type { PhoneState } from "../../server/core/contract/names.ts";
import { completeCapabilities } from "../../server/plugin/capabilities.ts";
import { KnownValues } from "../../server/plugin/known_values.ts";
import { Reporter } from "../../server/plugin/reporter.ts";
import { settingsOf } from "../../server/plugin/settings.ts";
import { NOTHING } from "../host/testbed.ts";
import { onePhone } from "./testbed.ts";
import { type Asked, CAPABILITIES, lamp, MUTE, opened, text, told, volume } from "./told_phone.ts";

/** The states of a phone of which nothing else is told. */
const ANY: PhoneState[] = ["connected", "disconnected", "suspend", "resume", "capsChange"];

Deno.test("R102: what a fulfilled operation has changed is told before its completion, though the driver reports nothing", async () => {
  const { perform } = await opened(MUTE);
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  deepEqual(await perform({ operation: "setRing", params: { mode: 2, volume: 7 } }), [["ringMode", 2], ["ringVolume"]]);
  deepEqual(
    await perform({ operation: "setHookSwitch", params: { devices: ["handset", "speaker"], mode: "micSpeaker" } }),
    [["handsetHookSwitch", "micSpeaker"], ["speakerHookSwitch", "micSpeaker"]],
  );
  deepEqual(await perform(volume(7)), [["handsetVolume"]]);
  deepEqual(await perform({ operation: "setGain", params: { device: "handset", gain: 7 } }), [["handsetGain"]]);
  deepEqual(await perform(text("Hi")), [["display"]]);
  const meaning = { button: 0, mode: "feature", function: "hold", text: "Hold" } as const;
  deepEqual(await perform({ operation: "setButtonInfo", params: meaning }), [["other"]]);
});

Deno.test("R102, R103, R107: the capabilities name the states that operations tell of, or those that the author names; and those of any phone", async () => {
  const states = async (driver: Driver, capabilities: PartialCapabilities) => {
    const { bench } = await onePhone(driver, { capabilities });
    return bench.said.flatMap((message) => message.type === "addPhone" ? message.phone.capabilities.states : []);
  };
  deepEqual(await states(MUTE, CAPABILITIES), [
    "other",
    "connected",
    "disconnected",
    "display",
    "lamp",
    "ringMode",
    "ringVolume",
    "handsetHookSwitch",
    "handsetVolume",
    "handsetGain",
    "speakerHookSwitch",
    "suspend",
    "resume",
    "capsChange",
  ]);
  deepEqual(await states({ setLamp() {}, getRing: () => ({ mode: 0, volume: 0 }) }, { ringModes: 1 }), ANY);
  const readable: PartialCapabilities = {
    volumeDevices: ["headset"],
    readableVolumeDevices: ["speaker"],
    readableGainDevices: ["handset"],
  };
  deepEqual(await states({ getVolume: () => ({ volume: 0 }), getGain: () => ({ gain: 0 }) }, readable), [
    "connected",
    "disconnected",
    "handsetGain",
    "speakerVolume",
    "headsetVolume",
    "suspend",
    "resume",
    "capsChange",
  ]);
  deepEqual(await states({}, readable), ANY, "what no method reads or sets is not there");
  deepEqual(await states(MUTE, { ...CAPABILITIES, states: ["lamp"] }), [
    "connected",
    "disconnected",
    "lamp",
    "suspend",
    "resume",
    "capsChange",
  ]);
});

Deno.test("R102, Q30: what is as it was is not told, remembered from operations where the driver has no getter", async () => {
  const { perform } = await opened(MUTE);
  const asked: Asked[] = [
    lamp("steady"),
    volume(7),
    text("Hi"),
    { operation: "setRing", params: { mode: 2, volume: 7 } },
    { operation: "setHookSwitch", params: { devices: ["handset"], mode: "mic" } },
    { operation: "setGain", params: { device: "handset", gain: 7 } },
    { operation: "setButtonInfo", params: { button: 0, mode: "feature", function: "hold", text: "Hold" } },
  ];
  for (const each of asked) {
    equal((await perform(each)).length > 0, true, each.operation);
    deepEqual(await perform(each), [], each.operation);
  }
  deepEqual(await perform({ operation: "setRing", params: { mode: 2, volume: 8 } }), [["ringVolume"]]);
  deepEqual(await perform({ operation: "setDisplay", params: { row: 0, column: 1, text: "i" } }), []);
  deepEqual(await perform(text("Ho")), [["display"]]);
});

Deno.test("R102, Q30: what was before is asked of the getters, also of those that take their time, and once", async () => {
  const asked: string[] = [];
  const later = <Value>(getter: string, value: Value): Promise<Value> => {
    asked.push(getter);
    return new Promise((resolve) => setTimeout(resolve, 1, value));
  };
  const { perform } = await opened({
    ...MUTE,
    getLamp: () => later("getLamp", { mode: "steady" as const }),
    getVolume: () => {
      asked.push("getVolume");
      return { volume: 7 };
    },
    getDisplay: () => later("getDisplay", { rows: ["Hi"] }),
    getRing: () => ({ mode: 0, volume: 7 }),
    getHookSwitch: () => ({ offHook: ["speaker"] }),
    getButtonInfo: () => ({ mode: "feature", function: "hold", text: "Hold", state: "up" }),
  });
  deepEqual(await perform(lamp("steady")), []);
  deepEqual(await perform(volume(7)), []);
  deepEqual(await perform(text("Hi")), []);
  deepEqual(await perform({ operation: "setRing", params: { mode: 0, volume: 7 } }), []);
  const meaning = { button: 0, mode: "feature", function: "hold", text: "Hold" } as const;
  deepEqual(await perform({ operation: "setButtonInfo", params: meaning }), []);
  // Off hook does not say how.
  deepEqual(
    await perform({ operation: "setHookSwitch", params: { devices: ["handset", "speaker"], mode: "onHook" } }),
    [["speakerHookSwitch", "onHook"]],
  );
  deepEqual(await perform(lamp("off")), [["lamp", 0]]);
  deepEqual(await perform(text("Hi")), []);
  deepEqual(asked, ["getLamp", "getVolume", "getDisplay"]);
});

Deno.test("R102: a getter that fails or never answers keeps no operation from its driver: then it is told", async () => {
  const { perform } = await opened({
    ...MUTE,
    getLamp: () => new Promise(() => {}),
    getVolume: () => Promise.reject(new Error("no line")),
    getRing() {
      throw new Error("no line");
    },
  });
  deepEqual(await perform(lamp("off")), [["lamp", 0]]);
  deepEqual(await perform(volume(7)), [["handsetVolume"]]);
  deepEqual(await perform({ operation: "setRing", params: { mode: 0, volume: 0 } }), [["ringMode", 0], ["ringVolume"]]);
});

Deno.test("R102: what a getter could not say it is not asked again for a minute, unless the phone was out of reach meanwhile", async () => {
  const asked: number[] = [];
  const clock = { now: 0 };
  const driver: Driver = {
    getDisplay() {
      asked.push(clock.now);
      throw new Error("no line");
    },
  };
  const reporter = new Reporter("p", { send() {} });
  reporter.open({ states: ["display"], buttonModes: [], buttonStates: [] });
  const capabilities = completeCapabilities(CAPABILITIES, { id: "p", driver, attempt: "test" });
  const values = new KnownValues({ reporter, driver, capabilities: () => capabilities, now: () => clock.now });
  const settings = settingsOf("setDisplay", { params: { row: 0, column: 0, text: "Hi" }, capabilities });
  for (const now of [0, 1_000, 59_999, 60_000, 61_000, 119_999, 120_000]) {
    clock.now = now;
    await values.watch(settings, { run() {}, context: new AbortController() });
  }
  deepEqual(asked, [0, 60_000, 120_000]);
  values.forget();
  await values.watch(settings, { run() {}, context: new AbortController() });
  deepEqual(asked, [0, 60_000, 120_000, 120_000]);
});

Deno.test("R102, R101: of operations that overlap none goes past one that waits for a getter, though what it sets is known by then", async () => {
  const calls: string[] = [];
  const answer = Promise.withResolvers<{ mode: "off" }>();
  const { bench, phone } = await opened({
    overlapping: ["setLamp"],
    getLamp() {
      calls.push("getLamp");
      return answer.promise;
    },
    setLamp: ({ mode }) => void calls.push(String(mode)),
  });
  bench.operate(101, { operation: "setLamp", params: { lamp: 0, mode: "flash" } });
  phone.changed({ lamp: { lamp: 0, mode: "steady" } });
  bench.operate(102, { operation: "setLamp", params: { lamp: 0, mode: "off" } });
  await bench.call({ type: "want", phone: "p", wanted: NOTHING });
  bench.operate(103, { operation: "setLamp", params: { lamp: 0, mode: "steady" } });
  await bench.call({ type: "get", phone: "p", getter: "getHookSwitch", params: {} });
  deepEqual(calls, ["getLamp"]);
  answer.resolve({ mode: "off" });
  equal(await bench.result(103), 0);
  deepEqual(calls, ["getLamp", "flash", "off", "steady"]);
});

Deno.test("R102: nothing is asked for what nobody wants to hear of", async () => {
  const { perform } = await opened({
    ...MUTE,
    getLamp() {
      throw new Error("it was asked");
    },
    getRing: () => Promise.reject(new Error("it was asked")),
  }, { states: [] });
  deepEqual(await perform(lamp("steady")), []);
});

Deno.test("R102: what the driver reports itself during the operation is told once, whichever way it does", async () => {
  const { perform } = await opened((phone) => ({
    setLamp: ({ lamp }) => phone().state("lamp", lamp),
    setVolume: ({ volume }) => phone().changed({ handsetVolume: volume }),
    setHookSwitch: ({ mode }) => phone().state("handsetHookSwitch", mode),
    setDisplay: () => phone().state(["display", "lamp"]),
    setButtonInfo: () => phone().state("other"),
  }));
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  deepEqual(await perform(volume(7)), [["handsetVolume"]]);
  deepEqual(await perform(volume(7)), []);
  deepEqual(
    await perform({ operation: "setHookSwitch", params: { devices: ["handset"], mode: "mic" } }),
    [["handsetHookSwitch", "mic"]],
  );
  deepEqual(await perform(text("Hi")), [["display", "lamp"]]);
  const meaning = { button: 0, mode: "feature", function: "hold", text: "Hold" } as const;
  deepEqual(await perform({ operation: "setButtonInfo", params: meaning }), [["other"]]);
});

Deno.test("R102: what the driver says that it came to is so, whatever was asked for", async () => {
  const { perform } = await opened((phone) => ({ setVolume: () => phone().changed({ handsetVolume: 5 }) }));
  deepEqual(await perform(volume(7)), [["handsetVolume"]]);
  deepEqual(await perform(volume(8)), []);
});

Deno.test("R102: what the driver reports after the operation is not told again, but what has changed since is", async () => {
  let shown: "off" | "steady" | "flash" = "off";
  const { bench, phone, perform } = await opened({
    setLamp: ({ mode }) => void (shown = mode as typeof shown),
    getLamp: () => ({ mode: shown }),
    setHookSwitch() {},
    setVolume() {},
  });
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  await perform({ operation: "setHookSwitch", params: { devices: ["handset"], mode: "mic" } });
  await perform(volume(7));
  const before = bench.said.length;
  phone.state("lamp", 0);
  phone.state("handsetHookSwitch", "mic");
  phone.changed({ handsetVolume: 7 });
  deepEqual(told(bench, before), []);
  shown = "flash";
  phone.state("lamp", 0);
  phone.state("handsetHookSwitch", "onHook");
  phone.changed({ handsetVolume: 8 });
  deepEqual(told(bench, before), [["lamp", 0], ["handsetHookSwitch", "onHook"], ["handsetVolume"]]);
  // A person has made it so, and this operation changes nothing.
  deepEqual(await perform(lamp("flash")), []);
});

Deno.test("R102: a late report whose getter takes its time is told once that has said what has changed, and not after a close", async () => {
  let answer = Promise.withResolvers<{ mode: "off" | "steady" }>();
  const { bench, phone, perform, reopen } = await opened({ setLamp() {}, getLamp: () => answer.promise });
  answer.resolve({ mode: "off" });
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  let before = bench.said.length;
  answer = Promise.withResolvers();
  phone.state("lamp", 0);
  deepEqual(told(bench, before), []);
  answer.resolve({ mode: "off" });
  await bench.until("the late report", (message) => message.type === "state" && bench.said.indexOf(message) >= before);
  deepEqual(told(bench, before), [["lamp", 0]]);

  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  answer = Promise.withResolvers();
  phone.state("lamp", 0);
  await bench.call({ type: "close", phone: "p" });
  await reopen();
  before = bench.said.length;
  answer.resolve({ mode: "off" });
  await bench.call({ type: "get", phone: "p", getter: "getLamp", params: { lamp: 0 } });
  deepEqual(told(bench, before), []);
});

Deno.test("R102, R57: what is known ends with the close and with the link", async () => {
  const { bench, phone, perform, reopen } = await opened({ setLamp() {} });
  await perform(lamp("steady"));
  await bench.call({ type: "close", phone: "p" });
  const closed = bench.said.length;
  phone.state("lamp", 0);
  phone.changed({ lamp: { lamp: 0, mode: "off" } });
  deepEqual(told(bench, closed), []);
  await reopen();
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
  phone.connected = false;
  phone.connected = true;
  deepEqual(await perform(lamp("steady")), [["lamp", 0]]);
});

Deno.test("R102, R108: what was written to a display that was exchanged meanwhile is told without a value, and not taken for what the new one shows", async () => {
  const writing = Promise.withResolvers<void>();
  let calls = 0;
  const { bench, phone, perform } = await opened({ setDisplay: () => ++calls === 1 ? writing.promise : undefined });
  const states = () => bench.said.flatMap((message) => message.type === "state" ? [message] : []);
  bench.operate(101, { operation: "setDisplay", params: { row: 0, column: 0, text: "12345678" } });
  phone.capabilities = { ...phone.capabilities, display: { rows: 1, columns: 3 } };
  writing.resolve();
  await bench.result(101);
  const [told] = states().filter(({ states }) => states.includes("display"));
  deepEqual([told?.states, told?.values], [["display"], undefined]);
  await perform(text("\u{1F514}ab"));
  deepEqual(states().at(-1)?.values, { display: { rows: ["\u{1F514}ab"] } });
  deepEqual(await perform(text("\u{1F514}")), []);
});

Deno.test("R102: an operation that fails, or gives up, is not told; one that is fulfilled after its deadline is", async () => {
  const work = Promise.withResolvers<void>();
  let fails = true;
  const { bench, perform } = await opened({
    async setLamp() {
      if (fails) throw new Error("burnt out");
      await work.promise;
    },
  });
  const before = bench.said.length;
  bench.operate(101, { operation: "setLamp", params: { lamp: 0, mode: "steady" } });
  await bench.result(101);
  deepEqual(told(bench, before), []);
  fails = false;
  bench.operate(102, { operation: "setLamp", params: { lamp: 0, mode: "steady" } });
  bench.say({ type: "abort", requestId: 102 });
  work.resolve();
  await bench.result(102);
  deepEqual(told(bench, before), [["lamp", 0]]);
  deepEqual(await perform(lamp("steady")), []);
});

Deno.test("an operation that is aborted before its driver has said what was, never reaches it", async () => {
  let calls = 0;
  const answer = Promise.withResolvers<{ mode: "off" }>();
  const { bench } = await opened({ setLamp: () => void calls++, getLamp: () => answer.promise });
  bench.operate(101, { operation: "setLamp", params: { lamp: 0, mode: "steady" } });
  bench.say({ type: "abort", requestId: 101 });
  equal(await bench.result(101) < 0, true);
  answer.resolve({ mode: "off" });
  await bench.call({ type: "get", phone: "p", getter: "getLamp", params: { lamp: 0 } });
  equal(calls, 0);
});
