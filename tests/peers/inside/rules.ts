import { deepEqual, equal, ok } from "node:assert/strict";
import { api } from "../../harness/api.ts";
import { startBaresip } from "../drivers/baresip.ts";
import { answer, startDesk } from "../support/desk.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

/** What overlaps does not always overlap in the same way. */
const ROUNDS = 10;
const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };

test("R12 a phone that nobody has open reports nothing: it is not let through, and the open tells nothing of it", async () => {
  await using exchange = await startExchange({ users: ["1001"] });
  await using baresip = await startBaresip({ port: 5070, user: "1001", registrar: REGISTRAR });
  await baresip.process.printed.next((line) => line.includes("200 OK"));
  await baresip.command("dial", "sip:42@phones.test");
  await baresip.next("CALL_CLOSED");
  const desk = await exchange.open("1001");
  await desk.phone.setRing({ mode: 1, volume: 0 });
  const states = desk.events.all.flatMap((event) => event.type === "PHONE_STATE" ? event.states : []);
  deepEqual(states, ["ringMode"]);
  await desk.phone.close();
});

test("R30 what overlaps is completed once each, as it went", async () => {
  await using at = await startDesk();
  const { phone } = at.desk;
  const asked = await Promise.all([
    phone.ask("setRing", { mode: 1, volume: 0 }),
    phone.ask("setLamp", { lamp: 12, mode: "steady" }),
    phone.ask("setDisplay", { row: 0, column: 0, text: "a" }),
    phone.ask("setRing", { mode: 2, volume: 0 }),
    phone.ask("setRing", { mode: 0, volume: 0 }),
  ]);
  await Promise.all(asked.map(({ reply }) => reply));
  const replies: number[] = [];
  for (const _ of asked) {
    replies.push((await at.desk.events.next((event) => event.type === "PHONE_REPLY")).requestId);
  }
  deepEqual(replies.toSorted((a, b) => a - b), asked.map(({ requestId }) => requestId));
  const { body } = await api(at.exchange.server)("GET", "/v1/history/events?type=lateCompletion");
  deepEqual(body.events, []);
});

test("the last of several ring modes that are asked for at once is what the phone does in the end", async () => {
  await using at = await startDesk();
  for (let round = 0; round < ROUNDS; round++) {
    await at.desk.phone.setRing({ mode: 1, volume: 0 });
    const asked = await Promise.all([2, 3, 0].map((mode) => at.desk.phone.ask("setRing", { mode, volume: 0 })));
    const replies = await Promise.all(asked.map(({ reply }) => reply));
    equal((await at.desk.phone.getRing()).mode, 0, JSON.stringify(replies));
  }
});

test("a handset that is to be lifted and put down at once is down in the end, and rings no more", async () => {
  await using at = await startDesk();
  for (let round = 0; round < ROUNDS; round++) {
    const asked = await Promise.all([
      at.desk.phone.ask("setHookSwitch", LIFT, { deadlineMs: 3_000 }),
      at.desk.phone.ask("setHookSwitch", { devices: ["handset"], mode: "onHook" }),
    ]);
    const [lifted, down] = await Promise.all(asked.map(({ reply }) => reply));
    deepEqual([lifted?.cause, down?.outcome], [undefined, "succeeded"], JSON.stringify(lifted));
    deepEqual([await at.desk.phone.getHookSwitch(), (await at.desk.phone.getRing()).mode], [{ offHook: [] }, 0]);
  }
});

test("R55 an orphan goes on, and ends with the last close", async () => {
  await using at = await startDesk();
  const monitor = await at.exchange.application.open("sip:1001", { privilege: "monitor" });
  const { requestId } = await at.desk.phone.ask("setHookSwitch", LIFT);
  await at.baresip.next("CALL_INCOMING");
  equal((await at.desk.phone.close())?.completed, 0);
  equal((await at.desk.record(requestId)).state, "dispatched");
  equal((await monitor.close())?.completed, 1);
  await at.baresip.next("CALL_CLOSED");
  const { outcome, code } = await at.desk.record(requestId);
  deepEqual([outcome, code], ["aborted", "PHONEERR_OPERATIONFAILED"]);
});

test("R57 after the close nothing more is heard of the phone, whatever its person does", async () => {
  await using at = await startDesk();
  await answer(at);
  await at.desk.phone.close();
  const heard = at.desk.events.all.length;
  await at.baresip.next("CALL_CLOSED");
  await at.baresip.command("dial", "sip:42@phones.test");
  await at.baresip.next("CALL_CLOSED");
  equal(at.desk.events.all.length, heard);
});

test("R64 a forced close completes what waits, replies, and then says that the phone is closed", async () => {
  await using at = await startDesk();
  const { requestId } = await at.desk.phone.ask("setHookSwitch", LIFT);
  await at.baresip.next("CALL_INCOMING");
  // Another token's: an application that closes by its own is not told.
  const operator = await api(at.exchange.server)("POST", "/v1/tokens", {
    body: { name: "operator", scopes: ["admin"] },
  });
  const call = api({ url: at.exchange.server.url, token: String(operator.body.token) });
  const released = await call("DELETE", `/v1/handles/${at.desk.phone.handle}`);
  equal(released.status, 200, JSON.stringify(released.body));
  await at.desk.next({ type: "PHONE_CLOSE", cause: "operatorRelease" });
  const [reply, close] = at.desk.events.all.slice(-2);
  deepEqual([reply?.type, close?.type], ["PHONE_REPLY", "PHONE_CLOSE"]);
  await at.baresip.next("CALL_CLOSED");
  const { outcome, code } = await at.desk.record(requestId);
  deepEqual([outcome, code], ["aborted", "PHONEERR_OPERATIONFAILED"]);
});

test("R85 masks for what a SIP phone cannot report are taken", async () => {
  await using at = await startDesk();
  const masks = { states: ["handsetVolume" as const, "headsetGain" as const], buttonModes: [], buttonStates: [] };
  deepEqual(await at.desk.phone.setStatusMessages(masks), masks);
});

test("R92 a handset that is lifted is told to every handle that wants to hear of it", async () => {
  await using at = await startDesk();
  const monitor = await at.exchange.application.open("sip:1001", { privilege: "monitor" });
  await monitor.setStatusMessages({ states: ["handsetHookSwitch"], buttonModes: [], buttonStates: [] });
  const events = monitor.events();
  await answer(at);
  const { value } = await events.next();
  ok(value?.type === "PHONE_STATE");
  deepEqual([value.states, value.detail], [["handsetHookSwitch"], "micSpeaker"]);
});

test("R97 a ring mode that there is not is INVALRINGMODE, silence where nothing rings is success, and getRing says 0", async () => {
  await using at = await startDesk();
  const { outcome, code } = await at.desk.phone.try.setRing({ mode: 5, volume: 0 });
  deepEqual([outcome, code], ["failed", "PHONEERR_INVALRINGMODE"]);
  await at.desk.phone.setRing({ mode: 0, volume: 0 });
  deepEqual(await at.desk.phone.getRing(), { mode: 0, volume: 65_535 });
  deepEqual(at.baresip.events.all.filter(({ type }) => type.startsWith("CALL")), []);
});

test("R98 a text that is too long is cut, on the phone too, and one that begins outside is INVALPARAM", async () => {
  await using at = await startDesk();
  await at.desk.phone.setDisplay({ row: 3, column: 37, text: "abcdef" });
  equal((await at.desk.phone.getDisplay()).rows[3]?.trim(), "abc");
  await at.baresip.process.printed.next((line) => /\babc"?$/.test(line));
  const { outcome, code } = await at.desk.phone.try.setDisplay({ row: 4, column: 0, text: "x" });
  deepEqual([outcome, code], ["failed", "PHONEERR_INVALPARAM"]);
});

test("R31 what a SIP phone cannot be told is OPERATIONUNAVAIL: volume, gain and the texts of buttons", async () => {
  await using at = await startDesk();
  const call = api(at.exchange.server);
  for (
    const asked of [
      { operation: "setVolume", device: "handset", volume: 1 },
      { operation: "setGain", device: "handset", gain: 1 },
      { operation: "setButtonInfo", button: 1, mode: "keypad", function: "none", text: "x" },
    ]
  ) {
    const { status, body } = await call("POST", `/v1/handles/${at.desk.phone.handle}/requests`, { body: asked });
    deepEqual([status, body.code], [501, "PHONEERR_OPERATIONUNAVAIL"]);
  }
});

testWellFormed("tshark reads every message that we sent by the rules as well-formed");
