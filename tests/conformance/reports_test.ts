import { deepEqual, equal, ok } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES, type PhoneState } from "../../server/core/contract/names.ts";
import { type Application, type Asked, command, type Handle } from "./support/application.ts";
import { type Bench, makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const EVERYTHING = { states: [...PHONE_STATES], buttonModes: [...BUTTON_MODES], buttonStates: [...BUTTON_STATES] };
/** What the server alone reports, and what concerns every application. */
const NOT_OF_A_HANDLE: readonly PhoneState[] = ["owner", "monitors", "connected", "disconnected", "reinit"];

const buttons = (events: readonly PhoneEvent[]) =>
  events.flatMap((event) => event.type === "PHONE_BUTTON" ? [[event.button, event.state]] : []);

/** The states that were told, with what goes with each. */
const states = (events: readonly PhoneEvent[]) =>
  events.flatMap((event) =>
    event.type === "PHONE_STATE" ? [[...event.states, ...event.detail === undefined ? [] : [event.detail]]] : []
  );

async function openWanting(
  application: Application,
  phone: string,
  { masks = EVERYTHING, privilege = "monitor" }: {
    masks?: Parameters<Handle["want"]>[0];
    privilege?: "owner" | "monitor";
  } = {},
) {
  const handle = await application.open(phone, privilege);
  equal((await handle.want(masks)).status, 200);
  return handle;
}

/** Lets a phone report everything that there is to report but its removal. */
async function report(bench: Bench): Promise<void> {
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "up" });
  await bench.tell({ do: "devSpecific", text: "hello" });
}

Deno.test("R12 what a driver reports before its open has succeeded reaches nobody, and neither does what it says when it refuses", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  for (const error of ["RESOURCEUNAVAIL", undefined] as const) {
    const before = (await bench.calls()).length;
    await bench.tell({ do: "plan", call: "open", plans: [{ hold: true }] });
    const opening = application.tryOpen(bench.phone, "monitor");
    await bench.until("open", before + 1);
    await report(bench);
    await bench.tell({ do: "release", held: "open", ...error && { error } });
    equal((await opening).status, error ? 503 : 201);
  }
  deepEqual(await application.heard(), []);
});

Deno.test("R13 every event carries the phone that it is of, and the handle that was opened on it", async () => {
  const [first, second] = [await makeBench(server()), await makeBench(server())];
  await using _first = first;
  await using _second = second;
  const application = await first.application();
  const handles = [
    await openWanting(application, first.phone),
    await openWanting(application, second.phone),
  ];
  for (const bench of [second, first]) {
    await report(bench);
    await bench.tell({ do: "forceClose" });
  }
  await application.events.next("PHONE_CLOSE", ({ phone }) => phone === first.phone);
  const heard = (await application.heard()).map((event) => "phone" in event && "handle" in event && event);
  const each = ["PHONE_STATE", "PHONE_BUTTON", "PHONE_BUTTON", "PHONE_DEVSPECIFIC", "PHONE_CLOSE"];
  for (const [index, { phone }] of [first, second].entries()) {
    const own = heard.filter((event) => event && event.phone === phone);
    deepEqual(own.map((event) => event && [event.type, event.handle]), each.map((type) => [type, handles[index]!.id]));
  }
  equal(heard.length, 2 * each.length);
});

Deno.test("R92 R102 what a fulfilled operation has changed is told before its reply to whoever asked for it, also of a driver that reports nothing, and once", async () => {
  await using bench = await makeBench(server());
  const [application, other] = [await bench.application(), await bench.application()];
  const owner = await application.open(bench.phone);
  const masks = { ...EVERYTHING, states: PHONE_STATES.filter((state) => state !== "capsChange") };
  for (const handle of [owner, await other.open(bench.phone, "monitor")]) await handle.want(masks);
  const asked: [Asked, [PhoneState, (number | string)?][]][] = [
    [{ operation: "setLamp", lamp: 0, mode: "steady" }, [["lamp", 0]]],
    [{ operation: "setHookSwitch", devices: ["speaker"], mode: "micSpeaker" }, [["speakerHookSwitch", "micSpeaker"]]],
    [{ operation: "setRing", mode: 2, volume: 7 }, [["ringMode", 2], ["ringVolume"]]],
    [{ operation: "setVolume", device: "handset", volume: 7 }, [["handsetVolume"]]],
    [{ operation: "setGain", device: "handset", gain: 7 }, [["handsetGain"]]],
    [{ operation: "setDisplay", row: 0, column: 0, text: "told" }, [["display"]]],
    [{ operation: "setButtonInfo", button: 0, mode: "feature", function: "hold", text: "Held" }, [["other"]]],
  ];
  for (const [operation, changes] of asked) {
    for (const expected of [changes, []]) {
      const before = application.events.seen.length;
      const { requestId } = await owner.perform(operation);
      await application.events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
      const heard = application.events.seen.slice(before);
      equal(heard.pop()?.type, "PHONE_REPLY");
      deepEqual(states(heard), expected, operation.operation);
    }
  }
  deepEqual(states(await other.heard()), asked.flatMap(([, changes]) => changes));
});

Deno.test("R102 what is as the driver's getter has it is told to nobody, and what a driver reports of an operation afterwards is not told again", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await openWanting(application, bench.phone, { privilege: "owner" });
  const asked: Asked[] = [
    { operation: "setVolume", device: "handset", volume: 2_000 },
    { operation: "setGain", device: "handset", gain: 3_000 },
    { operation: "setRing", mode: 0, volume: 1_000 },
    { operation: "setDisplay", row: 0, column: 0, text: "probe" },
    { operation: "setButtonInfo", button: 0, mode: "feature", function: "hold", text: "Hold" },
  ];
  for (const each of asked) equal((await owner.perform(each)).outcome, "succeeded");
  await owner.perform({ operation: "setHookSwitch", devices: ["speaker"], mode: "micSpeaker" });
  await bench.tell({ do: "state", states: ["speakerHookSwitch"], detail: "micSpeaker" });
  await bench.tell({ do: "state", states: ["speakerHookSwitch"], detail: "onHook" });
  deepEqual(states(await application.heard()).filter(([state]) => state !== "capsChange"), [
    ["speakerHookSwitch", "micSpeaker"],
    ["speakerHookSwitch", "onHook"],
  ]);
});

Deno.test("R105 the new value goes with a change where it is known, and to each handle only that of the states it asked for", async () => {
  await using bench = await makeBench(server());
  const [application, other] = [await bench.application(), await bench.application()];
  const owner = await openWanting(application, bench.phone, { privilege: "owner" });
  await openWanting(other, bench.phone, { masks: { states: ["ringVolume", "display"] } });
  const asked: Asked[] = [
    { operation: "setLamp", lamp: 0, mode: "wink" },
    { operation: "setRing", mode: 1, volume: 7 },
    { operation: "setHookSwitch", devices: ["speaker"], mode: "micSpeaker" },
    { operation: "setVolume", device: "handset", volume: 70_000 },
    { operation: "setGain", device: "handset", gain: 0 },
    { operation: "setDisplay", row: 0, column: 2, text: "i" },
  ];
  for (const each of asked) equal((await owner.perform(each)).outcome, "succeeded");
  // What the driver only names may be of the operation before, so that its getter was asked; of this nobody knows.
  await bench.tell({ do: "state", states: ["ringVolume"] });
  await bench.tell({ do: "state", states: ["speakerVolume"] });
  const values = async (heard: Promise<readonly PhoneEvent[]>) =>
    (await heard).flatMap((event) =>
      event.type === "PHONE_STATE" && !event.states.includes("monitors") ? [event.values] : []
    );
  const display = { rows: ["pribe   "] };
  deepEqual(await values(application.heard()), [
    { lamp: { lamp: 0, mode: "wink" } },
    { ringMode: 1 },
    { ringVolume: 7 },
    { speakerHookSwitch: "micSpeaker" },
    { handsetVolume: 65_535 },
    { handsetGain: 0 },
    { display },
    { ringVolume: 1_000 },
    undefined,
  ]);
  deepEqual(await values(other.heard()), [{ ringVolume: 7 }, { display }, { ringVolume: 1_000 }]);
});

Deno.test("R85 masks for what the phone cannot produce are accepted, and are in force", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const handle = await openWanting(application, bench.phone);
  const { body } = await handle.get<typeof EVERYTHING>("status-messages");
  for (const mask of ["states", "buttonModes", "buttonStates"] as const) {
    deepEqual(body[mask].toSorted(), EVERYTHING[mask].toSorted());
  }
  await report(bench);
  deepEqual((await application.heard()).map(({ type }) => type), [
    "PHONE_STATE",
    "PHONE_BUTTON",
    "PHONE_BUTTON",
    "PHONE_DEVSPECIFIC",
  ]);
});

Deno.test("R88 every down of a button is followed by an up, whichever edges the device shows", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await openWanting(application, bench.phone);
  const shown = [
    [0, "down"],
    [0, "down"],
    [1, "down"],
    [0, "up"],
    [1, "up"],
    // One edge only.
    [0, "up"],
  ] as const;
  for (const [button, state] of shown) await bench.tell({ do: "button", button, mode: "feature", state });
  const heard = buttons(await application.heard());
  const one = ["down", "up"];
  deepEqual(heard.filter(([button]) => button === 0).map(([, state]) => state), [...one, ...one, ...one]);
  deepEqual(heard.filter(([button]) => button === 1).map(([, state]) => state), one);
});

Deno.test("R88 a button that went down while the phone was closed is not told up after the next open", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await openWanting(application, bench.phone);
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "up" });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "up" });
  deepEqual(buttons(await application.heard()), [[0, "down"], [0, "up"]]);
});

Deno.test("R104 the up of a button says how long it was held where the device showed its down, and no other event does", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await openWanting(application, bench.phone);
  // The last has no down of its own.
  for (const state of ["down", "up", "up"] as const) {
    await bench.tell({ do: "button", button: 0, mode: "feature", state });
  }
  const held = (await application.heard()).flatMap((event) => event.type === "PHONE_BUTTON" ? [event.heldMs] : []);
  deepEqual(held.map((heldMs) => typeof heldMs), ["undefined", "number", "undefined", "undefined"]);
  ok(Number.isInteger(held[1]) && Number(held[1]) >= 0);
});

Deno.test("Q34 the pairs bind the plugin; the masks are applied to each message, also when they change in between", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const press = (state: "down" | "up") => bench.tell({ do: "button", button: 0, mode: "feature", state });
  const handle = await openWanting(application, bench.phone, {
    masks: { buttonModes: ["feature"], buttonStates: ["down"] },
  });
  for (const state of ["down", "up", "down"] as const) await press(state);
  equal((await handle.want({ buttonModes: ["feature"], buttonStates: ["up"] })).status, 200);
  for (const state of ["up", "down", "up"] as const) await press(state);
  deepEqual(buttons(await application.heard()), [[0, "down"], [0, "down"], [0, "up"], [0, "up"]]);
});

Deno.test("R89 Q31 a single state carries the detail of the contract, every other none, and several states none", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await openWanting(application, bench.phone);
  const details: Partial<Record<PhoneState, number | string>> = {
    lamp: 7,
    ringMode: 2,
    handsetHookSwitch: "mic",
    speakerHookSwitch: "onHook",
    headsetHookSwitch: "unknown",
  };
  const states = PHONE_STATES.filter((state) => !NOT_OF_A_HANDLE.includes(state));
  // Where the contract has no detail, what the plugin says beyond it is left out.
  for (const state of states) await bench.tell({ do: "state", states: [state], detail: details[state] ?? 1 });
  await bench.tell({ do: "state", states: ["lamp", "ringMode"], detail: 7 });
  const heard = (await application.heard()).map((event) =>
    event.type === "PHONE_STATE" && [event.states, event.detail]
  );
  deepEqual(heard, [...states.map((state) => [[state], details[state]]), [["lamp", "ringMode"], undefined]]);
});

Deno.test("R89 a state without the detail that it needs is told to the plugin's author and to nobody else", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await openWanting(application, bench.phone);
  const control = await application.open("probe:control", "monitor");
  const wrong = [["lamp"], ["ringMode", "loud"], ["handsetHookSwitch"], ["speakerHookSwitch", "half"]];
  for (const [state, detail] of wrong) {
    const { outcome, code } = await control.perform(command({ do: "state", phone: bench.id, states: [state], detail }));
    deepEqual([outcome, code], ["failed", "PHONEERR_INVALPARAM"], state);
  }
  await control.close();
  deepEqual((await application.heard()).filter(({ type }) => type === "PHONE_STATE"), []);
});
