import { deepEqual, equal } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { PHONE_STATES } from "../../server/core/contract/names.ts";
import { command, type Masks } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const states = (events: readonly PhoneEvent[]) =>
  events.flatMap((event) => event.type === "PHONE_STATE" ? [[event.states, event.detail]] : []);
const buttons = (events: readonly PhoneEvent[]) =>
  events.flatMap((event) => event.type === "PHONE_BUTTON" ? [[event.button, event.mode, event.state]] : []);

Deno.test("R81 Q24 right after an open no PHONE_STATE and no PHONE_BUTTON is delivered", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  const other = await b.open(bench.phone, "monitor");
  const { body } = await owner.get("status-messages");
  deepEqual(body, { states: [], buttonModes: [], buttonStates: [] });
  // Another handle wants everything, so that the plugin sends it.
  await other.want({ states: [...PHONE_STATES], buttonModes: ["feature"], buttonStates: ["down", "up"] });
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "up" });
  deepEqual(await a.heard(), []);
  deepEqual(states(await b.heard()), [[["lamp"], 0]]);
});

Deno.test("R82 Q24 reinit reaches every application whatever the masks, with no handle", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  await a.open(bench.phone);
  await bench.tell({ do: "state", states: ["reinit"] });
  for (const application of [a, b]) {
    const [{ seq: _, at: __, ...event } = { seq: 0, at: "" }, ...more] = await application.heard();
    deepEqual(event, { type: "PHONE_STATE", handle: null, phone: bench.phone, states: ["reinit"] });
    deepEqual(more, []);
  }
});

Deno.test("R83 the plugin's masks are the union of all handles' masks, updated when they are set and when a handle closes", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const wanted = async () => {
    await bench.tell({ do: "wanted" });
    const { wanted } = (await bench.record()).at(-1)!;
    return [wanted?.states.toSorted(), wanted?.buttonModes.toSorted(), wanted?.buttonStates.toSorted()];
  };
  const owner = await application.open(bench.phone);
  const monitor = await application.open(bench.phone, "monitor");
  deepEqual(await wanted(), [[], [], []]);
  await owner.want({ states: ["lamp", "display"], buttonModes: ["feature"], buttonStates: ["down"] });
  await monitor.want({ states: ["lamp", "other"], buttonModes: ["keypad"], buttonStates: ["up"] });
  deepEqual(await wanted(), [["display", "lamp", "other"], ["feature", "keypad"], ["down", "up"]]);
  await monitor.want({ states: ["other"] });
  deepEqual(await wanted(), [["display", "lamp", "other"], ["feature"], ["down"]]);
  await owner.close();
  deepEqual(await wanted(), [["other"], [], []]);
  await monitor.close();
  await application.open(bench.phone);
  deepEqual(await wanted(), [[], [], []]);
});

Deno.test("R84 Q32 a handle hears of a change what its own masks enable, even if the plugin sent more", async () => {
  await using bench = await makeBench(server());
  const [a, b, c] = [await bench.application(), await bench.application(), await bench.application()];
  await (await a.open(bench.phone)).want({ states: ["lamp", "display"] });
  await (await b.open(bench.phone, "monitor")).want({ states: ["ringMode"] });
  await (await c.open(bench.phone, "monitor")).want({ states: ["other"] });
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  await bench.tell({ do: "state", states: ["ringMode"], detail: 2 });
  await bench.tell({ do: "state", states: ["lamp", "display", "ringMode"] });
  deepEqual(states(await a.heard()), [[["lamp"], 0], [["lamp", "display"], undefined]]);
  deepEqual(states(await b.heard()), [[["ringMode"], 2], [["ringMode"], undefined]]);
  deepEqual(await c.heard(), []);
});

Deno.test("R86 Q39 button modes without a button state are refused INVALBUTTONSTATE, and without modes the states do not matter", async () => {
  await using bench = await makeBench(server());
  const owner = await (await bench.application()).open(bench.phone);
  await owner.want({ states: ["lamp"] });
  const refused: [Masks, string][] = [
    [{ buttonModes: ["feature"] }, "PHONEERR_INVALBUTTONSTATE"],
    [{ buttonModes: ["feature"], buttonStates: ["sideways"] }, "PHONEERR_INVALBUTTONSTATE"],
    [{ buttonModes: ["trigger"], buttonStates: ["down"] }, "PHONEERR_INVALBUTTONMODE"],
    [{ states: ["tired"] }, "PHONEERR_INVALPARAM"],
  ];
  for (const [masks, code] of refused) {
    const { status, body } = await owner.want(masks);
    deepEqual([status, body.code], [422, code]);
  }
  // A refused call leaves the masks as they were.
  deepEqual((await owner.get("status-messages")).body, { states: ["lamp"], buttonModes: [], buttonStates: [] });
  for (const buttonStates of [[], ["down"]]) equal((await owner.want({ buttonStates })).status, 200);
});

Deno.test("R87 PHONE_BUTTON comes only if both its mode and its state are enabled on that handle", async () => {
  await using bench = await makeBench(server());
  const [a, b, c] = [await bench.application(), await bench.application(), await bench.application()];
  await (await a.open(bench.phone)).want({ buttonModes: ["feature"], buttonStates: ["down"] });
  await (await b.open(bench.phone, "monitor")).want({ buttonModes: ["keypad"], buttonStates: ["up"] });
  await (await c.open(bench.phone, "monitor")).want({ buttonModes: ["feature"], buttonStates: ["down", "up"] });
  for (const mode of ["feature", "keypad"] as const) {
    for (const state of ["down", "up"] as const) await bench.tell({ do: "button", button: 0, mode, state });
  }
  deepEqual(buttons(await a.heard()), [[0, "feature", "down"]]);
  deepEqual(buttons(await b.heard()), [[0, "keypad", "up"]]);
  deepEqual(buttons(await c.heard()), [[0, "feature", "down"], [0, "feature", "up"]]);
});

Deno.test("R91 open, close and shutdown by others tell the handles that enabled it the new number of owners and monitors", async () => {
  await using bench = await makeBench(server());
  const [watching, blind, other] = [
    await bench.application(),
    await bench.application(),
    await bench.application(),
  ];
  const watcher = await watching.open(bench.phone, "monitor");
  await watcher.want({ states: ["owner", "monitors"] });
  await blind.open(bench.phone, "monitor");
  const owner = await other.open(bench.phone);
  await owner.close();
  await other.open(bench.phone);
  await other.open(bench.phone, "monitor");
  equal((await other.call("DELETE", `/v1/applications/${other.id}`)).status, 204);
  const heard = states(await watching.heard());
  deepEqual(heard.slice(0, 5), [
    [["monitors"], 2],
    [["owner"], 1],
    [["owner"], 0],
    [["owner"], 1],
    [["monitors"], 3],
  ]);
  // The handles of a shutdown are closed side by side.
  deepEqual(heard.slice(5).toSorted(), [[["monitors"], 2], [["owner"], 0]]);
  deepEqual(await blind.heard(), []);
});

Deno.test("R91 a handle is not told of itself", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  await owner.want({ states: ["owner", "monitors"] });
  await monitor.close();
  await application.open(bench.phone, "monitor");
  deepEqual(states(await application.heard()), [[["monitors"], 0], [["monitors"], 1]]);
});

Deno.test("R92 a hookswitch change, by hand or by request, tells every handle that enabled it the new mode", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const owner = await a.open(bench.phone);
  await owner.want({ states: ["handsetHookSwitch"] });
  await (await b.open(bench.phone, "monitor")).want({ states: ["handsetHookSwitch"] });
  await bench.tell({ do: "state", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await owner.perform({ operation: "setHookSwitch", devices: ["handset"], mode: "onHook" });
  for (const application of [a, b]) {
    deepEqual(states(await application.heard()), [
      [["handsetHookSwitch"], "micSpeaker"],
      [["handsetHookSwitch"], "onHook"],
    ]);
  }
});

Deno.test("R90 the plugin cannot report the states that the server counts itself, whatever the masks", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  await (await application.open(bench.phone)).want({ states: ["owner", "monitors", "connected"] });
  const control = await application.open("probe:control", "monitor");
  for (const state of ["owner", "monitors", "connected", "disconnected"]) {
    const what = command({ do: "state", phone: bench.id, states: [state] });
    equal((await control.perform(what)).outcome, "failed", state);
  }
  await control.close();
  deepEqual(states(await application.heard()), []);
});

Deno.test("Q33 PHONE_DEVSPECIFIC reaches every open handle of the phone, with no masks, as the plugin sent it", async () => {
  await using bench = await makeBench(server());
  const [a, b, c] = [await bench.application(), await bench.application(), await bench.application()];
  const handles = [await a.open(bench.phone), await b.open(bench.phone, "monitor")];
  await bench.tell({ do: "devSpecific", text: "näheres" });
  for (const [index, application] of [a, b].entries()) {
    const { handle, phone, params } = await application.events.next("PHONE_DEVSPECIFIC");
    const text = new TextDecoder().decode(Uint8Array.fromBase64(params));
    deepEqual([handle, phone, text], [handles[index]!.id, bench.phone, "näheres"]);
  }
  deepEqual(await c.heard(), []);
});
