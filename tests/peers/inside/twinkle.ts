import { deepEqual, match } from "node:assert/strict";
import { startTwinkle, type Twinkle, type TwinkleOptions } from "../drivers/twinkle.ts";
import { base64, type DeskOf, startDeskOf } from "../support/desk.ts";
import { type ExchangeOptions, REGISTRAR } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };
const DOWN = { devices: ["handset" as const], mode: "onHook" as const };

function startDesk(
  { config, ...options }: Partial<TwinkleOptions> & Pick<ExchangeOptions, "config"> = {},
): Promise<DeskOf<Twinkle>> {
  return startDeskOf({
    user: "1004",
    ...config && { config },
    start: () => startTwinkle({ port: 5110, user: "1004", registrar: REGISTRAR, ...options }),
  });
}

for (const transport of ["udp", "tcp"] as const) {
  test(`over ${transport} twinkle takes the message lamp, shows a text, rings, and stops when it is silenced`, async () => {
    await using at = await startDesk({ transport });
    await at.desk.phone.setLamp({ lamp: 12, mode: "steady" });
    await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Zimmer 12 räumen" });
    await at.peer.next(/^Zimmer 12 räumen$/);
    await at.desk.phone.setRing({ mode: 2, volume: 0 });
    await at.peer.next(/incoming call/);
    await at.desk.phone.setRing({ mode: 0, volume: 0 });
    await at.peer.next(/far end cancelled call/);
  });
}

test("twinkle, which looks at the last challenge alone, registers in whichever order the algorithms are configured", async () => {
  await using at = await startDesk({ config: { algorithms: ["MD5", "SHA-256"] } });
  await at.desk.connected();
});

test("twinkle is lifted by its person, sends a digit, hears one, is held, and is hung up by the application", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.setHookSwitch(LIFT);
  await at.peer.next(/incoming call/);
  await at.peer.command("answer");
  await lifted;
  await at.peer.next(/call established/);
  await at.peer.command("dtmf 5");
  for (const state of ["down", "up"]) await at.desk.next({ type: "PHONE_BUTTON", button: 5, state });
  await at.desk.phone.devSpecific({ params: base64({ digits: "4" }) });
  await at.peer.next(/DTMF detected: 4/);
  for (const hold of [true, false]) {
    await at.desk.phone.devSpecific({ params: base64({ hold }) });
  }
  await at.desk.phone.setHookSwitch(DOWN);
  await at.peer.next(/far end ended call/);
});

test("twinkle's person declines, dials, and hangs up; it refuses to be configured anew", async () => {
  await using at = await startDesk();
  const lifted = at.desk.phone.try.setHookSwitch(LIFT);
  await at.peer.next(/incoming call/);
  await at.peer.command("reject");
  match((await lifted).message ?? "", /SIP 486 Busy Here$/);
  await at.peer.command("call 42");
  await at.peer.next(/far end answered call/);
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await at.peer.command("bye");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
  const { code, message = "" } = await at.desk.phone.try.setData({ dataId: 0, data: base64("reboot=false") });
  deepEqual([code, /SIP .*/.exec(message)?.[0]], ["PHONEERR_OPERATIONUNAVAIL", "SIP 489 Bad Event"]);
});

testWellFormed("tshark reads every message that we sent to twinkle as well-formed");
