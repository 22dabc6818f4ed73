import { deepEqual, equal } from "node:assert/strict";
import type { RequestRecord } from "../../../../server/core/contract/record.ts";
import type { HandMadePhone, IncomingCall } from "../support/phone.ts";
import { type Owner, REALM, type SipServer, startSipServer } from "../support/sip_server.ts";

/** Nobody is asked by the clock whether he is there: what is told here is told by what happens. */
let sip: SipServer;
let next = 1001;
Deno.test.beforeAll(async () => {
  const users = Array.from({ length: 10 }, (_, index) => String(next + index));
  sip = await startSipServer(users, { keepAliveSeconds: 0 });
});
Deno.test.afterAll(async () => {
  await using ending = sip;
  const { code } = await ending.server.stop();
  equal(code, 0, ending.server.output());
});

const user = () => String(next++);
const outcome = ({ outcome, message }: RequestRecord) => [outcome, message].filter(Boolean).join(" ");

/** Registers another contact than the phone's own. */
async function registerAt(contact: string, { phone, name }: { phone: HandMadePhone; name: string }): Promise<void> {
  const { status } = await phone.send("REGISTER", {
    uri: `sip:${REALM}`,
    to: `<sip:${name}@${REALM}>`,
    headers: [["Contact", contact]],
  });
  equal(status, 200);
}

async function lifted(owner: Owner, phone: HandMadePhone): Promise<IncomingCall> {
  const lift = owner.do("setHookSwitch", { devices: ["handset"], mode: "micSpeaker" });
  const call = await phone.call();
  await call.answers();
  equal(outcome(await lift), "succeeded");
  return call;
}

/** Whether a call goes on: a phone that is told of its end before the text would have heard that. */
async function goesOn(owner: Owner, phone: HandMadePhone): Promise<boolean> {
  equal(outcome(await owner.do("setDisplay", { row: 0, column: 0, text: "Hello" })), "succeeded");
  await phone.request("MESSAGE");
  const { offHook } = await owner.get<{ offHook: string[] }>("hookswitch");
  return offHook.length === 1 && phone.heard.every(({ method }) => method !== "BYE");
}

Deno.test("RFC 3261 10.3 step 7: a phone that refreshes its contact in another spelling keeps its call", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  const { invite: { uri } } = await lifted(owner, phone);
  await registerAt(`<${uri};ob>`, { phone, name });
  equal(await goesOn(owner, phone), true);
});

Deno.test("a call goes on when its contact goes, as long as the phone has another", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  const call = await lifted(owner, phone);
  await using elsewhere = await sip.phone(name);
  equal((await phone.register(0)).status, 200);
  equal(outcome(await owner.do("setDisplay", { row: 0, column: 0, text: "Hello" })), "succeeded");
  await elsewhere.request("MESSAGE");
  deepEqual(phone.heard.map(({ method }) => method), ["INVITE"]);
  equal((await call.send("BYE")).status, 200);
  await owner.events.next("PHONE_STATE", ({ detail }) => detail === "onHook");
});

Deno.test("a phone over TCP that is gone is disconnected at once", async () => {
  const name = user();
  await using owner = await sip.own(name);
  {
    await using _phone = await sip.phone(name, { transport: "tcp" });
    await owner.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  }
  await owner.events.next("PHONE_STATE", ({ states }) => states.includes("disconnected"));
});

Deno.test("RFC 5626 section 7: a phone that only its connection leads to is disconnected with that", async () => {
  const name = user();
  await using owner = await sip.own(name);
  {
    await using phone = await sip.phone(name, { transport: "tcp", registered: false });
    await registerAt(`<sip:${name}@10.0.0.5:5062;transport=tcp>`, { phone, name });
    await owner.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  }
  await owner.events.next("PHONE_STATE", ({ states }) => states.includes("disconnected"));
});

Deno.test("RFC 3261 18: a phone that closes its connection and listens stays connected, and is connected to", async () => {
  const name = user();
  await using owner = await sip.own(name);
  await using phone = await sip.phone(name, { transport: "tcp" });
  const { invite: { uri } } = await lifted(owner, phone);
  equal(outcome(await owner.do("setHookSwitch", { devices: ["handset"], mode: "onHook" })), "succeeded");
  {
    // Its REGISTER comes by a connection that it then closes.
    await using mouth = await sip.phone(name, { transport: "tcp", registered: false });
    await registerAt(`<${uri}>`, { phone: mouth, name });
  }
  equal((await phone.request("OPTIONS")).uri, uri);
  const ring = owner.do("setRing", { mode: 1, volume: 0 });
  (await phone.call()).rings();
  equal(outcome(await ring), "succeeded");
  const told = owner.events.seen.flatMap((event) => event.type === "PHONE_STATE" ? event.states : []);
  equal(told.includes("disconnected"), false);
});
