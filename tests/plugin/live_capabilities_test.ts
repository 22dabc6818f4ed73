/**
 * Capabilities that change while the phone is there: by `setButtonInfo`, and by the plugin itself.
 *
 * @module
 */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import {
  type ButtonMode,
  type Driver,
  LAMP_MODES,
  type PartialCapabilities,
  type Phone,
  PhoneError,
  type PhoneErrorName,
  type PhoneStatus,
} from "../../server/plugin/mod.ts";
import type { FromPlugin } from "../../server/wire/mod.ts";
import { type Bench, EVERYTHING, onePhone } from "./testbed.ts";

const CAPABILITIES: PartialCapabilities = {
  display: { rows: 1, columns: 4 },
  buttons: [
    { id: 0, mode: "keypad", function: "none" },
    { id: 1, mode: "feature" },
    { id: 2, lampModes: ["off", "steady"] },
  ],
};

/** A phone that is open, for whom everything and `capsChange` is wanted. */
async function openPhone(driver: Driver): Promise<{ bench: Bench; phone: Phone }> {
  const { bench, phone } = await onePhone(driver, { capabilities: CAPABILITIES });
  await bench.call({
    type: "open",
    phone: "p",
    wanted: { ...EVERYTHING, states: [...EVERYTHING.states, "capsChange"] },
  });
  return { bench, phone };
}

/** Something that is told by a promise. */
function held<Value>() {
  return Promise.withResolvers<Value>();
}

const news = (said: readonly FromPlugin[], after: number) =>
  said.slice(after).map((message) => message.type === "state" ? message.states.join() : message.type);

const REFUSED: [what: string, button: number, mode: ButtonMode, error: PhoneErrorName][] = [
  ["a lamp without a button, even to stay so", 2, "dummy", "INVALBUTTONLAMPID"],
  ["a lamp without a button", 2, "feature", "INVALBUTTONLAMPID"],
  ["what is not there", 3, "feature", "INVALBUTTONLAMPID"],
  ["a key of the keypad that is to be something else", 0, "feature", "OPERATIONFAILED"],
  ["a key of the keypad that is to be none", 0, "dummy", "OPERATIONFAILED"],
  ["a button that is to be none", 1, "dummy", "OPERATIONFAILED"],
  ["a button that is to be a key of the keypad", 1, "keypad", "OPERATIONFAILED"],
];

for (const [what, button, mode, error] of REFUSED) {
  Deno.test(`R106: setButtonInfo of ${what} is refused, and the driver not called: ${error}`, async () => {
    const { bench } = await openPhone({ setButtonInfo: () => Promise.reject(new PhoneError("NOMEM")) });
    const before = bench.said.length;
    bench.operate(1, { operation: "setButtonInfo", params: { button, mode, function: "none", text: "" } });
    equal(await bench.result(1), new PhoneError(error).value);
    deepEqual(bench.typesAfter(before), ["done"]);
  });
}

Deno.test("R106: a key of the keypad gets another function and text", async () => {
  const { bench, phone } = await openPhone({ setButtonInfo() {} });
  bench.operate(1, {
    operation: "setButtonInfo",
    params: { button: 0, mode: "keypad", function: "redirect", text: "R" },
  });
  equal(await bench.result(1), 0);
  equal(phone.capabilities.buttons[0]?.mode, "keypad");
});

Deno.test("R107 Q18: after setButtonInfo the server is told of the button, then whoever wants it of capsChange, then of the end", async () => {
  const { bench, phone } = await openPhone({ setButtonInfo() {} });
  const set = async (requestId: number, text: string) => {
    const before = bench.said.length;
    const params = { button: 1, mode: "call", function: "hold", text } as const;
    bench.operate(requestId, { operation: "setButtonInfo", params });
    equal(await bench.result(requestId), 0);
    return news(bench.said, before);
  };
  deepEqual(await set(1, "Hold"), ["other", "buttonMeant", "capsChange", "done"]);
  deepEqual(await set(2, "Hold the line"), ["other", "done"]);
  deepEqual(bench.said.filter(({ type }) => type === "buttonMeant"), [
    { type: "buttonMeant", phone: "p", button: 1, mode: "call", function: "hold" },
  ]);
  deepEqual(phone.capabilities.buttons.map(({ mode, function: task }) => [mode, task]), [
    ["keypad", "none"],
    ["call", "hold"],
    ["dummy", "unknown"],
  ]);
});

Deno.test("R107: a setButtonInfo that fails changes nothing", async () => {
  const { bench, phone } = await openPhone({ setButtonInfo: () => Promise.reject(new PhoneError("NOMEM")) });
  const { capabilities } = phone;
  const before = bench.said.length;
  bench.operate(1, { operation: "setButtonInfo", params: { button: 1, mode: "call", function: "hold", text: "" } });
  equal(await bench.result(1), new PhoneError("NOMEM").value);
  deepEqual(bench.typesAfter(before), ["done"]);
  deepEqual(phone.capabilities, capabilities);
});

Deno.test("R107: capabilities are changed whole, with the features that follow, and told once; the same again is told to nobody", async () => {
  const { bench, phone } = await openPhone({ setDisplay() {}, setLamp() {} });
  const before = bench.said.length;
  const next = { ...phone.capabilities, display: { rows: 0, columns: 0 }, ringModes: 3 };
  phone.capabilities = next;
  deepEqual(news(bench.said, before), ["capabilities", "capsChange"]);
  deepEqual(phone.capabilities, next);
  phone.capabilities = next;
  deepEqual(news(bench.said, before), ["capabilities", "capsChange"]);
  const [told] = bench.said.filter((message) => message.type === "capabilities");
  deepEqual([told?.capabilities.ringModes, told?.capabilities.display], [3, { rows: 0, columns: 0 }]);
  deepEqual(told?.capabilities.features, ["setLamp"]);
  const status = await bench.call({ type: "get", phone: "p", getter: "getStatus", params: {} });
  deepEqual(status.type === "answer" && (status.value as PhoneStatus).phoneFeatures, ["setLamp"]);
});

Deno.test("R107: a mask that is made of the capabilities after capsChange hears the display, volume and hookswitch that came new", async () => {
  const { bench, phone } = await openPhone({ setDisplay() {}, setVolume() {}, setHookSwitch() {} });
  const before = bench.said.length;
  phone.capabilities = {
    ...phone.capabilities,
    display: { rows: 2, columns: 4 },
    volumeDevices: ["speaker"],
    hookSwitchDevices: ["handset"],
    hookSwitchModes: { handset: { settable: ["onHook", "mic"] } },
  };
  const [told] = bench.said.filter((message) => message.type === "capabilities");
  const states = told?.capabilities.states ?? [];
  const wanted = { states, buttonModes: [], buttonStates: [] };
  await bench.call({ type: "want", phone: "p", wanted });
  bench.operate(1, { operation: "setDisplay", params: { row: 1, column: 0, text: "Hi" } });
  bench.operate(2, { operation: "setVolume", params: { device: "speaker", volume: 7 } });
  bench.operate(3, { operation: "setHookSwitch", params: { devices: ["handset"], mode: "mic" } });
  for (const requestId of [1, 2, 3]) equal(await bench.result(requestId), 0);
  phone.suspended = true;
  const heard = news(bench.said, before).filter((what) => !["capabilities", "answer", "done"].includes(what));
  deepEqual(heard.toSorted(), ["capsChange", "display", "handsetHookSwitch", "speakerVolume", "suspended"]);
});

Deno.test("R107: features and states that the author has named stay named", async () => {
  const named: PartialCapabilities = { ...CAPABILITIES, features: ["getRing"], states: ["ringVolume"] };
  const { phone } = await onePhone({ setLamp() {} }, { capabilities: named });
  const { states } = phone.capabilities;
  equal(states?.includes("ringVolume"), true);
  phone.capabilities = { ...phone.capabilities, ringModes: 1 };
  deepEqual([phone.capabilities.features, phone.capabilities.states], [["getRing"], states]);
});

Deno.test("R107: features and states that are named only in what the server refuses were never named", async () => {
  const { bench, phone } = await openPhone({});
  phone.capabilities = { ...phone.capabilities, features: ["getRing"], states: ["ringMode"] };
  const asked = bench.said.find((message) => message.type === "capabilities");
  bench.say({ type: "refuse", call: asked?.call ?? 0, result: new PhoneError("NOMEM").value, message: "no room" });
  await bench.until("the line", ({ type }) => type === "log");
  const { features, states } = phone.capabilities;
  deepEqual([features, states], [undefined, undefined]);
});

Deno.test("what is done to the capabilities that were read is done to a copy", async () => {
  const { phone } = await onePhone({}, { capabilities: CAPABILITIES });
  phone.capabilities.buttons.length = 0;
  equal(phone.capabilities.buttons.length, 3);
});

Deno.test("R107: a closed phone's capabilities change, too; there is nobody to be told but the server", async () => {
  const { bench, phone } = await onePhone({}, { capabilities: CAPABILITIES });
  const before = bench.said.length;
  phone.capabilities = { ...phone.capabilities, ringModes: 1 };
  deepEqual(news(bench.said, before), ["capabilities"]);
});

Deno.test("R107: capabilities that are not valid are refused in the words of addPhone, and those before stay", async () => {
  const { bench, phone } = await openPhone({});
  const { capabilities } = phone;
  const before = bench.said.length;
  throws(() => phone.capabilities = { ...capabilities, ringModes: -1 }, {
    name: "TypeError",
    message:
      "Cannot change the capabilities of phone p: its capabilities' ringModes has -1, but must be an integer from 0 to 65535",
  });
  const lampModes = [...LAMP_MODES, ...Array.from({ length: 16 }, (_, bit) => 2 ** (16 + bit))];
  const buttons = Array.from({ length: 1024 }, (_, id) => ({ id, lampModes }));
  throws(
    () => phone.capabilities = { ...capabilities, buttons },
    /RangeError: Cannot send a message of \d+ characters/,
  );
  deepEqual(phone.capabilities, capabilities);
  deepEqual(news(bench.said, before), []);
});

/** Capabilities, or a part of them, of another type, and what is said of them. */
const MISTYPED: [capabilities: unknown, words: string][] = [
  [null, " are null, but must be an object"],
  ["none", ' are "none", but must be an object'],
  [[], " are [], but must be an object"],
  [{ display: "x" }, `' display has "x", but must be an object`],
  [{ display: null }, "' display has null, but must be an object"],
  [{ display: { rows: "2" } }, `' display.rows has "2", but must be an integer from 0 to 65535`],
  [{ display: { columns: null } }, "' display.columns has null, but must be an integer from 0 to 65535"],
  [{ hookSwitchDevices: "handset" }, `' hookSwitchDevices has "handset", but must be a list`],
  [{ hookSwitchDevices: ["handset"], hookSwitchModes: [] }, "' hookSwitchModes has [], but must be an object"],
  [
    { hookSwitchDevices: ["handset"], hookSwitchModes: { handset: "mic" } },
    `' hookSwitchModes.handset has "mic", but must be an object`,
  ],
  [
    { hookSwitchDevices: ["handset"], hookSwitchModes: { handset: { settable: "mic" } } },
    `' settable has "mic", but must be a list`,
  ],
  [{ readableGainDevices: { handset: true } }, `' readableGainDevices has {"handset":true}, but must be a list`],
  [{ ringModes: "3" }, `' ringModes has "3", but must be an integer from 0 to 65535`],
  [{ ringModes: 3n }, "' ringModes has 3, but must be an integer from 0 to 65535"],
  [{ buttons: { id: 0 } }, `' buttons has {"id":0}, but must be a list`],
  [{ buttons: [null] }, "' buttons has null, but must be objects with an id"],
  [{ buttons: [{ mode: "feature" }] }, `' buttons has {"mode":"feature"}, but must be objects with an id`],
  [{ buttons: [{ id: 0, mode: null }] }, "' mode has null, but must be one of"],
  [
    { buttons: [{ id: 0, mode: "feature", pressable: "yes" }] },
    `' pressable has "yes", but must be true or false`,
  ],
  [{ setData: 16 }, "' setData has 16, but must be a list"],
  [{ deviceClasses: ["a", 7] }, "' deviceClasses has 7, but must be text of at most 256 characters"],
  [{ provider: null }, "' provider has null, but must be text of at most"],
  [{ states: "lamp" }, `' states has "lamp", but must be a list`],
  [{ features: null }, "' features has null, but must be a list"],
];

Deno.test("R107: capabilities of another type are refused in words, with a new phone and later, and those before stay", async () => {
  const { bench, phone } = await openPhone({});
  const { capabilities } = phone;
  const before = bench.said.length;
  for (const [wrong, words] of MISTYPED) {
    const said = (attempt: string) => (error: unknown) => {
      equal(error instanceof TypeError, true, String(error));
      equal(String(error).startsWith(`TypeError: Cannot ${attempt}: its capabilities${words}`), true, String(error));
      return true;
    };
    throws(() => phone.capabilities = wrong as typeof capabilities, said("change the capabilities of phone p"));
    await rejects(onePhone({}, { capabilities: wrong as PartialCapabilities }), (error) => {
      match(String(error), /startFailed/);
      equal(String(error).includes(JSON.stringify(`Cannot add phone p: its capabilities${words}`).slice(1, -1)), true);
      return true;
    });
  }
  deepEqual(phone.capabilities, capabilities);
  deepEqual(news(bench.said, before), []);
});

Deno.test("R107: capabilities that the server refuses never were, and the log says so", async () => {
  const { bench, phone } = await openPhone({});
  const { capabilities } = phone;
  phone.capabilities = { ...capabilities, ringModes: 1 };
  const asked = bench.said.find((message) => message.type === "capabilities");
  bench.say({ type: "refuse", call: asked?.call ?? 0, result: new PhoneError("NOMEM").value, message: "no room" });
  const line = await bench.until("the line", ({ type }) => type === "log");
  match(JSON.stringify(line), /Cannot change the capabilities of phone p: no room; it keeps those before/);
  deepEqual(phone.capabilities, capabilities);
});

Deno.test("R108: an operation that the driver has ends as if nothing had changed; the next is checked by what is now", async () => {
  const [begun, end] = [held<string>(), held<void>()];
  const { bench, phone } = await openPhone({
    setDisplay({ text }) {
      begun.resolve(text);
      return end.promise;
    },
  });
  const write = (requestId: number) =>
    bench.operate(requestId, { operation: "setDisplay", params: { row: 0, column: 0, text: "Welcome" } });
  write(1);
  equal(await begun.promise, "Welc");
  phone.capabilities = { ...phone.capabilities, display: { rows: 0, columns: 0 } };
  end.resolve();
  equal(await bench.result(1), 0);
  write(2);
  equal(await bench.result(2), new PhoneError("OPERATIONUNAVAIL").value);
});

Deno.test("R108: an answer is made whole by what its question was checked by", async () => {
  const [begun, rows] = [held<void>(), held<string[]>()];
  const { bench, phone } = await openPhone({
    async getDisplay() {
      begun.resolve();
      return { rows: await rows.promise };
    },
  });
  const answer = bench.call({ type: "get", phone: "p", getter: "getDisplay", params: {} });
  await begun.promise;
  phone.capabilities = { ...phone.capabilities, display: { rows: 2, columns: 8 } };
  rows.resolve(["Hi"]);
  const { type, ...end } = await answer;
  deepEqual([type, "value" in end && end.value], ["answer", { rows: ["Hi  "] }]);
});

Deno.test("R108: what setButtonInfo has made of a button is kept where the rest has changed meanwhile", async () => {
  const end = held<void>();
  const begun = held<void>();
  const { bench, phone } = await openPhone({
    setButtonInfo() {
      begun.resolve();
      return end.promise;
    },
  });
  bench.operate(1, { operation: "setButtonInfo", params: { button: 1, mode: "call", function: "hold", text: "" } });
  await begun.promise;
  phone.capabilities = { ...phone.capabilities, ringModes: 2 };
  end.resolve();
  equal(await bench.result(1), 0);
  deepEqual([phone.capabilities.ringModes, phone.capabilities.buttons[1]?.mode], [2, "call"]);
});
