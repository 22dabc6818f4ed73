import { deepEqual, equal } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { PhoneView } from "../../server/core/contract/phone.ts";
import { type Application, type Asked, beginApplication, command, type Handle } from "./support/application.ts";
import { sharedServer } from "./support/shared_server.ts";

/** The first-party plugin: what a rule says of a device can only be seen on one that remembers what it was told. */
const server = sharedServer({ plugins: [{ name: "virtual", source: "../../plugins/virtual" }] });

const DESK = "virtual:desk-1";
const BLANK = " ".repeat(24);
const UNAVAILABLE = "PHONEERR_OPERATIONUNAVAIL";

/** Does what must succeed; gives the events that it caused, which a driver sends before its success. */
async function perform({ events }: Application, asked: Asked, { by: handle }: { by: Handle }): Promise<PhoneEvent[]> {
  const before = events.seen.length;
  const { requestId, outcome, code } = await handle.perform(asked);
  equal(outcome, "succeeded", `${asked.operation}: ${code}`);
  await events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
  return events.seen.slice(before).filter(({ type }) => type !== "PHONE_REPLY");
}

/** What a getter gives. */
async function told(handle: Handle, getter: string): Promise<Record<string, unknown>> {
  const { status, body } = await handle.get(getter);
  equal(status, 200, `${getter}: ${JSON.stringify(body)}`);
  return body;
}

/** The error that ends an operation. */
async function failure(handle: Handle, asked: Asked): Promise<string | undefined> {
  const { outcome, code } = await handle.perform(asked);
  equal(outcome, "failed");
  return code;
}

const states = (events: readonly PhoneEvent[]) =>
  events.map((event) => event.type === "PHONE_STATE" ? [event.states, event.detail] : [event.type]);

/** An owner of the desk phone that hears of every change. */
async function own(application: Application): Promise<Handle> {
  const { body } = await application.call<PhoneView>("GET", `/v1/phones/${DESK}`);
  const owner = await application.open(DESK);
  await owner.want({ states: body.capabilities.states, buttonModes: ["keypad"], buttonStates: ["down", "up"] });
  return owner;
}

Deno.test("R95 muting and unmuting through the hookswitch mode leaves volume and gain as they were", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  await perform(application, { operation: "setVolume", device: "handset", volume: 111 }, { by: owner });
  await perform(application, { operation: "setGain", device: "handset", gain: 222 }, { by: owner });
  for (const mode of ["mic", "speaker", "micSpeaker", "onHook"]) {
    const events = await perform(application, { operation: "setHookSwitch", devices: ["handset"], mode }, {
      by: owner,
    });
    deepEqual(states(events), [[["handsetHookSwitch"], mode]]);
    equal((await told(owner, "volume/handset")).volume, 111);
    equal((await told(owner, "gain/handset")).gain, 222);
  }
});

Deno.test("R96 R99 Q12 setHookSwitch changes the listed devices, one or several, and no other; getHookSwitch names exactly those off hook", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const set = (devices: string[], mode: string) =>
    perform(application, { operation: "setHookSwitch", devices, mode }, { by: owner });
  const modes = async () => {
    const { handsetHookSwitchMode, speakerHookSwitchMode, headsetHookSwitchMode } = await owner.status();
    return [handsetHookSwitchMode, speakerHookSwitchMode, headsetHookSwitchMode];
  };
  await set(["speaker"], "speaker");
  deepEqual(await modes(), ["onHook", "speaker", "onHook"]);
  deepEqual((await told(owner, "hookswitch")).offHook, ["speaker"]);
  await set(["handset", "headset"], "mic");
  deepEqual(await modes(), ["mic", "speaker", "mic"]);
  deepEqual((await told(owner, "hookswitch")).offHook, ["handset", "speaker", "headset"]);
  await set(["handset", "speaker", "headset"], "onHook");
  deepEqual(await modes(), ["onHook", "onHook", "onHook"]);
  deepEqual((await told(owner, "hookswitch")).offHook, []);
});

Deno.test("Q12 a hookswitch device that the phone lacks fails the whole call, and nothing has changed", async () => {
  await using application = await beginApplication(server(), "test");
  const mini = await application.open("virtual:mini-1");
  const both: Asked = { operation: "setHookSwitch", devices: ["handset", "speaker"], mode: "mic" };
  equal(await failure(mini, both), "PHONEERR_INVALHOOKSWITCHDEV");
  deepEqual((await told(mini, "hookswitch")).offHook, []);
});

Deno.test("R97 Q13 ring mode 0 silences, 1 to the number of modes ring, more is INVALRINGMODE, and getRing shows 0 when nothing rings", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  for (const mode of [1, 4, 0]) {
    const events = await perform(application, { operation: "setRing", mode, volume: 0x8000 }, { by: owner });
    deepEqual(states(events), [[["ringMode"], mode]]);
    deepEqual(await told(owner, "ring"), { mode, volume: 0x8000 });
  }
  equal(await failure(owner, { operation: "setRing", mode: 5, volume: 1 }), "PHONEERR_INVALRINGMODE");
  deepEqual(await told(owner, "ring"), { mode: 0, volume: 0x8000 });
  const mini = await application.open("virtual:mini-1");
  const { status, body } = await mini.ask({ operation: "setRing", mode: 0, volume: 1 });
  deepEqual([status, body.code], [501, UNAVAILABLE]);
});

Deno.test("R98 Q14 text runs on into the next row and is cut at the display's end; cells not written stay; a start outside is INVALPARAM", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const write = (text: string, { row = 0, column = 0 } = {}): Asked => ({ operation: "setDisplay", row, column, text });
  const shows = async (asked: Asked, rows: string[]) => {
    deepEqual(states(await perform(application, asked, { by: owner })), [[["display"], undefined]]);
    deepEqual((await told(owner, "display")).rows, rows);
  };
  await shows(write("a".repeat(100)), ["a".repeat(24), "a".repeat(24)]);
  await shows(write("bcde", { column: 22 }), [`${"a".repeat(22)}bc`, `de${"a".repeat(22)}`]);
  await shows(write("🙂more", { row: 1, column: 23 }), [`${"a".repeat(22)}bc`, `de${"a".repeat(21)}🙂`]);
  await shows(write("a\nb\u001b", { column: 20 }), [`${"a".repeat(20)}a b `, `de${"a".repeat(21)}🙂`]);
  for (const outside of [write("x", { row: 2 }), write("x", { column: 24 })]) {
    equal(await failure(owner, outside), "PHONEERR_INVALPARAM");
  }
  await shows(write(" ".repeat(48)), [BLANK, BLANK]);
  const mini = await application.open("virtual:mini-1");
  deepEqual((await mini.ask(write("x"))).body.code, UNAVAILABLE);
});

Deno.test("R99 Q17 Q18 data is kept and told as another change; size 0 reads nothing, more than the area reads the area, more is not written", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const whole = crypto.getRandomValues(new Uint8Array(256)).toBase64();
  const write = (data: string): Asked => ({ operation: "setData", dataId: 1, data });
  deepEqual(states(await perform(application, write(whole), { by: owner })), [[["other"], undefined]]);
  const read = async (size: number) => (await told(owner, `data/1?size=${size}`)).data;
  deepEqual([await read(0), await read(65_536)], ["", whole]);
  equal(await failure(owner, write(new Uint8Array(257).toBase64())), "PHONEERR_OPERATIONFAILED");
  equal(await read(256), whole);
});

Deno.test("R99 setButtonInfo sets the meaning of a button and not its state, which it cannot even be told", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const { state } = await told(owner, "buttons/13");
  const meaning = { button: 13, mode: "call", function: "hold", text: `Hold ${crypto.randomUUID()}` };
  const events = await perform(application, { operation: "setButtonInfo", ...meaning }, { by: owner });
  deepEqual(states(events), [[["other"], undefined], [["capsChange"], undefined]]);
  deepEqual(await told(owner, "buttons/13"), { ...meaning, state });
  const { status } = await owner.ask({ operation: "setButtonInfo", ...meaning, state: "down" });
  equal(status, 400);
});

Deno.test("R106 setButtonInfo makes no button where there is none, and leaves the keypad what it is", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const mean = (button: number, mode: string): Asked => ({
    operation: "setButtonInfo",
    ...{ button, mode, function: "none", text: "x" },
  });
  equal(await failure(owner, mean(20, "feature")), "PHONEERR_INVALBUTTONLAMPID");
  equal(await failure(owner, mean(5, "dummy")), "PHONEERR_OPERATIONFAILED");
  equal(await failure(owner, mean(13, "keypad")), "PHONEERR_OPERATIONFAILED");
  equal((await told(owner, "buttons/5")).text, "5");
  await perform(application, command({ press: 5 }), { by: owner });
});

Deno.test("R107 Q18 after setButtonInfo the capabilities have the button's new mode, capsChange says so, and a mask made from them hears its press", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const button = async () => {
    const { body } = await application.call<PhoneView>("GET", `/v1/phones/${DESK}`);
    return body.capabilities.buttons.find(({ id }) => id === 17);
  };
  const meaning = { button: 17, mode: "local", function: "park", text: "Park" };
  const events = await perform(application, { operation: "setButtonInfo", ...meaning }, { by: owner });
  deepEqual(states(events), [[["other"], undefined], [["capsChange"], undefined]]);
  const { mode = "dummy", function: task } = await button() ?? {};
  deepEqual([mode, task], ["local", "park"]);
  await owner.want({ buttonModes: [mode], buttonStates: ["down", "up"] });
  const pressed = await perform(application, command({ press: 17 }), { by: owner });
  deepEqual(pressed.map((event) => event.type === "PHONE_BUTTON" && [event.mode, event.state]), [
    ["local", "down"],
    ["local", "up"],
  ]);
});

Deno.test("Q15 a lamp takes its own modes only: dummy and unknown are none, and a button without a lamp has no lamp", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const light = (lamp: number, mode: string | number): Asked => ({ operation: "setLamp", lamp, mode });
  for (const mode of ["dummy", "unknown", "", 0, 6, 0x3_0000]) {
    const { status, body } = await owner.ask(light(12, mode));
    deepEqual([status, body.code], [422, "PHONEERR_INVALLAMPMODE"], String(mode));
  }
  equal(await failure(owner, light(12, 0x1_0000)), "PHONEERR_INVALLAMPMODE");
  equal(await failure(owner, light(0, "steady")), "PHONEERR_INVALBUTTONLAMPID");
  const { status, body } = await owner.get("lamps/0");
  deepEqual([status, body.code], [422, "PHONEERR_INVALBUTTONLAMPID"]);
});

Deno.test("Q27 the keypad is the buttons 0 to 11", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const { body } = await application.call<PhoneView>("GET", `/v1/phones/${DESK}`);
  const keypad = body.capabilities.buttons.flatMap(({ id, mode }) => mode === "keypad" ? [id] : []);
  deepEqual(keypad, Array.from({ length: 12 }, (_, id) => id));
  for (const button of keypad) {
    const events = await perform(application, command({ press: button }), { by: owner });
    deepEqual(events.map((event) => event.type === "PHONE_BUTTON" && [event.button, event.mode, event.state]), [
      [button, "keypad", "down"],
      [button, "keypad", "up"],
    ]);
  }
});

Deno.test("R103 a suspended phone says so to whoever enabled it, to who asks for the phones, and in its status, refuses what has INVALPHONESTATE among its errors, and resumes", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const light: Asked = { operation: "setLamp", lamp: 12, mode: "steady" };
  const person = (suspended: boolean) => perform(application, command({ suspended }), { by: owner });
  deepEqual(states(await person(true)), [[["suspend"], undefined]]);
  deepEqual(states(await person(true)), []);
  const shown = async () => {
    const { body: alone } = await application.call<PhoneView>("GET", `/v1/phones/${DESK}`);
    const { body: { phones } } = await application.call<{ phones: PhoneView[] }>("GET", "/v1/phones");
    return [alone, phones.find(({ phone }) => phone === DESK)].map((phone) => [phone?.connected, phone?.suspended]);
  };
  deepEqual(await shown(), [[true, true], [true, true]]);
  deepEqual((await owner.status()).statusFlags, ["connected", "suspended"]);
  equal(await failure(owner, light), "PHONEERR_INVALPHONESTATE");
  const { status, body } = await owner.get("lamps/12");
  deepEqual([status, body.code], [409, "PHONEERR_INVALPHONESTATE"]);
  const meaning: Asked = { operation: "setButtonInfo", button: 15, mode: "feature", function: "hold", text: "Held" };
  await perform(application, meaning, { by: owner });
  deepEqual(states(await person(false)), [[["resume"], undefined]]);
  deepEqual(await shown(), [[true, false], [true, false]]);
  deepEqual((await owner.status()).statusFlags, ["connected"]);
  equal((await owner.perform(light)).outcome, "succeeded");
});

Deno.test("Q30 what changes nothing is told to nobody, and what changes something before its success is", async () => {
  await using application = await beginApplication(server(), "test");
  const owner = await own(application);
  const asked: [Asked, ...string[]][] = [
    [{ operation: "setLamp", lamp: 12, mode: "flash" }, "lamp"],
    [{ operation: "setVolume", device: "headset", volume: 5 }, "headsetVolume"],
    [{ operation: "setGain", device: "headset", gain: 5 }, "headsetGain"],
    [{ operation: "setRing", mode: 0, volume: 5 }, "ringVolume"],
    [{ operation: "setDisplay", row: 0, column: 0, text: "again" }, "display"],
    [{ operation: "setHookSwitch", devices: ["headset"], mode: "mic" }, "headsetHookSwitch"],
    [{ operation: "setData", dataId: 0, data: "AQID" }, "other"],
    [{ operation: "setButtonInfo", button: 14, mode: "local", function: "park", text: "Park" }, "other", "capsChange"],
  ];
  for (const [operation, ...changed] of asked) {
    const [first, again] = [
      await perform(application, operation, { by: owner }),
      await perform(application, operation, { by: owner }),
    ];
    deepEqual([states(first).map(([told]) => told), again], [changed.map((state) => [state]), []], operation.operation);
  }
});
