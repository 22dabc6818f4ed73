import { match } from "node:assert/strict";
import { startBaresip } from "../drivers/baresip.ts";
import { startKamailio } from "../drivers/kamailio.ts";
import { startTwinkle } from "../drivers/twinkle.ts";
import { base64 } from "../support/desk.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const PROXY = { port: 5062, registrar: REGISTRAR };
const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };
const DOWN = { devices: ["handset" as const], mode: "onHook" as const };

test("behind kamailio a baresip is lit, shown a text, rung, silenced, lifted, held, and hung up from either end", async () => {
  await using exchange = await startExchange({ users: ["1001"] });
  await using _proxy = await startKamailio(PROXY);
  await using baresip = await startBaresip({ port: 5070, user: "1001", registrar: "127.0.0.1:5062", mwi: true });
  const desk = await exchange.open("1001");
  await desk.connected();
  const { phone } = desk;
  match((await baresip.next("MWI_NOTIFY")).param ?? "", /Messages-Waiting: no/i);
  await phone.setLamp({ lamp: 12, mode: "steady" });
  match((await baresip.next("MWI_NOTIFY")).param ?? "", /Messages-Waiting: yes/i);
  await phone.setDisplay({ row: 0, column: 0, text: "Through a proxy" });
  await baresip.process.printed.next((line) => line.includes("Through a proxy"));
  await phone.setRing({ mode: 1, volume: 0 });
  await baresip.next("CALL_INCOMING");
  await phone.setRing({ mode: 0, volume: 0 });
  await baresip.next("CALL_CLOSED");

  const lifted = phone.setHookSwitch(LIFT);
  await baresip.next("CALL_INCOMING");
  await baresip.command("accept");
  await lifted;
  await baresip.next("CALL_ESTABLISHED");
  for (const hold of [true, false]) {
    await phone.devSpecific({ params: base64({ hold }) });
  }
  await baresip.command("sndcode", "5");
  await desk.next({ type: "PHONE_BUTTON", button: 5, state: "down" });
  await phone.setHookSwitch(DOWN);
  await baresip.next("CALL_CLOSED");

  await baresip.command("dial", "sip:42@phones.test");
  await baresip.next("CALL_ESTABLISHED");
  await baresip.command("hangup");
  await desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
  await phone.close();
});

test("behind kamailio a phone of two contacts, twinkle and baresip, rings at both, and stops at the other when one answers", async () => {
  await using exchange = await startExchange({ users: ["1006"] });
  await using _proxy = await startKamailio(PROXY);
  await using baresip = await startBaresip({ port: 5070, user: "1006", registrar: "127.0.0.1:5062", mwi: true });
  await baresip.next("MWI_NOTIFY");
  await using twinkle = await startTwinkle({ port: 5110, user: "1006", registrar: "127.0.0.1:5062" });
  const { phone } = await exchange.open("1006");
  const lifted = phone.setHookSwitch(LIFT);
  await Promise.all([baresip.next("CALL_INCOMING"), twinkle.next(/incoming call/)]);
  await twinkle.command("answer");
  await lifted;
  await baresip.next("CALL_CLOSED");
  await phone.setHookSwitch(DOWN);
  await twinkle.next(/far end ended call/);
});

testWellFormed("tshark reads every message that we sent through a proxy as well-formed");
