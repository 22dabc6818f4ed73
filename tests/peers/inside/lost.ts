import { retry } from "@std/async/retry";
import { deepEqual, equal, match } from "node:assert/strict";
import { startBaresip } from "../drivers/baresip.ts";
import { answer, startDesk } from "../support/desk.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

test("a phone that loses its power is disconnected when its registration expires, and what it was asked fails", async () => {
  await using at = await startDesk({
    registerSeconds: 3,
    config: { register: { leastSeconds: 1 }, keepAliveSeconds: 0 },
  });
  const lifted = at.desk.phone.try.setHookSwitch({ devices: ["handset"], mode: "micSpeaker" });
  await at.baresip.next("CALL_INCOMING");
  await at.baresip.process.end();
  await at.desk.connected(false);
  const { outcome, code } = await lifted;
  deepEqual([outcome, code], ["failed", "PHONEERR_INVALPHONESTATE"]);
});

test("a phone that loses its power is disconnected when it does not answer any more", async () => {
  await using at = await startDesk({ config: { keepAliveSeconds: 1 } });
  await at.baresip.process.end();
  await at.desk.connected(false);
});

test("a phone registers again with a server that was killed and started again (invariant 7)", async () => {
  const data = await Deno.makeTempDir();
  const options = { users: ["1001"], config: { register: { leastSeconds: 1 } } };
  const token = crypto.randomUUID();
  await using undo = new AsyncDisposableStack();
  undo.defer(() => Deno.remove(data, { recursive: true }));
  const first = undo.use(await startExchange({ ...options, before: { data, token } }));
  const before = await first.open("1001");
  // Long enough for the server to be back: a baresip that finds nobody waits for half a minute.
  const baresip = undo.use(
    await startBaresip({ port: 5070, user: "1001", registrar: REGISTRAR, registerSeconds: 12 }),
  );
  await before.connected();
  const { requestId } = await before.phone.ask("setHookSwitch", { devices: ["handset"], mode: "micSpeaker" });
  await baresip.next("CALL_INCOMING");
  await first.server.kill();

  const second = undo.use(await startExchange({ ...options, before: { data, token } }));
  const after = await second.open("1001");
  const { outcome, cause } = await after.record(requestId);
  deepEqual([outcome, cause], ["lost", "serverRestart"]);
  await after.connected();
  await after.phone.setDisplay({ row: 0, column: 0, text: "Back" });
  await baresip.process.printed.next((line) => line.includes("Back"));
});

test("a lamp of a phone that kept its subscription can be lit again some time after the server was killed and started again", async () => {
  const data = await Deno.makeTempDir();
  const options = { users: ["1001"], config: { register: { leastSeconds: 1, mostSeconds: 8 } } };
  const before = { data, token: crypto.randomUUID() };
  await using undo = new AsyncDisposableStack();
  undo.defer(() => Deno.remove(data, { recursive: true }));
  const first = undo.use(await startExchange({ ...options, before }));
  const baresip = undo.use(
    await startBaresip({ port: 5070, user: "1001", registrar: REGISTRAR, registerSeconds: 8, mwi: true }),
  );
  match((await baresip.next("MWI_NOTIFY")).param ?? "", /Messages-Waiting: no/i);
  await first.server.kill();

  const second = undo.use(await startExchange({ ...options, before }));
  const desk = await second.open("1001");
  await desk.connected();
  // It refuses every NOTIFY until the server has refused to know its subscription, and subscribes anew when it registers next.
  await retry(
    () => desk.phone.setLamp({ lamp: 12, mode: "steady" }),
    { minTimeout: 200, maxTimeout: 200, jitter: 0, maxAttempts: 300 },
  );
  await baresip.events.next(({ type, param = "" }) => type === "MWI_NOTIFY" && /Messages-Waiting: yes/i.test(param));
});

test("a phone that loses its power in a call is on hook and disconnected when it does not answer any more", async () => {
  await using at = await startDesk({ config: { keepAliveSeconds: 1 } });
  await answer(at);
  await at.baresip.process.end();
  await at.desk.next({ type: "PHONE_STATE", states: ["handsetHookSwitch"], detail: "onHook" });
  await at.desk.connected(false);
});

test("a phone whose TCP connection is gone is not said to ring", async () => {
  await using at = await startDesk({ transport: "tcp", config: { keepAliveSeconds: 0 } });
  await at.baresip.process.end();
  const { outcome, message = "" } = await at.desk.phone.try.setRing({ mode: 1, volume: 0 });
  equal(outcome, "failed", message);
});

test("R80 the orderly end of the server hangs up", async () => {
  await using at = await startDesk();
  await answer(at);
  equal((await at.exchange.server.stop()).code, 0);
  await at.baresip.next("CALL_CLOSED");
});

testWellFormed("tshark reads every message that we sent, also of calls that were cut off, as well-formed");
