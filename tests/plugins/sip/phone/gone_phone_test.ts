import { equal, match, notEqual } from "node:assert/strict";
import type { HandMadePhone, IncomingCall } from "../support/phone.ts";
import { type Owner, REALM, type SipServer, startSipServer } from "../support/sip_server.ts";

const UP = { devices: ["handset" as const], mode: "micSpeaker" as const };
const DOWN = { devices: ["handset" as const], mode: "onHook" as const };

let sip: SipServer;
Deno.test.beforeAll(async () => {
  sip = await startSipServer(["1001", "1002", "1003", "1004", "1005", "1006"], { keepAliveSeconds: 0 });
});
Deno.test.afterAll(async () => {
  await using ending = sip;
  const { code } = await ending.server.stop();
  equal(code, 0, ending.server.output());
});

/** A phone whose person has lifted the handset for an application. */
async function lifted(owner: Owner, phone: HandMadePhone): Promise<IncomingCall> {
  const lift = owner.do("setHookSwitch", UP);
  const call = await phone.call();
  await call.answers();
  equal((await lift).outcome, "succeeded");
  return call;
}

Deno.test("on hook is not done where a phone over TCP is gone with its call", async () => {
  await using owner = await sip.own("1001");
  {
    await using phone = await sip.phone("1001", { transport: "tcp" });
    await lifted(owner, phone);
  }
  notEqual((await owner.do("setHookSwitch", DOWN)).outcome, "succeeded");
});

Deno.test("silence is not done where a phone over TCP is gone that rang", async () => {
  await using owner = await sip.own("1002");
  {
    await using phone = await sip.phone("1002", { transport: "tcp" });
    const ring = owner.do("setRing", { mode: 1, volume: 0 });
    (await phone.call()).rings();
    equal((await ring).outcome, "succeeded");
  }
  await owner.events.next("PHONE_STATE", ({ states }) => states[0] === "disconnected");
  notEqual((await owner.do("setRing", { mode: 0, volume: 0 })).outcome, "succeeded");
});

Deno.test("R97: silence is not done before a phone over TCP that is gone is said to be disconnected, however often it is asked for", async () => {
  await using owner = await sip.own("1004");
  {
    await using phone = await sip.phone("1004", { transport: "tcp" });
    const ring = owner.do("setRing", { mode: 1, volume: 0 });
    (await phone.call()).rings();
    equal((await ring).outcome, "succeeded");
  }
  for (let times = 0; times < 5; times++) {
    const { outcome, message } = await owner.do("setRing", { mode: 0, volume: 0 });
    match(
      `${outcome} ${message}`,
      /^failed (Cannot confirm the silence of 1004: SIP 503 |Cannot setRing: .* is disconnected|The phone cannot be reached)/,
    );
  }
});

Deno.test("a phone over TCP that closes its connection while it rings, and listens, is asked again over another", async () => {
  await using owner = await sip.own("1005");
  await using phone = await sip.phone("1005", { transport: "tcp" });
  const { invite: { uri } } = await lifted(owner, phone);
  equal((await owner.do("setHookSwitch", DOWN)).outcome, "succeeded");
  {
    // Its REGISTER and the INVITE go by a connection that it then closes.
    await using mouth = await sip.phone("1005", { transport: "tcp", registered: false });
    await mouth.send("REGISTER", {
      uri: `sip:${REALM}`,
      to: `<sip:1005@${REALM}>`,
      headers: [["Contact", `<${uri}>`]],
    });
    const ring = owner.do("setRing", { mode: 1, volume: 0 });
    (await mouth.call()).rings();
    equal((await ring).outcome, "succeeded");
  }
  equal((await phone.request("OPTIONS")).uri, uri);
  equal((await owner.do("setRing", { mode: 0, volume: 0 })).outcome, "succeeded");
});

Deno.test("on hook after a BYE that the phone has refused is another BYE, and done when that is answered", async () => {
  await using owner = await sip.own("1006");
  await using phone = await sip.phone("1006");
  await lifted(owner, phone);
  for (
    const [status, expected] of [[500, /^failed .*SIP 500 /], [403, /^failed .*SIP 403 /], [200, /^succeeded/]] as const
  ) {
    phone.answers.BYE = status;
    const { outcome, message = "" } = await owner.do("setHookSwitch", DOWN);
    match(`${outcome} ${message}`, expected);
    await phone.request("BYE");
  }
  equal((await owner.do("setHookSwitch", DOWN)).outcome, "succeeded");
  equal(phone.heard.some(({ method }) => method === "BYE"), false);
});

Deno.test("a phone that refuses the BYE has not put down its handset, one that knows no such call has", async () => {
  await using owner = await sip.own("1003");
  await using phone = await sip.phone("1003");
  for (const [status, expected] of [[500, /^failed .*SIP 500 /], [481, /^succeeded/]] as const) {
    await lifted(owner, phone);
    phone.answers.BYE = status;
    const { outcome, message = "" } = await owner.do("setHookSwitch", DOWN);
    match(`${outcome} ${message}`, expected);
  }
});
