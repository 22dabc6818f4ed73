import assert from "node:assert/strict";
import { responseTo, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Bench, openBench, ring } from "../dialog/support/party.ts";
import { RawDialog, sdp, SDP_TYPE } from "../dialog/support/raw_dialog.ts";

type Headers = (readonly [string, string])[];
const TIMER = ["Supported", "timer"] as const;
const expires = (value: string) => ["Session-Expires", value] as const;

/** An answered call, and what it hears when the phone refreshes it with these headers. */
async function refreshed(bench: Bench, headers: Headers) {
  const { us, phone } = bench;
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onInvite = came.resolve;
  const call = us.agent.call(ring(us, phone));
  const raw = RawDialog.answer(await came.promise, { party: phone, to: us });
  await call.answered;
  return { call, raw, response: await raw.request("UPDATE", { headers }) };
}

/** Answers our re-INVITEs. */
function answers({ phone }: Bench, ...replies: { status: number; headers: Headers }[]): SipRequest[] {
  const came: SipRequest[] = [];
  phone.onRequest = (transaction) => {
    const { request } = transaction;
    if (request.method !== "INVITE") return false;
    came.push(request);
    const { status, headers } = replies.shift() ?? { status: 200, headers: [] };
    const all = [["Contact", "<sip:raw@127.0.0.1:5070>"] as const, ...headers, SDP_TYPE];
    transaction.respond(responseTo(request, status, { headers: all, body: new TextEncoder().encode(sdp()) }));
    return true;
  };
  return came;
}

Deno.test("RFC 4028: we never ask for a timer", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  const [invite] = bench.wire.sent;
  assert.equal(invite?.message.headers.has("Session-Expires"), false);
  assert.ok(!invite?.message.headers.all("Supported").includes("timer"));
});

for (
  const [asks, agreed, requires] of [
    [[TIMER, expires("1800")], "1800;refresher=uac", "timer"],
    [[TIMER, expires("1800;refresher=uac")], "1800;refresher=uac", "timer"],
    [[TIMER, expires("1800;refresher=uas")], "1800;refresher=uas", undefined],
    [[expires("1800")], "1800;refresher=uas", undefined],
    [[TIMER, ["x", "1800"]], "1800;refresher=uac", "timer"],
    [[TIMER, expires("4294967296")], "86400;refresher=uac", "timer"],
    [[TIMER], undefined, undefined],
    [[expires("60")], undefined, undefined],
  ] as [Headers, string | undefined, string | undefined][]
) {
  Deno.test(`RFC 4028 9: ${JSON.stringify(asks)} is agreed on as ${agreed}`, async () => {
    await using bench = openBench();
    const { response } = await refreshed(bench, asks);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Session-Expires"), agreed);
    assert.equal(response.headers.get("Require"), requires);
  });
}

Deno.test("RFC 4028 9: an interval under 90 s is refused by 422 with Min-SE, if the phone knows of that", async () => {
  await using bench = openBench();
  const { response } = await refreshed(bench, [TIMER, expires("89")]);
  assert.deepEqual([response.status, response.headers.get("Min-SE")], [422, "90"]);
});

Deno.test("RFC 4028 10: a call that the phone does not refresh in time is ended by BYE, one that it refreshes goes on", async () => {
  await using bench = openBench();
  const { call, raw } = await refreshed(bench, [TIMER, expires("90;refresher=uac")]);
  for (let times = 0; times < 5; times++) {
    await bench.clock.pass(45_000);
    await raw.request("UPDATE", { headers: [TIMER, expires("90;refresher=uac")] });
  }
  assert.equal(call.state, "answered");
  await bench.clock.pass(61_000);
  assert.deepEqual(await call.ended, {
    by: "network",
    status: 408,
    reason: "Request Timeout: the session was not refreshed",
  });
});

Deno.test("RFC 4028 10: where the refresh is ours it is sent halfway, with what was agreed, and the call goes on", async () => {
  await using bench = openBench();
  const again = { status: 200, headers: [expires("200;refresher=uac")] };
  const { call } = await refreshed(bench, [TIMER, expires("200;refresher=uas")]);
  const came = answers(bench, again, again, again, again);
  await bench.clock.pass(410_000);
  assert.equal(call.state, "answered");
  assert.equal(came.length, 4);
  assert.equal(came[0]?.headers.get("Session-Expires"), "200;refresher=uac");
  assert.ok(came[0]?.headers.all("Supported").includes("timer"));
});

Deno.test("RFC 4028 7.4: a 422 to our refresh makes it longer", async () => {
  await using bench = openBench();
  await refreshed(bench, [TIMER, expires("200;refresher=uas")]);
  const came = answers(bench, { status: 422, headers: [["Min-SE", "600"]] });
  await bench.clock.pass(101_000);
  assert.deepEqual(came.map(({ headers }) => headers.get("Session-Expires")), [
    "200;refresher=uac",
    "600;refresher=uac",
  ]);
});

Deno.test("RFC 4028 7.2: a 2xx that says nothing of the timer ends it, not the call", async () => {
  await using bench = openBench();
  const { call } = await refreshed(bench, [TIMER, expires("200;refresher=uas")]);
  answers(bench);
  await bench.clock.pass(500_000);
  assert.equal(call.state, "answered");
});
