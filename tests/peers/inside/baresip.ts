import { deepEqual, equal, match } from "node:assert/strict";
import { answer, base64, startDesk } from "../support/desk.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

for (const transport of ["udp", "tcp"] as const) {
  test(`a phone that registers over ${transport} is connected, and one that takes it back is not`, async () => {
    await using at = await startDesk({ transport });
    // It says so before it ends.
    await at.baresip.command("quit");
    await at.desk.connected(false);
  });
}

test("the message lamp goes on and off as the phone itself reports it", async () => {
  await using at = await startDesk({ mwi: true });
  match((await at.baresip.next("MWI_NOTIFY")).param ?? "", /Messages-Waiting: no/i);
  for (const [mode, waiting] of [["steady", "yes"], ["off", "no"]] as const) {
    await at.desk.phone.setLamp({ lamp: 12, mode });
    match((await at.baresip.next("MWI_NOTIFY")).param ?? "", new RegExp(`Messages-Waiting: ${waiting}`, "i"));
    await at.desk.next({ type: "PHONE_STATE", states: ["lamp"], detail: 12 });
    deepEqual(await at.desk.phone.getLamp({ lamp: 12 }), { lamp: 12, mode });
  }
});

test("a text for the display is what the phone prints", async () => {
  await using at = await startDesk();
  await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Zimmer 12 räumen" });
  await at.baresip.process.printed.next((line) => line.includes("Zimmer 12 räumen"));
  match((await at.desk.phone.getDisplay()).rows[0] ?? "", /^Zimmer 12 räumen +$/);
});

test("R89 a phone rings and stops, and its ring mode says so", async () => {
  await using at = await startDesk();
  for (const mode of [1, 2]) {
    await at.desk.phone.setRing({ mode, volume: 0 });
    await at.baresip.next("CALL_INCOMING");
    await at.desk.next({ type: "PHONE_STATE", states: ["ringMode"], detail: mode });
    await at.desk.phone.setRing({ mode: 0, volume: 0 });
    await at.baresip.next("CALL_CLOSED");
    await at.desk.next({ type: "PHONE_STATE", states: ["ringMode"], detail: 0 });
  }
});

test("a call that the person answers ends the ring and lifts the handset, and is hung up by the application", async () => {
  await using at = await startDesk();
  await answer(at);
  deepEqual(await at.desk.phone.getHookSwitch(), { offHook: ["handset"] });
  equal((await at.desk.phone.getRing()).mode, 0);
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });
  await at.baresip.next("CALL_CLOSED");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
  deepEqual(await at.desk.phone.getHookSwitch(), { offHook: [] });
});

test("a call is hung up by the person", async () => {
  await using at = await startDesk();
  await answer(at);
  await at.baresip.command("hangup");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
});

test("a phone that answers by itself lifts its handset when told to", async () => {
  await using at = await startDesk({ answers: "auto" });
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.baresip.next("CALL_ESTABLISHED");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
});

test("a phone that does not is rung until its person lifts the handset", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.baresip.next("CALL_INCOMING");
  await at.baresip.command("accept");
  await lifted;
});

test("a lift that nobody answers is given up at its deadline, and the phone rings no more", async () => {
  await using at = await startDesk();
  const { outcome, cause } = await at.desk.phone.try.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" }, {
    deadlineMs: 1_000,
  });
  deepEqual([outcome, cause], ["timedOut", "deadline"]);
  await at.baresip.next("CALL_CLOSED");
});

test("what the person refuses is an error with the phone's own answer", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.try.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.baresip.next("CALL_INCOMING");
  await at.baresip.command("hangup");
  const { outcome, message } = await lifted;
  equal(outcome, "failed");
  match(message ?? "", /SIP (486|603) /);
});

test("R88 digits of both ends go through the audio: the person's are buttons, the application's are heard (RFC 4733)", async () => {
  await using at = await startDesk();
  await answer(at);
  for (const [digit, button] of [["5", 5], ["*", 10], ["#", 11]] as const) {
    await at.baresip.command("sndcode", digit);
    await at.desk.next({ type: "PHONE_BUTTON", button, mode: "keypad", state: "down" });
    await at.desk.next({ type: "PHONE_BUTTON", button, mode: "keypad", state: "up" });
  }
  await at.desk.phone.devSpecific({ params: base64({ digits: "42" }) });
  for (const digit of ["4", "2"]) equal((await at.baresip.next("CALL_DTMF_START")).param, digit);
});

test("a call that the phone makes is answered, and its number told", async () => {
  await using at = await startDesk();
  await at.baresip.command("dial", "sip:42@phones.test");
  await at.baresip.next("CALL_ESTABLISHED");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  const told = await at.desk.events.next((event) => event.type === "PHONE_DEVSPECIFIC");
  match(new TextDecoder().decode(Uint8Array.fromBase64(told.params)), /"42"/);
});

test("R58 the close of a phone ends the call that it has, and it can be opened again", async () => {
  await using at = await startDesk();
  await answer(at);
  deepEqual(await at.desk.phone.close(), { handle: at.desk.phone.handle, lastHandle: true, completed: 0 });
  await at.baresip.next("CALL_CLOSED");
  const again = await at.exchange.open("1001");
  await again.phone.setRing({ mode: 1, volume: 0 });
});

test("R54 R56 the close of a phone aborts a lift that waits with OPERATIONFAILED, and it rings no more (invariant 4)", async () => {
  await using at = await startDesk();
  const { requestId } = await at.desk.phone.ask("setHookSwitch", { devices: ["handset"], mode: "micSpeaker" });
  await at.baresip.next("CALL_INCOMING");
  equal((await at.desk.phone.close())?.completed, 1);
  await at.baresip.next("CALL_CLOSED");
  const { outcome, cause, code } = await at.desk.record(requestId);
  deepEqual([outcome, cause, code], ["aborted", "close", "PHONEERR_OPERATIONFAILED"]);
});

testWellFormed("tshark reads every message that we sent as well-formed");
