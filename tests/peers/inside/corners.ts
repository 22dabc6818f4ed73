import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { retry } from "@std/async/retry";
import type { LampMode } from "switchroom/client";
import { startBaresip } from "../drivers/baresip.ts";
import { SECRET } from "../drivers/secret.ts";
import { startSipp } from "../drivers/sipp.ts";
import { REGISTER, WATCH } from "../support/scenarios.ts";
import { answer, base64, startDesk } from "../support/desk.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

test("two phones of one account ring together, and when one is answered the other stops", async () => {
  await using at = await startDesk();
  await using other = await startBaresip({ port: 5080, user: "1001", registrar: REGISTRAR });
  await other.process.printed.next((line) => line.includes("200 OK"));
  await at.desk.phone.setRing({ mode: 1, volume: 0 });
  await Promise.all([at.baresip.next("CALL_INCOMING"), other.next("CALL_INCOMING")]);
  await other.command("accept");
  await at.baresip.next("CALL_CLOSED");
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "micSpeaker" });
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });
  await other.next("CALL_CLOSED");
});

test("a phone with a wrong password is not connected, and its secret is not told", async () => {
  await using exchange = await startExchange({ users: ["1001"] });
  await using baresip = await startBaresip({ port: 5070, user: "1001", secret: "guessed", registrar: REGISTRAR });
  await baresip.process.printed.next((line) => /\b40[13]\b/.test(line));
  equal((await exchange.application.phone("sip:1001")).connected, false);
  doesNotMatch(exchange.server.output(), new RegExp(`guessed|${SECRET}`));
});

test("a phone registers, shows a text and rings over IPv6", async () => {
  await using at = await startDesk({ host: "::1", registrar: "[::1]:5060", config: { listen: ["[::1]:5060"] } });
  await at.desk.phone.setDisplay({ row: 0, column: 0, text: "Over six" });
  await at.baresip.process.printed.next((line) => line.includes("Over six"));
  await answer(at);
  await at.baresip.command("sndcode", "5");
  await at.desk.next({ type: "PHONE_BUTTON", button: 5, state: "down" });
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });
  await at.baresip.next("CALL_CLOSED");
});

test("what a phone refuses out of hand is told with its own words: baresip knows no check-sync", async () => {
  await using at = await startDesk();
  const { outcome, message = "" } = await at.desk.phone.try.setData({ dataId: 0, data: base64("reboot=false") });
  equal(outcome, "failed");
  match(message, /SIP 481 /);
});

test("a request in the application's own words is sent if it is allowed, and its answer told", async () => {
  const accounts = [{ user: "1001", secret: SECRET, allow: { methods: ["OPTIONS"] } }];
  await using at = await startDesk({ config: { accounts } });
  const refused = await at.desk.phone.try.devSpecific({ params: base64({ request: { method: "REFER" } }) });
  equal(refused.outcome, "failed", JSON.stringify(refused));
  const { requestId } = await at.desk.phone.devSpecific({
    params: base64({ request: { method: "OPTIONS" } }),
  });
  const told = await at.desk.events.next((event) => event.type === "PHONE_DEVSPECIFIC");
  const answered = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(told.params)));
  deepEqual([answered.answer?.status, answered.answer?.requestId], [200, requestId], JSON.stringify(answered));
});

test("baresip says yes to a text of which it shows nothing, unless its account says how many bytes it shows", async () => {
  // Its line ends at 505 bytes with our address, sip:switchroom@phones.test; rows of 80 and their ends are told with the text.
  const shown = 505 - 26;
  const [fits, tooLong] = [shown, shown + 1].map((bytes) => "x".repeat(bytes - 2 * 5));
  const display = { rows: 8, columns: 80 };
  const accounts = (
    bytes?: number,
  ) => [{ user: "1001", secret: SECRET, display: { ...display, ...bytes && { bytes } } }];
  for (const bytes of [undefined, shown]) {
    await using at = await startDesk({ config: { accounts: accounts(bytes) } });
    const show = (text: string) => at.desk.phone.try.setDisplay({ row: 0, column: 0, text: text.padEnd(640) });
    const printed = () => at.baresip.process.printed.all.filter((line) => line.includes("x".repeat(60)));
    equal((await show(tooLong ?? "")).outcome, bytes === undefined ? "succeeded" : "failed");
    equal((await show("in between")).outcome, "succeeded");
    await at.baresip.process.printed.next((line) => line.includes("in between"));
    deepEqual(printed(), []);
    equal((await show(fits ?? "")).outcome, "succeeded");
    equal((await show("at the end")).outcome, "succeeded");
    await at.baresip.process.printed.next((line) => line.includes("at the end"));
    equal(printed().length, 6);
  }
});

test("texts that overlap are shown in their order, each the whole display", async () => {
  await using at = await startDesk();
  await Promise.all(
    ["one", "two", "three"].map((text, row) => at.desk.phone.setDisplay({ row, column: 0, text })),
  );
  await at.baresip.process.printed.next((line) => line.includes("three"));
  deepEqual((await at.desk.phone.getDisplay()).rows.map((row) => row.trimEnd()), ["one", "two", "three", ""]);
});

test("another ring mode while it rings is another ring, and a third is silence", async () => {
  await using at = await startDesk();
  for (const mode of [1, 3]) {
    await at.desk.phone.setRing({ mode, volume: 0 });
    await at.baresip.next("CALL_INCOMING");
    equal((await at.desk.phone.getRing()).mode, mode);
  }
  await at.desk.phone.setRing({ mode: 0, volume: 0 });
  await at.baresip.next("CALL_CLOSED");
});

test("a person who answers while the ring is silenced has a call or has none, as the hookswitch says", async () => {
  await using at = await startDesk();
  await at.desk.phone.setRing({ mode: 1, volume: 0 });
  await at.baresip.next("CALL_INCOMING");
  await Promise.all([at.desk.phone.setRing({ mode: 0, volume: 0 }), at.baresip.command("accept")]);
  await at.desk.phone.setHookSwitch({ devices: ["handset"], mode: "onHook" });
  await at.baresip.next("CALL_CLOSED");
  deepEqual(await at.desk.phone.getHookSwitch(), { offHook: [] });
});

test("a key that watches a line flashes, is lit and goes out (RFC 4235)", async () => {
  const accounts = [{ user: "1001", secret: SECRET, lamps: ["lobby"] }];
  await using exchange = await startExchange({ users: [], config: { accounts } });
  const desk = await exchange.open("1001");
  const rows = [["1001", `[authentication username=1001 password=${SECRET}]`]];
  const parts = { port: 5100, to: REGISTRAR, calls: 1, rows };
  {
    await using registering = await startSipp({ ...parts, scenario: REGISTER });
    await registering.done();
  }
  await using watching = await startSipp({ ...parts, scenario: WATCH, signs: `lobby@${REGISTRAR}` });
  const light = (mode: LampMode) => desk.phone.setLamp({ lamp: 13, mode });
  await desk.connected();
  // Nobody is told when a phone has subscribed; before that the lamp is an error.
  await retry(() => light("flash"), { minTimeout: 20, maxTimeout: 50, jitter: 0, maxAttempts: 200 });
  await light("steady");
  await light("off");
  await watching.done();
});

testWellFormed("tshark reads every message that we sent in these ways as well-formed");
