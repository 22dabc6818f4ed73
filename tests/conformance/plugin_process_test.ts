import { deepEqual, equal } from "node:assert/strict";
import { BUTTON_MODES, PHONE_STATES } from "../../server/core/contract/names.ts";
import type { Masks } from "../../server/core/contract/events.ts";
import { NOTHING } from "../host/testbed.ts";
import type { Command } from "./probe/commands.ts";
import { PHONE, ProbeProcess } from "./support/probe_process.ts";

const EVERYTHING: Masks = { states: [...PHONE_STATES], buttonModes: [...BUTTON_MODES], buttonStates: ["down", "up"] };
const FAILED = -1879048164;

/** Everything that a phone can report while it is open. */
const REPORTS: Command[] = [
  { do: "state", phone: PHONE, states: ["lamp"], detail: 0 },
  { do: "state", phone: PHONE, states: ["reinit"] },
  { do: "button", phone: PHONE, button: 0, mode: "feature", state: "down" },
  { do: "button", phone: PHONE, button: 0, mode: "feature", state: "up" },
  { do: "devSpecific", phone: PHONE, text: "hello" },
];
const REPORTED = ["state", "state", "button", "button", "devSpecific"];

Deno.test("R12 R57 R58 nothing comes from a phone before its open has succeeded, nor after its close, and each time anew", async () => {
  await using probe = await ProbeProcess.start();
  const { process } = probe.host;
  const expected: string[] = [];
  await probe.tell(...REPORTS);
  for (let round = 1; round <= 2; round++) {
    await probe.tell({ do: "plan", phone: PHONE, call: "open", plans: [{ hold: true }] });
    const opening = process.open(PHONE, EVERYTHING);
    await probe.called("open", round);
    await probe.tell(...REPORTS, { do: "release", phone: PHONE, held: "open" });
    await opening;
    deepEqual(probe.cameOf().map(([name]) => name), expected);
    await probe.tell(...REPORTS);
    expected.push(...REPORTED);
    deepEqual(probe.cameOf().map(([name]) => name), expected);
    await process.close(PHONE);
    await probe.tell(...REPORTS);
    deepEqual(probe.cameOf().map(([name]) => name), expected);
  }
});

Deno.test("R89 of several states that change together none has a detail", async () => {
  await using probe = await ProbeProcess.start();
  await probe.host.process.open(PHONE, EVERYTHING);
  await probe.tell({ do: "state", phone: PHONE, states: ["lamp", "ringMode"], detail: 0 });
  deepEqual(probe.cameOf(), [["state", PHONE, ["lamp", "ringMode"], undefined]]);
});

Deno.test("R30 R54 R55 R56 a close is answered when each of its operations has been completed, once: aborted ones OPERATIONFAILED", async () => {
  await using probe = await ProbeProcess.start();
  const { process } = probe.host;
  await process.open(PHONE, NOTHING);
  const plans = [{ hold: true }, { hold: true, onAbort: "fulfil" as const }, { hold: true }, {}];
  await probe.tell({ do: "plan", phone: PHONE, call: "setLamp", plans });
  const ids = plans.map(() => probe.light());
  await probe.called("setLamp", ids.length);
  await process.close(PHONE);
  const completed = () => probe.cameOf(...ids).map(([, id, result]) => [id, result]);
  const [first, second, third, fourth] = ids;
  const expected = [[fourth, 0], [first, FAILED], [second, 0], [third, FAILED]];
  deepEqual(completed().toSorted(), expected.toSorted());
  await probe.tell({ do: "mark" });
  equal(completed().length, expected.length);
});

Deno.test("R64 before a forced close is told every operation has been completed, and nothing follows it", async () => {
  await using probe = await ProbeProcess.start();
  await probe.host.process.open(PHONE, EVERYTHING);
  const plans = [{ hold: true }, { hold: true, onAbort: "ignore" as const }];
  await probe.tell({ do: "plan", phone: PHONE, call: "setLamp", plans });
  const [aborted, going] = [probe.light(), probe.light()] as const;
  await probe.called("setLamp", 2);
  await probe.tell({ do: "forceClose", phone: PHONE });
  await probe.called("abort", 2);
  await probe.tell({ do: "release", phone: PHONE, held: going });
  await probe.called("forceClosed");
  await probe.tell(...REPORTS);
  deepEqual(probe.cameOf(aborted, going).filter(([name]) => name !== "state").map(([name, of]) => [name, of]), [
    ["forceClosing", PHONE],
    ["completed", aborted],
    ["completed", going],
    ["forceClosed", PHONE],
  ]);
});

Deno.test("R80 when a plugin has been stopped nothing comes from it any more", async () => {
  await using probe = await ProbeProcess.start();
  await probe.host.process.open(PHONE, EVERYTHING);
  await probe.tell({ do: "plan", phone: PHONE, call: "setLamp", plans: [{ hold: true }] });
  probe.light();
  await probe.called("setLamp");
  await probe.host.host.stop();
  const names = probe.host.told.map(([name]) => name);
  deepEqual(names.slice(names.indexOf("gone") + 1), ["settle"]);
});

Deno.test("R102 R101 of operations that may overlap the second waits for what the getter is being asked already, and none goes past the first", async () => {
  await using probe = await ProbeProcess.start();
  await probe.host.process.open(PHONE, EVERYTHING);
  await probe.tell({ do: "plan", phone: PHONE, call: "getLamp", plans: [{ hold: true }] });
  const given = [probe.light()];
  await probe.called("getLamp");
  given.push(probe.light());
  probe.host.process.abort(given[0]!);
  given.push(probe.light(), probe.light());
  equal(await probe.result(given[0]!), FAILED);
  await probe.tell({ do: "release", phone: PHONE, held: "getLamp" });
  await probe.result(given[3]!);
  deepEqual(probe.recorded("getLamp", "setLamp").map(({ call, requestId }) => requestId ?? call), [
    "getLamp",
    ...given.slice(1),
  ]);
});

Deno.test("R102 a getter that never answers, or cannot say, is asked once, and no later operation waits for it", async () => {
  await using probe = await ProbeProcess.start();
  await probe.host.process.open(PHONE, EVERYTHING);
  // What fails leaves the next one with nothing that is known.
  const fail = { error: "OPERATIONFAILED" as const };
  await probe.tell(
    { do: "plan", phone: PHONE, call: "getLamp", plans: [{ hold: true }] },
    { do: "plan", phone: PHONE, call: "setLamp", plans: [fail, fail, fail] },
    { do: "plan", phone: PHONE, call: "getDisplay", plans: [{ error: "throw" }] },
  );
  const given = [probe.light(), probe.light()];
  await probe.result(given[1]!);
  given.push(probe.light());
  await probe.result(given[2]!);
  deepEqual(probe.recorded("getLamp", "setLamp").map(({ call, requestId }) => requestId ?? call), [
    "getLamp",
    ...given,
  ]);
  for (const column of [0, 1, 2]) equal(await probe.result(probe.write(column)), 0);
  deepEqual(probe.recorded("getDisplay", "setDisplay").map(({ call }) => call), [
    "getDisplay",
    "setDisplay",
    "setDisplay",
    "setDisplay",
  ]);
});
