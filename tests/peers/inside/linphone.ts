import { equal, match } from "node:assert/strict";
import { type Linphone, startLinphone } from "../drivers/linphone.ts";
import { type Exchange, type OpenPhone, REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

/** A server, and one phone registered with it and open. */
interface Desk extends AsyncDisposable {
  exchange: Exchange;
  desk: OpenPhone;
  linphone: Linphone;
}

/** Starts a server and a phone, and waits until the phone is connected. */
async function startDesk({ transport = "udp" }: { transport?: "udp" | "tcp" } = {}): Promise<Desk> {
  await using undo = new AsyncDisposableStack();
  const exchange = undo.use(await startExchange({ users: ["1003"] }));
  const desk = await exchange.open("1003");
  const linphone = undo.use(await startLinphone({ port: 5090, user: "1003" }));
  await linphone.register(REGISTRAR, { transport });
  await desk.connected();
  // Before the phone is gone: nobody would confirm the end of a call.
  undo.defer(() => exchange.close());
  const running = undo.move();
  return { exchange, desk, linphone, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

for (const transport of ["udp", "tcp"] as const) {
  test(`over ${transport} linphone registers, and is shown the text of the display`, async () => {
    await using at = await startDesk({ transport });
    equal((await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Coffee is ready" })).outcome, "succeeded");
    match(JSON.stringify(await at.linphone.next("message-received")), /Coffee is ready/);
  });
}

test("linphone takes the message lamp, rings, and stops when it is silenced", async () => {
  await using at = await startDesk();
  equal((await at.desk.phone.setLamp({ lamp: 12, mode: "steady" })).outcome, "succeeded");
  equal((await at.desk.phone.setRing({ mode: 2, volume: 0 })).outcome, "succeeded");
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  equal((await at.desk.phone.setRing({ mode: 0, volume: 0 })).outcome, "succeeded");
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallEnd" });
});

test("linphone is lifted by its person, sends a digit, hears one, and hangs up", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await at.linphone.command("answer");
  equal((await lifted).outcome, "succeeded");
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallStreamsRunning" });
  await at.linphone.command("dtmf 7");
  await at.desk.next({ type: "PHONE_BUTTON", button: 7, state: "down" });
  await at.desk.next({ type: "PHONE_BUTTON", button: 7, state: "up" });
  const params = new TextEncoder().encode(JSON.stringify({ digits: "4" })).toBase64();
  equal((await at.desk.phone.devSpecific({ params })).outcome, "succeeded");
  equal((await at.linphone.next("receiving-tone")).Tone, "4");
  await at.linphone.command("terminate");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
});

test("linphone is put on hold and taken back, and is hung up by the application", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallIncomingReceived" });
  await at.linphone.command("answer");
  equal((await lifted).outcome, "succeeded");
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallStreamsRunning" });
  for (const [hold, state] of [[true, "LinphoneCallPausedByRemote"], [false, "LinphoneCallStreamsRunning"]] as const) {
    const params = new TextEncoder().encode(JSON.stringify({ hold })).toBase64();
    equal((await at.desk.phone.devSpecific({ params })).outcome, "succeeded");
    await at.linphone.next("call-state-changed", { Event: state });
  }
  equal((await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" })).outcome, "succeeded");
  await at.linphone.next("call-state-changed", { Event: "LinphoneCallEnd" });
});

testWellFormed("tshark reads every message that we sent to linphone as well-formed");
