import { deepEqual, throws } from "node:assert/strict";
import { type Bench, onePhone } from "./testbed.ts";
import { lamp, MUTE, opened, text, told, volume } from "./told_phone.ts";

Deno.test("changed tells only what is new, in the getters' words; what it cannot be is told to the author, also while the phone is closed", async () => {
  const { bench, phone } = await opened({});
  const before = bench.said.length;
  for (let time = 0; time < 2; time++) {
    phone.changed({ lamp: { lamp: 0, mode: "steady" }, display: { rows: ["Hi"] }, ringMode: 1, ringVolume: 0 });
    phone.changed({ handsetHookSwitch: "mic", handsetGain: 65_535 });
  }
  deepEqual(told(bench, before), [
    ["display"],
    ["lamp", 0],
    ["ringMode", 1],
    ["ringVolume"],
    ["handsetHookSwitch", "mic"],
    ["handsetGain"],
  ]);
  await bench.call({ type: "close", phone: "p" });
  throws(() => phone.changed({ handsetVolume: 65_536 }), /Cannot report .* it\.handsetVolume must be a whole number/);
  throws(() => phone.changed({ lamp: JSON.parse("7") }), TypeError);
  throws(() => phone.changed({ handsetHookSwitch: JSON.parse('"loose"') }), /must be one of onHook/);
  throws(() => phone.changed(JSON.parse('{"volume":1}')), /volume is no state with a value: those are display lamp/);
});

/** The values that were told. */
const values = (bench: Bench, before = 0) =>
  bench.said.slice(before).flatMap((message) => message.type === "state" ? [message.values] : []);

Deno.test("R105: the new value goes with a change, where it is known", async () => {
  const { bench, phone, perform } = await opened({ ...MUTE, getDisplay: () => ({ rows: ["Room", "12"] }) });
  await perform(lamp("flash"));
  await perform({ operation: "setRing", params: { mode: 2, volume: 7 } });
  await perform({ operation: "setHookSwitch", params: { devices: ["handset"], mode: "mic" } });
  await perform(volume(7));
  await perform({ operation: "setGain", params: { device: "handset", gain: 8 } });
  await perform({ operation: "setDisplay", params: { row: 0, column: 3, text: "f5" } });
  await perform({
    operation: "setButtonInfo",
    params: { button: 0, mode: "feature", function: "hold", text: "Hold" },
  });
  phone.changed({ speakerVolume: 9 });
  phone.state("speakerHookSwitch", "mic");
  phone.state("ringMode", 3);
  phone.state("lamp", 0);
  phone.state(["display", "handsetVolume"]);
  deepEqual(values(bench), [
    { lamp: { lamp: 0, mode: "flash" } },
    { ringMode: 2 },
    { ringVolume: 7 },
    { handsetHookSwitch: "mic" },
    { handsetVolume: 7 },
    { handsetGain: 8 },
    { display: { rows: ["Roof", "52  "] } },
    undefined,
    { speakerVolume: 9 },
    { speakerHookSwitch: "mic" },
    { ringMode: 3 },
    undefined,
    undefined,
  ]);
});

Deno.test("R105: a display that is not known whole, or is too long, is told without its value", async () => {
  const unknown = await opened(MUTE);
  await unknown.perform(text("Hi"));
  await unknown.perform(text("RoomNo12"));
  deepEqual(values(unknown.bench), [undefined, { display: { rows: ["Room", "No12"] } }]);

  const { bench, phone } = await onePhone({}, { capabilities: { display: { rows: 10, columns: 200 } } });
  await bench.call({ type: "open", phone: "p", wanted: { states: ["display"], buttonModes: [], buttonStates: [] } });
  const before = bench.said.length;
  phone.changed({ display: { rows: ["much"] } });
  deepEqual(bench.said.slice(before), [{ type: "state", phone: "p", states: ["display"] }]);
});

Deno.test("R105: what a getter cannot mean is not told as a value, and no number is that the host would not take", async () => {
  const { bench, phone, perform } = await opened({
    setVolume() {},
    getVolume: () => ({ volume: 1.5 }),
  });
  await perform(volume(7));
  const before = bench.said.length;
  phone.state("handsetVolume");
  phone.state("ringMode", 70_000);
  phone.state("ringMode", -1);
  deepEqual(values(bench, before), [undefined, undefined, undefined]);
  throws(() => phone.changed({ ringMode: 70_000 }), /numbers go up to 65535/);
  throws(() => phone.changed({ lamp: { lamp: 70_000, mode: "off" } }), /numbers go up to 65535/);
  throws(() => phone.changed({ lamp: { lamp: 0, mode: 3 } }), /3 is no vendor's mode/);
});
