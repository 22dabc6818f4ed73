import { deepEqual, equal, match } from "node:assert/strict";
import { type Jami, startJami } from "../drivers/jami.ts";
import { base64, type DeskOf, startDeskOf } from "../support/desk.ts";
import { REGISTRAR } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };
const DOWN = { devices: ["handset" as const], mode: "onHook" as const };

function startDesk({ srtp = false }: { srtp?: boolean } = {}): Promise<DeskOf<Jami>> {
  return startDeskOf({
    user: "1005",
    start: () => startJami({ port: 5120, user: "1005", registrar: REGISTRAR, srtp }),
  });
}

test("jami tells of waiting messages, shows a text, rings, and stops when it is silenced", async () => {
  await using at = await startDesk();
  for (const [mode, messages] of [["steady", 1], ["off", 0]] as const) {
    await at.desk.phone.setLamp({ lamp: 12, mode });
    deepEqual((await at.peer.next("voiceMailNotify")).told, [messages, 0, 0]);
  }
  await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Zimmer 12 räumen" });
  await at.peer.next("incomingAccountMessage", "Zimmer 12 räumen");
  await at.desk.phone.setRing({ mode: 2, volume: 0 });
  await at.peer.next("incomingCallWithMedia");
  await at.desk.phone.setRing({ mode: 0, volume: 0 });
  await at.peer.next("callStateChanged", "OVER");
});

test("jami is lifted by its person, sends a digit, is held, and is hung up by the application", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch(LIFT);
  await at.peer.next("incomingCallWithMedia");
  await at.peer.call("accept");
  await lifted;
  await at.peer.next("callStateChanged", "CURRENT");
  await at.peer.press("5");
  for (const state of ["down", "up"]) await at.desk.next({ type: "PHONE_BUTTON", button: 5, state });
  for (const hold of [true, false]) {
    await at.desk.phone.devSpecific({ params: base64({ hold }) });
  }
  await at.desk.phone.setHookSwitch(DOWN);
  await at.peer.next("callStateChanged", "HUNGUP");
});

test("jami's person declines, and hangs up; it says yes to a configuration that it has not", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.try.setHookSwitch(LIFT);
  await at.peer.next("incomingCallWithMedia");
  await at.peer.call("refuse");
  match((await lifted).message ?? "", /SIP 486 Busy Here$/);
  await at.peer.next("callStateChanged", "OVER");
  const again = at.desk.phone.setHookSwitch(LIFT);
  await at.peer.next("incomingCallWithMedia");
  await at.peer.call("accept");
  await again;
  await at.peer.call("hangUp");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
  await at.desk.phone.setData({ dataId: 0, data: base64("reboot=false") });
});

test("a jami that insists on SRTP, as it does unless it is told otherwise, rings, and its answer is told with its own words", async () => {
  await using at = await startDesk({ srtp: true });
  const lifted = at.desk.phone.try.setHookSwitch(LIFT);
  await at.peer.next("incomingCallWithMedia");
  await at.peer.call("accept");
  const { outcome, message = "" } = await lifted;
  equal(outcome, "failed");
  match(message, /audio 0 RTP\/AVP/);
  await at.peer.next("callStateChanged", "HUNGUP");
  deepEqual(await at.desk.phone.getHookSwitch(), { offHook: [] });
});

testWellFormed("tshark reads every message that we sent to jami as well-formed");
