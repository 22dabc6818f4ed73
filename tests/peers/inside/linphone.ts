import { equal, match } from "node:assert/strict";
import { type Linphone, startLinphone } from "../drivers/linphone.ts";
import { base64, type DeskOf, startDeskOf } from "../support/desk.ts";
import { REGISTRAR } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

function startDesk({ transport = "udp" }: { transport?: "udp" | "tcp" } = {}): Promise<DeskOf<Linphone>> {
  return startDeskOf({
    user: "1003",
    async start() {
      const linphone = await startLinphone({ port: 5090, user: "1003" });
      await linphone.register(REGISTRAR, { transport });
      return linphone;
    },
  });
}

for (const transport of ["udp", "tcp"] as const) {
  test(`over ${transport} linphone registers, and is shown the text of the display`, async () => {
    await using at = await startDesk({ transport });
    await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Coffee is ready" });
    match(JSON.stringify(await at.peer.next("message-received")), /Coffee is ready/);
  });
}

test("linphone takes the message lamp, rings, and stops when it is silenced", async () => {
  await using at = await startDesk();
  await at.desk.phone.setLamp({ lamp: 12, mode: "steady" });
  await at.desk.phone.setRing({ mode: 2, volume: 0 });
  await at.peer.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await at.desk.phone.setRing({ mode: 0, volume: 0 });
  await at.peer.next("call-state-changed", { Event: "LinphoneCallEnd" });
});

test("linphone is lifted by its person, sends a digit, hears one, and hangs up", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.peer.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await at.peer.command("answer");
  await lifted;
  await at.peer.next("call-state-changed", { Event: "LinphoneCallStreamsRunning" });
  await at.peer.command("dtmf 7");
  await at.desk.next({ type: "PHONE_BUTTON", button: 7, state: "down" });
  await at.desk.next({ type: "PHONE_BUTTON", button: 7, state: "up" });
  await at.desk.phone.devSpecific({ params: base64({ digits: "4" }) });
  equal((await at.peer.next("receiving-tone")).Tone, "4");
  await at.peer.command("terminate");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
});

test("linphone is put on hold and taken back, and is hung up by the application", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.peer.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await at.peer.command("answer");
  await lifted;
  await at.peer.next("call-state-changed", { Event: "LinphoneCallStreamsRunning" });
  for (const [hold, state] of [[true, "LinphoneCallPausedByRemote"], [false, "LinphoneCallStreamsRunning"]] as const) {
    await at.desk.phone.devSpecific({ params: base64({ hold }) });
    await at.peer.next("call-state-changed", { Event: state });
  }
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });
  await at.peer.next("call-state-changed", { Event: "LinphoneCallEnd" });
});

testWellFormed("tshark reads every message that we sent to linphone as well-formed");
