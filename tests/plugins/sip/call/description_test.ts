import assert from "node:assert/strict";
import type { Call } from "../../../../plugins/sip/lib/call/mod.ts";
import {
  type Header,
  newToken,
  responseTo,
  SipHeaders,
  type SipRequest,
  type SipResponse,
} from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Bench, openBench, peerOf, ring } from "../dialog/support/party.ts";
import { parts, RawDialog, sdp, SDP_TYPE, textOf } from "../dialog/support/raw_dialog.ts";

const CONTACT = ["Contact", "<sip:200@127.0.0.1:5070>"] as const;
const MIXED = ["Content-Type", "multipart/mixed;boundary=boundary1"] as const;
/** A description, and where the phone is (RFC 6442). */
const LOCATED = parts(
  "boundary1",
  `Content-Type: application/sdp\r\n\r\n${sdp()}`,
  'Content-Type: application/pidf+xml\r\nContent-ID: <here@phones.test>\r\n\r\n<?xml version="1.0"?><presence/>',
);
const TEXT = ["Content-Type", "text/plain"] as const;
const OPTIONAL = ["Content-Disposition", "render;handling=optional"] as const;
const GZIP = [SDP_TYPE, ["Content-Encoding", "gzip"]] as const;

/** What an INVITE of a phone with this body is answered, and what becomes of its ACK. */
async function invite(
  { us, phone }: Bench,
  { headers, body, ack }: { headers: readonly Header[]; body: string; ack?: string },
): Promise<SipResponse> {
  const callId = newToken();
  const dialog: Header[] = [["From", "<sip:200@phones.test>;tag=raw"], ["Call-ID", callId], ["Max-Forwards", "70"]];
  const said = [
    ...dialog,
    ["To", "<sip:300@phones.test>"] as const,
    ["CSeq", "1 INVITE"] as const,
    CONTACT,
    ...headers,
  ];
  const request: SipRequest = {
    method: "INVITE",
    uri: "sip:300@127.0.0.1:5060",
    headers: new SipHeaders(said),
    body: new TextEncoder().encode(body),
  };
  const response = await phone.endpoint.invite(request, { to: peerOf(us), onProvisional() {} }).final;
  if (response.status !== 200) return response;
  const to = ["To", response.headers.get("To") ?? ""] as const;
  const ackHeaders = new SipHeaders([...dialog, to, ["CSeq", "1 ACK"], ...ack === undefined ? [] : [SDP_TYPE]]);
  const acknowledgement = { method: "ACK", uri: request.uri, headers: ackHeaders, body: new TextEncoder().encode(ack) };
  phone.endpoint.acknowledge(acknowledgement, peerOf(us));
  return response;
}

Deno.test("sofia-sip#121, RFC 5621: an INVITE with a description and a location is answered as one with the description alone", async () => {
  await using bench = openBench();
  const response = await invite(bench, { headers: [MIXED], body: LOCATED });
  assert.equal(response.status, 200);
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0\r\n/);
  await bench.us.taken[0]?.answered;
});

Deno.test("pjsip#1788, RFC 3261 8.2.3: an INVITE with a body that may be passed over is one without, and gets an offer of ours", async () => {
  await using bench = openBench();
  const response = await invite(bench, { headers: [TEXT, OPTIONAL], body: "The kitchen calls", ack: sdp() });
  assert.equal(response.status, 200);
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0 8 101/);
  await bench.us.taken[0]?.answered;
});

Deno.test("sems#474, RFC 3261 8.2.3: an INVITE in an encoding that we do not know is refused by 415 with Accept-Encoding", async () => {
  await using bench = openBench();
  const response = await invite(bench, { headers: GZIP, body: sdp() });
  assert.deepEqual([response.status, response.headers.get("Accept-Encoding")], [415, "identity"]);
});

Deno.test("RFC 2046 5.1.1: an INVITE whose parts cannot be told apart is refused by 400, which says so", async () => {
  await using bench = openBench();
  const response = await invite(bench, { headers: [["Content-Type", "multipart/mixed"]], body: LOCATED });
  assert.deepEqual([response.status, response.reason], [400, "A multipart body needs a boundary"]);
});

for (
  const [accept, status] of [
    ["text/nobodyKnowsThis", 406],
    ["", 406],
    ["text / plain, Application / SDP ;level=1", 200],
    ["application/*", 200],
    ["*/*;q=0.1", 200],
  ] as const
) {
  Deno.test(`RFC 4475 3.3.15, RFC 3261 20.1: an INVITE with Accept: ${accept} is answered ${status}`, async () => {
    await using bench = openBench();
    const response = await invite(bench, { headers: [SDP_TYPE, ["Accept", accept]], body: sdp() });
    assert.equal(response.status, status);
    if (status === 406) {
      assert.match(response.headers.get("Warning") ?? "", /^399 /);
      assert.equal(textOf(response), "");
    }
  });
}

/** Answers INVITEs of ours by 200 with this body. */
function answering({ phone }: Bench, { headers, body }: { headers: readonly Header[]; body: string }): void {
  phone.onInvite = (transaction) =>
    transaction.respond(
      responseTo(transaction.request, 200, {
        toTag: "raw",
        headers: [CONTACT, ...headers],
        body: new TextEncoder().encode(body),
      }),
    );
}

for (
  const [what, headers, body] of [
    ["is text in which a line looks like one of a description", [TEXT], sdp()],
    ["may be passed over", [SDP_TYPE, OPTIONAL], sdp()],
    ["is encoded", GZIP, sdp()],
    ["is not there", [], ""],
  ] as [string, readonly Header[], string][]
) {
  Deno.test(`RFC 3261 13.2.2.4: a 200 whose body ${what} is acknowledged and the call ended by BYE: no description came`, async () => {
    await using bench = openBench();
    const { us, phone, wire } = bench;
    answering(bench, { headers, body });
    const end = await us.agent.call(ring(us, phone)).ended;
    assert.deepEqual([end.by, end.status], ["us", 488]);
    assert.match(
      end.reason ?? "",
      /^Cannot agree on sound: the answer has (no description|a body)/,
    );
    assert.deepEqual(wire.story(us.port), ["INVITE", "ACK", "BYE"]);
  });
}

Deno.test("RFC 5621: a 200 with a description and a location takes the call up", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  answering(bench, { headers: [MIXED], body: LOCATED });
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  assert.equal(call.state, "answered");
});

/** An answered call with a phone by hand. */
async function answered({ us, phone }: Bench): Promise<{ call: Call; raw: RawDialog }> {
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onInvite = came.resolve;
  const call = us.agent.call(ring(us, phone));
  const raw = RawDialog.answer(await came.promise, { party: phone, to: us });
  await call.answered;
  return { call, raw };
}

Deno.test("RFC 3311 5.1, RFC 3261 8.2.3: an UPDATE with nothing but what may be passed over offers nothing", async () => {
  await using bench = openBench();
  const { raw } = await answered(bench);
  const response = await raw.request("UPDATE", { headers: [TEXT, OPTIONAL], body: "x" });
  assert.deepEqual([response.status, textOf(response)], [200, ""]);
  const refused = await raw.request("UPDATE", { headers: [TEXT], body: "x" });
  assert.equal(refused.status, 415);
});

Deno.test("RFC 5621: a re-INVITE with a description among others is answered, and the call goes on", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const response = await raw.invite({ headers: [MIXED], body: LOCATED });
  assert.equal(response.status, 200);
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0\r\n/);
  assert.equal(call.state, "answered");
});

Deno.test("RFC 3261 8.2.3: an INFO is told by its type, in parts too, and one that may be passed over says nothing", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const digits: string[] = [];
  call.onDigit = (digit) => digits.push(digit);
  const relay = parts("boundary1", "Content-Type: application/dtmf-relay\r\n\r\nSignal=7");
  assert.equal((await raw.request("INFO", { headers: [MIXED], body: relay })).status, 200);
  assert.equal((await raw.request("INFO", { headers: [TEXT, OPTIONAL], body: "5" })).status, 200);
  const gzip = [["Content-Type", "application/dtmf"], ["Content-Encoding", "gzip"]] as const;
  const encoded = await raw.request("INFO", { headers: gzip, body: "5" });
  assert.deepEqual([encoded.status, encoded.headers.get("Accept-Encoding")], [415, "identity"]);
  assert.deepEqual(digits, ["7"]);
});
