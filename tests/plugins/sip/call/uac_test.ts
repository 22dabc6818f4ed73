import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Call } from "../../../../plugins/sip/lib/call/mod.ts";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { createChallenger } from "../../../../plugins/sip/lib/digest/mod.ts";
import { RtpPorts } from "../../../../plugins/sip/lib/media/mod.ts";
import { responseTo, type SipRequest, writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { type Bench, openBench, peerOf, ring } from "../dialog/support/party.ts";
import { flush } from "../support/hand_clock.ts";

const CONTACT = ["Contact", "<sip:200@127.0.0.1:5070>"] as const;
const SDP = new TextEncoder().encode(
  ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 4000 RTP/AVP 0", ""].join("\r\n"),
);

/** A phone whose INVITE the test answers. */
async function ringing({ us, phone }: Bench): Promise<{ call: Call; invite: ServerTransaction }> {
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onInvite = came.resolve;
  const call = us.agent.call(ring(us, phone));
  return { call, invite: await came.promise };
}

function answer(
  invite: ServerTransaction,
  status: number,
  { body, toTag = "phone" }: { body?: Uint8Array; toTag?: string } = {},
): void {
  const headers = body ? [CONTACT, ["Content-Type", "application/sdp"] as const] : [CONTACT];
  invite.respond(responseTo(invite.request, status, { toTag, headers, ...(body ? { body } : {}) }));
}

function refusal(promise: Promise<unknown>): Promise<RequestRefused> {
  return promise.then(() => assert.fail("it was not refused"), (error) => {
    assert.ok(error instanceof RequestRefused, String(error));
    return error;
  });
}

Deno.test("RFC 3261 13.2: a call rings with 180, is answered with 200, which is acknowledged, and ends with the phone's BYE", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const { call, invite } = await ringing(bench);
  assert.equal(call.state, "calling");
  answer(invite, 180);
  await call.ringing;
  assert.equal(call.state, "ringing");
  phone.taken.push(phone.agent.takeCall(invite));
  await call.answered;
  assert.equal(call.state, "answered");
  await phone.taken[0]?.answered;
  await phone.taken[0]?.hangUp();
  assert.deepEqual(await call.ended, { by: "phone" });
  assert.deepEqual(wire.story(us.port), ["INVITE", "ACK", "200"]);
});

Deno.test("RFC 3261 21.1: 180 and 183 say that a phone rings; 181, 182 and 199 do not", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  for (const status of [181, 182, 199]) answer(invite, status);
  await flush();
  assert.equal(call.state, "calling");
  answer(invite, 183);
  await call.ringing;
});

Deno.test("RFC 3261 8.1.1.6: an INVITE has Max-Forwards, a Contact and an offer", async () => {
  await using bench = openBench();
  const { invite } = await ringing(bench);
  const { headers, body } = invite.request;
  assert.equal(headers.get("Max-Forwards"), "70");
  assert.equal(headers.get("Contact"), "<sip:5060@127.0.0.1:5060>");
  assert.equal(headers.get("Content-Type"), "application/sdp");
  assert.match(new TextDecoder().decode(body), /m=audio \d+ RTP\/AVP 0 8 101/);
  answer(invite, 486);
});

Deno.test("RFC 3261 9.1: hanging up while it rings sends CANCEL, and the 487 ends the call", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  answer(invite, 180);
  await call.ringing;
  const refused = refusal(call.answered);
  assert.deepEqual(await call.hangUp(), { by: "us", status: 487, reason: "Request Terminated" });
  assert.equal((await refused).message, "SIP 487 Request Terminated");
  assert.deepEqual(bench.wire.story(bench.us.port), ["INVITE", "CANCEL", "ACK"]);
});

Deno.test("RFC 3261 15.1.1: hanging up an answered call sends BYE", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  assert.deepEqual(await call.hangUp(), { by: "us" });
  assert.deepEqual(await phone.taken[0]?.ended, { by: "phone" });
});

Deno.test("a call that is hung up before its INVITE could leave sends nothing", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const call = us.agent.call(ring(us, phone));
  assert.deepEqual(await call.hangUp(), { by: "us", status: 487, reason: "Request Terminated" });
  assert.deepEqual(wire.sent, []);
});

Deno.test("what a phone refuses with is told with its status, reason and headers", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  invite.respond(responseTo(invite.request, 486, { reason: "Lunch", headers: [["Retry-After", "60"]] }));
  const refused = await refusal(call.ringing);
  assert.equal(refused.message, "SIP 486 Lunch");
  assert.equal(refused.headers?.get("Retry-After"), "60");
  assert.deepEqual(await call.ended, { by: "phone", status: 486, reason: "Lunch" });
});

Deno.test("RFC 3261 8.1.3.1: a phone that says nothing counts as 408, and one that cannot be reached as 503", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  wire.fate = () => "lost";
  const silent = us.agent.call(ring(us, phone));
  await clock.pass(33_000);
  assert.deepEqual(await silent.ended, { by: "network", status: 408, reason: "Request Timeout" });
  await us.endpoint.close();
  const unreachable = us.agent.call(ring(us, phone));
  assert.equal((await refusal(unreachable.answered)).status, 503);
});

Deno.test("glare: a 200 that crosses our CANCEL is acknowledged and ended by BYE", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  wire.fate = ({ message }) => "method" in message && message.method === "CANCEL" ? [500] : [0];
  const { call, invite } = await ringing(bench);
  answer(invite, 180);
  await call.ringing;
  const ended = call.hangUp();
  phone.taken.push(phone.agent.takeCall(invite));
  await clock.pass(1_000);
  assert.deepEqual(await ended, { by: "us" });
  assert.deepEqual(wire.story(us.port), ["INVITE", "CANCEL", "ACK", "BYE"]);
  assert.deepEqual(await phone.taken[0]?.ended, { by: "phone" });
});

Deno.test("glare: both hang up at once, and both ends come to an end at once", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  await phone.taken[0]?.answered;
  wire.fate = () => [100];
  const both = Promise.all([call.hangUp(), phone.taken[0]?.hangUp()]);
  await clock.pass(1_000);
  assert.deepEqual(await both, [{ by: "us" }, { by: "us" }]);
});

Deno.test("RFC 3261 13.3.1.4: a 2xx that is lost comes again, and a call is answered by it", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  let lost = 0;
  wire.fate = ({ message }) => "status" in message && message.status === 200 && lost++ < 2 ? "lost" : [0];
  const call = us.agent.call(ring(us, phone));
  await clock.pass(5_000);
  await call.answered;
  await phone.taken[0]?.answered;
});

Deno.test("RFC 3261 13.2.2.4: an ACK that is lost is sent again for each repeated 2xx, and the call goes on", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  let lost = 0;
  wire.fate = ({ message }) => "method" in message && message.method === "ACK" && lost++ < 2 ? "lost" : [0];
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  await clock.pass(5_000);
  await phone.taken[0]?.answered;
  assert.equal(wire.story(us.port).filter((method) => method === "ACK").length, 3);
});

Deno.test("RFC 3261 22.2: a challenge is answered once, and the ACK of the 2xx bears the answer too", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  const challenger = createChallenger({ realm: "phone", clock, lifetimeMs: 60_000, algorithms: ["SHA-256"] });
  phone.onInvite = (invite) => {
    const secretOf = (user: string) => user === "us" ? "secret" : undefined;
    if (challenger.check(invite.request, { source: "us", secretOf }).verdict === "ok") {
      return void phone.taken.push(phone.agent.takeCall(invite));
    }
    const headers = challenger.challenge("us").map((value) => ["WWW-Authenticate", value] as const);
    invite.respond(responseTo(invite.request, 401, { toTag: "x", headers }));
  };
  const call = us.agent.call({ ...ring(us, phone), credentials: { user: "us", secret: "secret" } });
  await call.answered;
  const requests = wire.sent.flatMap(({ message }) => "method" in message ? [message] : []);
  const [first, , second, ack] = requests;
  assert.deepEqual(requests.map(({ method }) => method), ["INVITE", "ACK", "INVITE", "ACK"]);
  assert.equal(second?.headers.get("Call-ID"), first?.headers.get("Call-ID"));
  assert.deepEqual([first, second].map((request) => request?.headers.get("CSeq")), ["1 INVITE", "2 INVITE"]);
  assert.equal(ack?.headers.get("Authorization"), second?.headers.get("Authorization"));

  const wrong = us.agent.call({ ...ring(us, phone), credentials: { user: "us", secret: "guess" } });
  assert.equal((await refusal(wrong.answered)).status, 401);
});

Deno.test("a call that is hung up while it is challenged is not tried again", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  phone.onInvite = (invite) => {
    void call.hangUp();
    const headers = [["WWW-Authenticate", 'Digest realm="x", nonce="y", qop="auth"']] as const;
    invite.respond(responseTo(invite.request, 401, { toTag: "x", headers }));
  };
  const call = us.agent.call({ ...ring(us, phone), credentials: { user: "us", secret: "secret" } });
  assert.deepEqual(await call.ended, { by: "us", status: 487, reason: "Request Terminated" });
  assert.deepEqual(wire.story(us.port), ["INVITE", "ACK"]);
});

Deno.test("RFC 3261 13.2.2.4: the 2xx of a second phone behind a proxy is acknowledged and ended by BYE, the first stays", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const { call, invite } = await ringing(bench);
  answer(invite, 200, { body: SDP });
  await call.answered;
  const byes: SipRequest[] = [];
  phone.onRequest = ({ request }) => byes.push(request) > 0 && false;
  us.endpoint.receive(written(invite, "second"), { transport: "udp", host: "127.0.0.1", port: phone.port });
  await flush();
  assert.deepEqual(wire.story(us.port), ["INVITE", "ACK", "ACK", "BYE"]);
  assert.match(byes[0]?.headers.get("To") ?? "", /tag=second/);
  assert.equal(call.state, "answered");
});

Deno.test("a 2xx without a description that we can use is acknowledged, ended by BYE and told as 488", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  const refused = refusal(call.answered);
  answer(invite, 200);
  assert.match((await refused).message, /^SIP 488 Cannot agree on sound/);
  assert.deepEqual(bench.wire.story(bench.us.port), ["INVITE", "ACK", "BYE"]);
});

/** Answers of phones to one offer: the statuses and their descriptions, and the port that is agreed on. */
const ANSWERS: [what: string, said: [status: number, port?: number][], agreed: number | undefined][] = [
  ["sipsorcery#1547: in the 183 alone", [[183, 4002], [200]], 4002],
  ["in the 180 alone", [[180, 4002], [200]], 4002],
  ["in two responses before the 200: the first counts", [[183, 4002], [180], [183, 4004], [200]], 4002],
  ["in the 183 and again in the 200", [[183, 4002], [200, 4002]], 4002],
  ["baresip#1450: in the 200, after a 183 that has no sound", [[183, 0], [200, 4002]], 4002],
  ["nowhere that can be used", [[183, 0], [200]], undefined],
];

/** A description whose sound is heard at a port. */
function at(port: number): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(SDP).replace("4000", String(port)));
}

for (const [what, said, agreed] of ANSWERS) {
  Deno.test(`RFC 3261 13.2.1: an offer is answered ${what}`, async () => {
    await using bench = openBench();
    const { us, wire } = bench;
    const heard = createSocket("udp4").bind(agreed ?? 0, "127.0.0.1");
    const sound = Promise.withResolvers<void>();
    heard.on("message", () => sound.resolve());
    await once(heard, "listening");
    const { call, invite } = await ringing(bench);
    for (const [status, port] of said) answer(invite, status, port === undefined ? {} : { body: at(port) });
    if (agreed === undefined) {
      assert.match((await refusal(call.answered)).message, /Cannot agree on sound: .*"audio 0 RTP\/AVP 0"/);
      assert.deepEqual(wire.story(us.port), ["INVITE", "ACK", "BYE"]);
    } else {
      await call.answered;
      assert.deepEqual(wire.story(us.port), ["INVITE", "ACK"]);
      await sound.promise;
    }
    await new Promise<void>((closed) => void heard.close(closed));
  });
}

Deno.test("RFC 3261 13.2.1: what another phone behind a proxy has said in a 183 does not answer for the one that takes the call", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  answer(invite, 183, { body: SDP, toTag: "other" });
  answer(invite, 200);
  assert.match((await refusal(call.answered)).message, /^SIP 488 Cannot agree on sound: the answer has no description/);
});

Deno.test("a BYE that overtakes its 2xx ends the call, and the 2xx does not bring it back", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  wire.fate = ({ message }) => "status" in message && message.status === 200 ? [300] : [0];
  const { call, invite } = await ringing(bench);
  answer(invite, 200, { body: SDP });
  const headers = [["From", `${invite.request.headers.get("To")};tag=phone`], [
    "To",
    invite.request.headers.get("From") ?? "",
  ]];
  const bye = responseTo(invite.request, 200).headers.clone();
  for (const name of ["Via", "CSeq"]) bye.delete(name);
  for (const [name = "", value = ""] of [...headers, ["CSeq", "1 BYE"]]) bye.set(name, value);
  const request = { method: "BYE", uri: "sip:5060@127.0.0.1:5060", headers: bye, body: new Uint8Array() };
  const answered = phone.endpoint.request(request, { to: { transport: "udp", host: "127.0.0.1", port: us.port } });
  await clock.pass(1_000);
  assert.equal((await answered).status, 200);
  assert.equal((await call.ended).by, "phone");
});

Deno.test("where no RTP port is free, the call is refused with a reason that says so, and nothing is sent", async () => {
  const ports = new RtpPorts(24_400, 24_400);
  const taken = await ports.open("127.0.0.1");
  {
    await using bench = openBench({ rtpPorts: [24_400, 24_400] });
    const call = bench.us.agent.call(ring(bench.us, bench.phone));
    const refused = await refusal(call.answered);
    assert.equal(refused.status, 503);
    assert.match(
      refused.reason,
      /Cannot hold an RTP port of 127.0.0.1: all even ports from 24400 to 24400 \(1\) are in use/,
    );
    assert.deepEqual(bench.wire.sent, []);
  }
  await new Promise<void>((closed) => void taken.socket.close(closed));
});

Deno.test("a phone that dies in a call is found by the BYE that it does not answer, within 32 s", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  wire.fate = ({ to }) => to === phone.port ? "lost" : [0];
  const ended = call.hangUp();
  await clock.pass(33_000);
  assert.deepEqual(await ended, { by: "us", unconfirmed: { status: 408, reason: "Request Timeout" } });
  assert.match(us.logged.join(), /A phone has not confirmed a BYE: SIP 408 Request Timeout/);
});

for (const rings of [true, false]) {
  Deno.test(`RFC 3261 9.2: a phone whose connection broke under its ring is asked again to end it, and ${rings ? "does (200)" : "knows of none (481)"}`, async () => {
    await using bench = openBench();
    const { us, phone, wire, clock } = bench;
    const { call, invite } = await ringing(bench);
    answer(invite, 180);
    await call.ringing;
    us.endpoint.lost(peerOf(phone));
    assert.equal((await call.ended).by, "network");
    if (!rings) answer(invite, 480);
    await clock.pass(rings ? 0 : 40_000);
    const asked = call.endAgain();
    assert.equal(call.endAgain(), asked, "not twice at a time");
    assert.equal(await asked, undefined);
    assert.equal(wire.story(phone.port).includes(rings ? "487" : "481"), true);
    assert.equal(invite.cancelled.aborted, rings);
  });
}

Deno.test("RFC 3261 9.1: a phone that says nothing to that either has not confirmed it", async () => {
  await using bench = openBench();
  const { call, invite } = await ringing(bench);
  answer(invite, 180);
  await call.ringing;
  bench.us.endpoint.lost(peerOf(bench.phone));
  bench.wire.fate = () => "lost";
  const asked = call.endAgain();
  await bench.clock.pass(33_000);
  assert.equal((await asked)?.status, 408);
});

Deno.test("RFC 3261 15.1.1: a phone that has not confirmed a BYE is asked again, in the same dialog, and one that has is left alone", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const { call, invite } = await ringing(bench);
  answer(invite, 200, { body: SDP });
  await call.answered;
  const statuses = [500, 503, 481];
  phone.onRequest = (transaction) => {
    if (transaction.request.method !== "BYE") return false;
    transaction.respond(responseTo(transaction.request, statuses.shift() ?? 200));
    return true;
  };
  assert.equal((await call.hangUp()).unconfirmed?.status, 500);
  assert.equal((await call.endAgain())?.status, 503);
  assert.equal(await call.endAgain(), undefined);
  const byes = wire.sent.flatMap(({ message }) => "method" in message && message.method === "BYE" ? [message] : []);
  assert.deepEqual(byes.map(({ headers }) => headers.get("CSeq")), ["2 BYE", "3 BYE", "4 BYE"]);
  const other = us.agent.call(ring(us, phone));
  phone.onInvite = undefined;
  phone.onRequest = undefined;
  void other.hangUp();
  assert.equal(await other.endAgain(), undefined);
});

Deno.test("a phone that registers over another connection in mid-call is reached there, and where it says itself after that", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  let now: Peer = peerOf(phone);
  const call = us.agent.call({ ...ring(us, phone), currentPeer: () => now });
  await call.answered;
  const elsewhere = wire.join(5071);
  elsewhere.start({ onMessage: (bytes, from) => phone.endpoint.receive(bytes, from) });
  const goes = () => wire.sent.filter(({ from }) => from === us.port).at(-1)?.to;
  await call.request("OPTIONS");
  assert.equal(goes(), phone.port);
  now = { ...now, port: 5071 };
  await call.request("OPTIONS");
  assert.equal(goes(), 5071);
  await phone.taken[0]?.hold(true);
  await call.request("OPTIONS");
  assert.equal(goes(), phone.port);
  await elsewhere.close();
});

Deno.test("RFC 3261 12.2.1.2: a request inside of the call that is not answered, or answered 481, ends the call", async () => {
  await using bench = openBench();
  const { us, phone, wire, clock } = bench;
  const [forgotten, dead] = [us.agent.call(ring(us, phone)), us.agent.call(ring(us, phone))];
  await Promise.all([forgotten.answered, dead.answered]);
  phone.onRequest = (transaction) => {
    if (transaction.request.method !== "OPTIONS") return false;
    transaction.respond(responseTo(transaction.request, 481));
    return true;
  };
  assert.equal((await forgotten.request("OPTIONS")).status, 481);
  const end = await forgotten.ended;
  assert.deepEqual([end.by, end.status], ["network", 481]);
  wire.fate = ({ to }) => to === phone.port ? "lost" : [0];
  const refused = refusal(dead.request("OPTIONS"));
  await clock.pass(70_000);
  assert.equal((await refused).status, 408);
  const silence = { status: 408, reason: "Request Timeout" };
  assert.deepEqual(await dead.ended, { by: "network", ...silence, unconfirmed: silence });
});

Deno.test("calls beyond the limit are refused with what the limit is", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const calls = Array.from({ length: 8 }, () => us.agent.call(ring(us, phone)));
  await Promise.all(calls.map((call) => call.answered));
  const ninth = us.agent.call(ring(us, phone));
  assert.match((await refusal(ninth.ringing)).reason, /8 calls at once are the most/);
});

Deno.test("requests that make or end a call are not taken for requests of a call, and none goes out when there is none", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const call = us.agent.call(ring(us, phone));
  assert.equal((await refusal(call.request("INFO"))).status, 481);
  for (const method of ["INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE"]) {
    await assert.rejects(call.request(method), TypeError);
  }
  await call.hangUp();
  assert.equal((await refusal(call.sendDigits("1", new AbortController().signal))).status, 481);
});

/** A 2xx of another phone to the same INVITE. */
function written(invite: ServerTransaction, toTag: string): Uint8Array {
  const headers = [CONTACT, ["Content-Type", "application/sdp"] as const];
  return writeMessage(responseTo(invite.request, 200, { toTag, headers, body: SDP }));
}

for (
  const [what, contact, routes, logged] of [
    ["with a Contact of 1,400 characters", `<sip:raw@127.0.0.1:5070;x=${"x".repeat(1_400)}>`, 8, undefined],
    ["with more routes than are kept", "<sip:raw@127.0.0.1:5070>", 9, "More than 8 routes"],
    ["that is too long", `<sip:raw@127.0.0.1:5070;x=${"x".repeat(8_100)}>`, 2, "A dialog of more than 8192 characters"],
  ] as const
) {
  Deno.test(`linphone-android#1688, RFC 3261 13.2.2.4: a 200 ${what} is acknowledged where its Contact and routes lead`, async () => {
    await using bench = openBench();
    const { us, wire } = bench;
    const { call, invite } = await ringing(bench);
    const route = `<sip:127.0.0.1:5070;lr;x=${"x".repeat(40)}>`;
    const headers = [
      ["Contact", contact] as const,
      ["Record-Route", Array(routes).fill(route).join(", ")] as const,
      ["Content-Type", "application/sdp"] as const,
    ];
    const copied = { toTag: "raw", headers, body: SDP };
    invite.respond(responseTo(invite.request, 200, copied));
    if (logged === undefined) await call.answered;
    else assert.deepEqual(await call.ended.then(({ by, status, reason }) => [by, status, reason]), ["us", 513, logged]);
    const requests = wire.sent.map(({ message }) => message).filter((message) => "method" in message);
    const ack = requests.find(({ method }) => method === "ACK");
    assert.equal(`<${ack?.uri}>`, contact);
    assert.equal(ack?.headers.all("Route").length, routes);
    assert.equal(us.logged.some((line) => line.includes(logged ?? "bad dialog")), logged !== undefined);
  });
}
