/**
 * P rules of the contract that a SIP phone can break, over the real server and the real plugin.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { RequestRecord } from "../../../../server/core/contract/record.ts";
import type { HandMadePhone } from "../support/phone.ts";
import { type Owner, SECRET, type SipServer, startSipServer } from "../support/sip_server.ts";

const USERS = Array.from({ length: 30 }, (_, index) => String(2001 + index));
const LIFT = { devices: ["handset" as const], mode: "micSpeaker" as const };
const REBOOT = new TextEncoder().encode("reboot=true").toBase64();

/** One server for all; each test has an account of its own. */
let sip: SipServer;
let next = 0;
Deno.test.beforeAll(async () => {
  sip = await startSipServer(USERS, { keepAliveSeconds: 0, register: { leastSeconds: 1 } });
});
Deno.test.afterAll(async () => {
  await using ending = sip;
  const { code } = await ending.server.stop();
  equal(code, 0, ending.server.output());
});

const user = () => USERS[next++] ?? "none is left";
const outcome = ({ outcome, code, message }: RequestRecord) => [outcome, code, message].filter(Boolean).join(" ");

/** Waits for the replies to requests and gives their outcomes. */
async function outcomes(owner: Owner, requests: readonly number[]): Promise<string[]> {
  const waited = new Set(requests);
  while (waited.size > 0) {
    waited.delete((await owner.events.next("PHONE_REPLY", ({ requestId }) => waited.has(requestId))).requestId);
  }
  const records: RequestRecord[] = [];
  for (const requestId of requests) records.push(await owner.record(requestId));
  return records.map(outcome);
}

/** A call that the application began and the phone's person has answered. */
async function lift(owner: Owner, phone: HandMadePhone) {
  const lifted = owner.do("setHookSwitch", LIFT);
  const call = await phone.call();
  await call.answers();
  equal(outcome(await lifted), "succeeded");
  return call;
}

Deno.test("R31: devSpecific has no INVALPHONESTATE: a phone that is not there, and one that says so, is OPERATIONFAILED", async () => {
  const name = user();
  await using owner = await sip.own(name);
  const order = { request: { method: "OPTIONS" } };
  match(outcome(await owner.vendor(order)), /^failed PHONEERR_OPERATIONFAILED .* it has not registered/);
  await using phone = await sip.phone(name);
  await owner.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  phone.answers.OPTIONS = 481;
  match(outcome(await owner.vendor(order)), /^failed PHONEERR_OPERATIONFAILED Cannot send OPTIONS to \d+: SIP 481 /);
  phone.answers.OPTIONS = 0;
  const answered = owner.vendor(order);
  await phone.request("OPTIONS");
  await phone.request("OPTIONS");
  await phone.register(0);
  match(outcome(await answered), /^failed PHONEERR_OPERATIONFAILED .* it has unregistered$/);
});

Deno.test("R31: what a phone says against a lamp, a check-sync and the end of a call is the error of the request", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  phone.answers.NOTIFY = 489;
  equal(
    outcome(await owner.do("setLamp", { lamp: 12, mode: "steady" })),
    `failed PHONEERR_OPERATIONUNAVAIL Cannot set lamp 12 of ${name}: SIP 489 Bad Event`,
  );
  deepEqual(await owner.get("lamps/12"), { lamp: 12, mode: "off" });
  phone.answers.NOTIFY = 481;
  match(
    outcome(await owner.do("setData", { dataId: 0, data: REBOOT })),
    /^failed PHONEERR_INVALPHONESTATE Cannot synchronise \d+: SIP 481 /,
  );
  await lift(owner, phone);
  phone.answers.BYE = 403;
  equal(
    outcome(await owner.do("setHookSwitch", { devices: ["handset"], mode: "onHook" })),
    `failed PHONEERR_OPERATIONFAILED Cannot hang up ${name}: SIP 403 Forbidden`,
  );
});

Deno.test("R99: getHookSwitch names the handset exactly while it is off hook", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  const offHook = async () => (await owner.get("hookswitch")).offHook;
  deepEqual(await offHook(), []);
  const ring = owner.do("setRing", { mode: 1, volume: 0 });
  const call = await phone.call();
  call.rings();
  await ring;
  deepEqual(await offHook(), [], "a phone that rings is on hook");
  await call.answers();
  await owner.events.next("PHONE_STATE", ({ detail }) => detail === "micSpeaker");
  deepEqual(await offHook(), ["handset"]);
  await call.send("BYE");
  await owner.events.next("PHONE_STATE", ({ detail }) => detail === "onHook");
  deepEqual(await offHook(), []);
});

Deno.test("R54, R55: the last close completes lamps, data, digits and hold that the phone has not answered", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  await lift(owner, phone);
  Object.assign(phone.answers, { NOTIFY: 0, INFO: 0, INVITE: 0 });
  const params = (order: object) => ({ params: new TextEncoder().encode(JSON.stringify(order)).toBase64() });
  const asked = [
    await owner.start("setLamp", { lamp: 12, mode: "steady" }),
    await owner.start("setData", { dataId: 0, data: REBOOT }),
    await owner.start("devSpecific", params({ digits: "1" })),
    await owner.start("devSpecific", params({ hold: true })),
  ];
  for (const method of ["NOTIFY", "NOTIFY", "INFO", "INVITE"]) await phone.request(method);
  const { status, body } = await owner.close();
  deepEqual([status, body.completed], [200, 4]);
  for (const requestId of asked) {
    const { outcome, code, cause } = await owner.record(requestId);
    deepEqual([outcome, code, cause], ["aborted", "PHONEERR_OPERATIONFAILED", "close"]);
  }
  await phone.request("BYE");
});

Deno.test("R54, R58: the last close lets go of a dialled call whose ACK has not come, and the phone can be opened again", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  {
    await using owner = await sip.own(name);
    equal((await phone.dial("100", { acknowledges: false })).answer.status, 200);
    equal((await owner.close()).status, 200);
  }
  await using owner = await sip.own(name);
  deepEqual(await owner.get("hookswitch"), { offHook: [] });
  equal((await phone.dial("101")).answer.status, 200);
});

Deno.test("R58: the RTP port of a ring and of a call is free again after a close that the phone has not confirmed", async () => {
  await using own = await startSipServer(["1"], { keepAliveSeconds: 0, rtpPorts: [23_200, 23_201] });
  await using phone = await own.phone("1");
  {
    await using owner = await own.own("1");
    await owner.start("setRing", { mode: 1, volume: 0 });
    await phone.call();
    equal((await owner.close()).status, 200);
  }
  {
    await using owner = await own.own("1");
    await lift(owner, phone);
    phone.answers.BYE = 0;
    equal((await owner.close()).status, 200);
  }
  await using owner = await own.own("1");
  await lift(owner, phone);
});

/** The ways in which a phone goes. */
const LEAVING = [
  {
    how: "that unregisters",
    seconds: 300,
    leaves: async (phone: HandMadePhone) => void await phone.register(0),
    why: "has unregistered",
  },
  {
    how: "that does not register again",
    seconds: 1,
    leaves: async () => {},
    why: "has not registered again in time",
  },
];

for (const { how, seconds, leaves, why } of LEAVING) {
  Deno.test(`a phone ${how} under a lamp, a text and a ring fails all of them, with the reason`, async () => {
    const name = user();
    await using phone = await sip.phone(name, { registered: false });
    await using owner = await sip.own(name);
    await phone.register(seconds);
    await owner.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
    Object.assign(phone.answers, { NOTIFY: 0, MESSAGE: 0 });
    const asked = [
      await owner.start("setLamp", { lamp: 12, mode: "steady" }),
      await owner.start("setDisplay", { row: 0, column: 0, text: "Hello" }),
      await owner.start("setRing", { mode: 1, volume: 0 }),
    ];
    await phone.call();
    await leaves(phone);
    const failed = `failed PHONEERR_INVALPHONESTATE The phone cannot be reached: it ${why}`;
    deepEqual(await outcomes(owner, asked), [failed, failed, failed]);
  });
}

Deno.test("a phone that was switched on again is told what its message lamp shows, though it has not subscribed", async () => {
  const name = user();
  await using owner = await sip.own(name);
  {
    await using _phone = await sip.phone(name);
    equal(outcome(await owner.do("setLamp", { lamp: 12, mode: "steady" })), "succeeded");
  }
  await using again = await sip.phone(name);
  match(new TextDecoder().decode((await again.request("NOTIFY")).body), /^Messages-Waiting: yes/);
  deepEqual(await owner.get("lamps/12"), { lamp: 12, mode: "steady" });
});

Deno.test("a contact that the phone has left behind does not hide what the phone says", async () => {
  const name = user();
  await using owner = await sip.own(name);
  {
    await using _phone = await sip.phone(name);
  }
  await using again = await sip.phone(name);
  again.answers.MESSAGE = 415;
  const asked = [
    await owner.start("setRing", { mode: 1, volume: 0 }),
    await owner.start("setDisplay", { row: 0, column: 0, text: "Hello" }),
  ];
  (await again.call()).refuses(486);
  deepEqual(await outcomes(owner, asked), [
    `failed PHONEERR_RESOURCEUNAVAIL Cannot ring ${name}: SIP 486 Busy Here`,
    `failed PHONEERR_OPERATIONUNAVAIL Cannot show a text on ${name}: SIP 415 Unsupported Media Type`,
  ]);
});

Deno.test("RFC 3428 8: a text that is too long for UDP is refused with what could be done, and the display stays as it was", async () => {
  const accounts = [{ user: "1", secret: SECRET, display: { rows: 16, columns: 80 } }];
  await using large = await startSipServer([], { accounts });
  await using phone = await large.phone("1");
  await using owner = await large.own("1");
  const text = "é".repeat(1_280);
  match(
    outcome(await owner.do("setDisplay", { row: 0, column: 0, text })),
    /^failed PHONEERR_OPERATIONFAILED Cannot show a text on 1: SIP 513 Message Too Large: .* shorten the text or use TCP$/,
  );
  equal((await owner.get<{ rows: string[] }>("display")).rows[0]?.trim(), "");
  await phone.register(0);
  await using other = await large.phone("1", { transport: "tcp" });
  equal(outcome(await owner.do("setDisplay", { row: 0, column: 0, text })), "succeeded");
  equal((await other.request("MESSAGE")).body.length, 2 * 1_280 + 2 * 15);
});

Deno.test("a text of more bytes than the account's display says is refused unsent, and the display stays as it was", async () => {
  const accounts = [{ user: "1", secret: SECRET, display: { rows: 2, columns: 20, bytes: 24 } }];
  await using small = await startSipServer([], { accounts });
  await using phone = await small.phone("1");
  await using owner = await small.own("1");
  // Two bytes a letter, and two for the end of the line: 24, then 25.
  const text = "é".repeat(10).padEnd(20) + "ab";
  equal(outcome(await owner.do("setDisplay", { row: 0, column: 0, text })), "succeeded");
  equal((await phone.request("MESSAGE")).body.length, 24);
  equal(
    outcome(await owner.do("setDisplay", { row: 1, column: 2, text: "c" })),
    "failed PHONEERR_OPERATIONFAILED Cannot show a text on 1: SIP 513 Message Too Large: 25 bytes, of which this phone shows 24 (bytes of its display); shorten the text",
  );
  equal((await owner.get<{ rows: string[] }>("display")).rows[1]?.trimEnd(), "ab");
  equal(outcome(await owner.do("setDisplay", { row: 1, column: 1, text: " " })), "succeeded");
  equal((await phone.request("MESSAGE")).body.length, 23);
});

Deno.test("R13: of two phones that one application has open, each event carries its phone and the handle that it was opened with", async () => {
  const [one, other] = [user(), user()];
  await using first = await sip.phone(one);
  await using second = await sip.phone(other);
  await using owner = await sip.own(one);
  const also = await owner.open(other);
  const calls = [(await first.dial("100")).call, (await second.dial("100")).call];
  for (const [index, call] of calls.entries()) {
    await call.send("INFO", {
      headers: [["Content-Type", "application/dtmf-relay"]],
      body: `Signal=${index + 1}\r\n`,
    });
  }
  // A datagram may overtake another: what an ACK makes known can come after the digit that was sent behind it.
  equal(outcome(await owner.do("setRing", { mode: 0, volume: 0 })), "succeeded");
  const carried = new Map<string, string[]>();
  for (const event of owner.events.seen) {
    if (event.type !== "PHONE_STATE" && event.type !== "PHONE_BUTTON" && event.type !== "PHONE_DEVSPECIFIC") continue;
    const what = event.type === "PHONE_BUTTON" ? `${event.type} ${event.button}` : event.type;
    carried.getOrInsertComputed(`${event.phone} ${event.handle}`, () => []).push(what);
  }
  deepEqual([...carried.keys()].toSorted(), [`sip:${one} ${owner.handle}`, `sip:${other} ${also}`]);
  for (const [index, handle] of [owner.handle, also].entries()) {
    const told = [...carried].find(([key]) => key.endsWith(` ${handle}`))?.[1].toSorted();
    const button = `PHONE_BUTTON ${index + 1}`;
    deepEqual(told, [button, button, "PHONE_DEVSPECIFIC", "PHONE_STATE"]);
  }
});

Deno.test("R54, R55, R56: the last close cancels what rings and waits, and completes every request before it answers", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  phone.answers.MESSAGE = 0;
  const lift = await owner.start("setHookSwitch", { devices: ["handset"], mode: "micSpeaker" });
  const call = await phone.call();
  call.rings();
  await owner.events.next("PHONE_STATE", ({ states }) => states[0] === "ringMode");
  const show = await owner.start("setDisplay", { row: 0, column: 0, text: "Hello" });
  await phone.request("MESSAGE");
  const { status, body } = await owner.close();
  deepEqual([status, body.completed], [200, 2]);
  equal(call.isCancelled, true);
  for (const requestId of [lift, show]) {
    const { outcome, code, cause } = await owner.record(requestId);
    deepEqual([outcome, code, cause], ["aborted", "PHONEERR_OPERATIONFAILED", "close"]);
  }
});

Deno.test("R57, R58: the last close hangs up, nothing comes after it, and the phone can be opened again", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  {
    await using owner = await sip.own(name);
    const lift = owner.do("setHookSwitch", { devices: ["handset"], mode: "micSpeaker" });
    await (await phone.call()).answers();
    await lift;
    equal((await owner.close()).status, 200);
    await phone.request("BYE");
  }
  await using owner = await sip.own(name);
  deepEqual(await owner.get("hookswitch"), { offHook: [] });
  const ring = owner.do("setRing", { mode: 1, volume: 0 });
  (await phone.call()).rings();
  equal(outcome(await ring), "succeeded");
  deepEqual(owner.events.seen.flatMap((event) => event.type === "PHONE_STATE" ? event.states : []), ["ringMode"]);
});

Deno.test("a phone that never confirms does not hold up the close", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  const ring = await owner.start("setRing", { mode: 1, volume: 0 });
  await phone.call();
  const { status, body } = await owner.close();
  deepEqual([status, body.completed], [200, 1]);
  equal((await owner.record(ring)).outcome, "aborted");
});

Deno.test("R101: silence does not wait for a ring that the phone has not answered to, nor on-hook for an off-hook: the later cuts the earlier short", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  const ring = await owner.start("setRing", { mode: 1, volume: 0 });
  await phone.call();
  const silence = await owner.start("setRing", { mode: 0, volume: 0 });
  const [rung, silenced] = await outcomes(owner, [ring, silence]);
  match(rung ?? "", /^failed PHONEERR_OPERATIONFAILED The ring was ended by a later request/);
  equal(silenced, "succeeded");
  const lift = await owner.start("setHookSwitch", LIFT);
  const call = await phone.call();
  call.rings();
  const [lifted, down] = await outcomes(owner, [lift, await owner.start("setHookSwitch", { ...LIFT, mode: "onHook" })]);
  match(lifted ?? "", /^failed PHONEERR_OPERATIONFAILED The handset was put on hook by a later request/);
  equal(down, "succeeded");
});

Deno.test("R101: a text that the phone does not answer to holds up the next until its deadline, and no lamp", async () => {
  const name = user();
  await using phone = await sip.phone(name);
  await using owner = await sip.own(name);
  phone.answers.MESSAGE = 0;
  const first = await owner.start("setDisplay", { row: 0, column: 0, text: "first" }, { deadlineMs: 1_000 });
  await phone.request("MESSAGE");
  phone.answers.MESSAGE = 200;
  const second = await owner.start("setDisplay", { row: 0, column: 0, text: "second" });
  equal(outcome(await owner.do("setLamp", { lamp: 12, mode: "steady" })), "succeeded");
  equal(phone.heard.filter(({ method }) => method === "MESSAGE").length, 0);
  const [timedOut, shown] = await outcomes(owner, [first, second]);
  match(timedOut ?? "", /^timedOut /);
  equal(shown, "succeeded");
  match((await owner.get<{ rows: string[] }>("display")).rows[0] ?? "", /^second/);
});

Deno.test("R85: masks for what the phone cannot produce are accepted", async () => {
  const name = user();
  await using owner = await sip.own(name);
  const { status } = await sip.call("PUT", `/v1/handles/${owner.handle}/status-messages`, {
    body: { states: ["speakerVolume", "headsetGain"], buttonModes: ["display"], buttonStates: ["down"] },
  });
  equal(status, 200);
});

Deno.test("R100: the status tells the line, the lamps and the display, also while the phone is disconnected", async () => {
  const name = user();
  await using owner = await sip.own(name);
  const status = await owner.get("status");
  deepEqual(status.statusFlags, []);
  deepEqual([status.ringMode, status.handsetHookSwitchMode], [0, "onHook"]);
  deepEqual(status.lampModes, [{ lamp: 12, mode: "off" }, { lamp: 13, mode: "off" }]);
});
