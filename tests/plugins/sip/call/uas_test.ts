import assert from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import {
  SipHeaders,
  type SipRequest,
  type SipResponse,
  tagOf,
  writeMessage,
} from "../../../../plugins/sip/lib/message/mod.ts";
import type { InviteTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Bench, openBench, type Party, peerOf, ring } from "../dialog/support/party.ts";
import { type Extra, sdp, SDP_TYPE, textOf } from "../dialog/support/raw_dialog.ts";

const CONTACT = ["Contact", "<sip:200@127.0.0.1:5070>"] as const;

/** An INVITE of a phone by hand. */
function invite({ us, phone }: Bench, { headers = [CONTACT, SDP_TYPE], body = sdp() }: Extra = {}) {
  const provisional: SipResponse[] = [];
  const request: SipRequest = {
    method: "INVITE",
    uri: "sip:300@127.0.0.1:5060",
    headers: new SipHeaders([
      ["Max-Forwards", "70"],
      ["From", "<sip:200@phones.test>;tag=raw"],
      ["To", "<sip:300@phones.test>"],
      ["Call-ID", "raw-call"],
      ["CSeq", "7 INVITE"],
      ...headers,
    ]),
    body: new TextEncoder().encode(body),
  };
  const onProvisional = (response: SipResponse) => provisional.push(response);
  const transaction: InviteTransaction = phone.endpoint.invite(request, { to: peerOf(us), onProvisional });
  return { request, transaction, provisional };
}

function acknowledge(
  { us, phone }: Bench,
  { request, response, body = "" }: { request: SipRequest; response: SipResponse; body?: string },
): void {
  const headers = request.headers.clone();
  headers.set("To", response.headers.get("To") ?? "");
  headers.set("CSeq", "7 ACK");
  phone.endpoint.acknowledge(
    { method: "ACK", uri: "sip:300@127.0.0.1:5060", headers, body: new TextEncoder().encode(body) },
    peerOf(us),
  );
}

async function only({ taken }: Party) {
  const [call] = taken;
  assert.ok(call);
  return { call, end: await call.ended };
}

Deno.test("RFC 3261 13.3.1: a phone's call is told 180 and 200 with one tag, a Contact and our answer, and is answered by its ACK", async () => {
  await using bench = openBench();
  const { request, transaction, provisional } = invite(bench);
  const response = await transaction.final;
  const [call] = bench.us.taken;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Contact"), "<sip:300@127.0.0.1:5060>");
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0\r\n/);
  const ringing = provisional.find(({ status }) => status === 180);
  assert.equal(ringing?.headers.get("To"), response.headers.get("To"));
  assert.equal(call?.state, "ringing");
  acknowledge(bench, { request, response });
  await call?.answered;
  assert.equal(call?.id, "raw-call");
});

Deno.test("RFC 3261 13.3.1.4: an INVITE without an offer gets ours, and the ACK answers it", async () => {
  await using bench = openBench();
  const { request, transaction } = invite(bench, { headers: [CONTACT], body: "" });
  const response = await transaction.final;
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0 8 101/);
  acknowledge(bench, { request, response, body: sdp() });
  const [call] = bench.us.taken;
  await call?.answered;
  assert.equal(call?.state, "answered");
});

Deno.test("RFC 3261 13.3.1.4: an ACK from another address is not believed, and does not take the place of the real one", async () => {
  await using bench = openBench();
  const { us } = bench;
  const { request, transaction } = invite(bench, { headers: [CONTACT], body: "" });
  const response = await transaction.final;
  const headers = request.headers.clone();
  headers.set("To", response.headers.get("To") ?? "");
  headers.set("CSeq", "7 ACK");
  headers.set("Via", "SIP/2.0/UDP 192.0.2.66;branch=z9hG4bK-forged");
  for (const from of ["<sip:200@phones.test>;tag=raw", "<sip:other@phones.test>;tag=raw"]) {
    headers.set("From", from);
    const forged = writeMessage({ method: "ACK", uri: "sip:300@127.0.0.1:5060", headers, body: new Uint8Array() });
    us.endpoint.receive(forged, { transport: "udp", host: "192.0.2.66", port: 5060 });
  }
  const [call] = us.taken;
  await bench.clock.pass(1_000);
  assert.equal(call?.state, "ringing");
  acknowledge(bench, { request, response, body: sdp() });
  await call?.answered;
  assert.equal(call?.state, "answered");
});

Deno.test("RFC 3261 9.2: a phone that cancels its call gets 487, and the call is over", async () => {
  await using bench = openBench();
  bench.us.onInvite = (transaction) => {
    cancelled.cancel();
    queueMicrotask(() => bench.us.taken.push(bench.us.agent.takeCall(transaction)));
  };
  const { transaction: cancelled } = invite(bench);
  await bench.clock.pass(1_000);
  const { end } = await only(bench.us);
  assert.equal(end.by, "phone");
});

Deno.test("RFC 3261 15: hanging up before the ACK waits for it, then sends BYE", async () => {
  await using bench = openBench();
  const { us, wire } = bench;
  const { request, transaction } = invite(bench);
  const response = await transaction.final;
  const [call] = us.taken;
  const ended = call?.hangUp();
  await bench.clock.pass(1_000);
  assert.ok(!wire.story(us.port).includes("BYE"));
  acknowledge(bench, { request, response });
  assert.deepEqual(await ended, { by: "us" });
  assert.ok(wire.story(us.port).includes("BYE"));
});

Deno.test("RFC 3261 13.3.1.4: a 200 that is never acknowledged ends the call by BYE", async () => {
  await using bench = openBench();
  const { transaction } = invite(bench);
  await transaction.final;
  await bench.clock.pass(70_000);
  const { call, end } = await only(bench.us);
  assert.deepEqual([end.by, end.status], ["network", 408]);
  await assert.rejects(call.answered, RequestRefused);
});

Deno.test("RFC 3261 15.1.2: after a BYE that comes in the place of the ACK the 200 is not repeated", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const { request, transaction } = invite(bench);
  const response = await transaction.final;
  await bench.clock.pass(2_000);
  const headers = request.headers.clone();
  headers.set("To", response.headers.get("To") ?? "");
  headers.set("CSeq", "8 BYE");
  const bye = { method: "BYE", uri: "sip:300@127.0.0.1:5060", headers, body: new Uint8Array() };
  assert.equal((await phone.endpoint.request(bye, { to: peerOf(us) })).status, 200);
  const said = wire.story(us.port);
  await bench.clock.pass(70_000);
  assert.deepEqual(wire.story(us.port), said);
  assert.deepEqual(us.logged, []);
  const { call, end } = await only(us);
  assert.deepEqual(end, { by: "phone" });
  await assert.rejects(call.answered, RequestRefused);
});

Deno.test("a call that we hang up before it could be answered is declined", async () => {
  await using bench = openBench();
  bench.us.onInvite = (transaction) => {
    const call = bench.us.agent.takeCall(transaction);
    bench.us.taken.push(call);
    void call.hangUp();
  };
  assert.equal((await invite(bench).transaction.final).status, 603);
  const { end } = await only(bench.us);
  assert.equal(end.by, "us");
});

for (
  const [what, extra, status, header] of [
    ["requires 100rel", { headers: [CONTACT, SDP_TYPE, ["Require", "100rel"]] }, 420, ["Unsupported", "100rel"]],
    ["has no Contact", { headers: [SDP_TYPE] }, 400],
    ["is more than a dialog keeps", {
      headers: [["Contact", `<sip:200@127.0.0.1:5070;x=${"x".repeat(8_100)}>`], SDP_TYPE],
    }, 400],
    ["offers nothing that we speak", { body: sdp().replace("RTP/AVP 0", "RTP/AVP 18") }, 488],
    ["offers in another language", { headers: [CONTACT, ["Content-Type", "text/html"]] }, 415, [
      "Accept",
      "application/sdp, multipart/alternative, multipart/mixed",
    ]],
    [
      "wants a session of 30 s",
      { headers: [CONTACT, SDP_TYPE, ["Supported", "timer"], ["Session-Expires", "30"]] },
      422,
      ["Min-SE", "90"],
    ],
  ] as [string, Extra, number, [string, string]?][]
) {
  Deno.test(`RFC 3261 8.2, 13.3.1: a call that ${what} is refused by ${status}, and over`, async () => {
    await using bench = openBench();
    const response = await invite(bench, extra).transaction.final;
    assert.equal(response.status, status);
    assert.notEqual(tagOf(response.headers.get("To") ?? ""), undefined, "RFC 3261 8.2.6.2");
    if (header) assert.equal(response.headers.get(header[0]), header[1]);
    const { call, end } = await only(bench.us);
    assert.deepEqual([end.by, end.status], ["us", status]);
    await assert.rejects(call.ringing.then(() => call.answered), RequestRefused);
  });
}

Deno.test("linphone-android#1688: a call of a phone with a long Contact is taken, and ended where that leads", async () => {
  await using bench = openBench();
  const target = `sip:200@127.0.0.1:5070;pn-prid=${"x".repeat(1_400)}`;
  const { request, transaction } = invite(bench, { headers: [["Contact", `<${target}>`], SDP_TYPE] });
  const response = await transaction.final;
  acknowledge(bench, { request, response });
  const [call] = bench.us.taken;
  await call?.answered;
  void call?.hangUp();
  await bench.clock.pass(1_000);
  const bye = bench.wire.sent.find(({ message }) => "method" in message && message.method === "BYE")?.message;
  assert.ok(bye && "method" in bye);
  assert.equal(bye.uri, target);
});

Deno.test("a call of a phone that is refused for its Contact is logged with the reason, and answered with it", async () => {
  await using bench = openBench();
  const { status, reason } = await invite(bench, { headers: [SDP_TYPE] }).transaction.final;
  assert.deepEqual([status, reason], [400, "Contact must be one SIP URI"]);
  assert.ok(bench.us.logged.includes("Refused INVITE of udp 127.0.0.1:5070: 400 Contact must be one SIP URI"));
});

Deno.test("RFC 4028: a phone that requires timers is not refused for it", async () => {
  await using bench = openBench();
  const headers = [CONTACT, SDP_TYPE, ["Require", "timer"], ["Supported", "timer"], [
    "Session-Expires",
    "1800",
  ]] as const;
  const { request, transaction } = invite(bench, { headers });
  const response = await transaction.final;
  assert.equal(response.headers.get("Session-Expires"), "1800;refresher=uac");
  acknowledge(bench, { request, response });
});

Deno.test("a phone's call beyond the limit gets 503", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  for (let calls = 0; calls < 8; calls++) us.agent.call(ring(us, phone));
  assert.equal((await invite(bench).transaction.final).status, 503);
});
