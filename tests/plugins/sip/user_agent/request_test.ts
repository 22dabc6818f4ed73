import assert from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { parseUri, responseTo, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";
import { type Bench, openBench, ring } from "../dialog/support/party.ts";
import { textOf } from "../dialog/support/raw_dialog.ts";

const TYPE = ["Content-Type", "text/plain"] as const;
const body = new TextEncoder().encode("Hello");

function message({ us, phone }: Bench) {
  return { ...ring(us, phone), method: "MESSAGE", headers: [TYPE], body };
}

/** What comes at the phone, answered by these statuses in turn, then by 200. */
function hears({ phone }: Bench, ...statuses: number[]): SipRequest[] {
  const came: SipRequest[] = [];
  phone.onRequest = (transaction) => {
    const status = statuses.shift() ?? 200;
    came.push(transaction.request);
    const challenge = ["WWW-Authenticate", 'Digest realm="phone", nonce="n", algorithm=SHA-256, qop="auth"'] as const;
    transaction.respond(responseTo(transaction.request, status, { headers: status === 401 ? [challenge] : [] }));
    return true;
  };
  return came;
}

Deno.test("RFC 3428 4: a MESSAGE carries its text and no Contact; its answer is given back whatever it is", async () => {
  await using bench = openBench();
  const came = hears(bench, 200, 415);
  assert.equal((await bench.us.agent.request(message(bench))).status, 200);
  assert.equal((await bench.us.agent.request(message(bench))).status, 415);
  const [first, second] = came;
  assert.equal(first && textOf(first), "Hello");
  assert.equal(first?.uri, "sip:200@127.0.0.1:5070");
  assert.equal(first?.headers.has("Contact"), false);
  assert.notEqual(first?.headers.get("Call-ID"), second?.headers.get("Call-ID"));
});

Deno.test("RFC 3261 19.1.5: a contact that names a method and headers is asked without them, by a call too", async () => {
  await using bench = openBench();
  const { us, phone } = bench;
  const uri = parseUri("sip:200@127.0.0.1:5070;method=BYE;ob?Route=%3Csip:192.0.2.9%3E");
  const came = hears(bench);
  await us.agent.request({ ...message(bench), uri });
  await us.agent.call({ ...ring(us, phone), uri }).ended;
  assert.deepEqual(came.map(({ method, uri }) => `${method} ${uri}`), [
    "MESSAGE sip:200@127.0.0.1:5070;ob",
    "INVITE sip:200@127.0.0.1:5070;ob",
    // A 200 without a description.
    "BYE sip:200@127.0.0.1:5070;ob",
  ]);
});

Deno.test("RFC 6665 8.1.1: a NOTIFY outside of any dialog has a Contact", async () => {
  await using bench = openBench();
  const [notify, came] = [{ ...ring(bench.us, bench.phone), method: "NOTIFY" }, hears(bench)];
  await bench.us.agent.request(notify);
  assert.equal(came[0]?.headers.get("Contact"), "<sip:5060@127.0.0.1:5060>");
});

Deno.test("RFC 3261 22.2: a challenge is answered once, in the same call with the next number", async () => {
  await using bench = openBench();
  const came = hears(bench, 401, 200, 401, 401, 401);
  const credentials = { user: "us", secret: "secret" };
  assert.equal((await bench.us.agent.request({ ...message(bench), credentials })).status, 200);
  assert.deepEqual(came.map(({ headers }) => headers.get("CSeq")), ["1 MESSAGE", "2 MESSAGE"]);
  assert.match(came[1]?.headers.get("Authorization") ?? "", /^Digest username="us"/);
  assert.equal((await bench.us.agent.request({ ...message(bench), credentials })).status, 401);
  assert.equal((await bench.us.agent.request(message(bench))).status, 401);
  assert.equal(came.length, 5);
});

Deno.test("a request that is not answered is refused by 408, one that is abandoned by the signal's reason", async () => {
  await using bench = openBench();
  bench.wire.fate = () => "lost";
  const stop = new AbortController();
  const silent = assert.rejects(bench.us.agent.request(message(bench)), (error) => {
    return error instanceof RequestRefused && error.status === 408;
  });
  const abandoned = assert.rejects(bench.us.agent.request({ ...message(bench), signal: stop.signal }), /enough/);
  stop.abort(new Error("enough"));
  await abandoned;
  await bench.clock.pass(33_000);
  await silent;
});

Deno.test("no header can be put into a message by the value of another", async () => {
  await using bench = openBench();
  const headers = [["Subject", "x\r\nRoute: <sip:evil.test>"]] as const;
  await assert.rejects(bench.us.agent.request({ ...message(bench), headers }), TypeError);
  assert.deepEqual(bench.wire.sent, []);
});

Deno.test("RFC 3428 8: a MESSAGE that is too long for UDP is not sent; TCP takes it", async () => {
  await using bench = openBench();
  const came = hears(bench);
  const long = { ...message(bench), body: new TextEncoder().encode("x".repeat(1_300)) };
  await assert.rejects(bench.us.agent.request(long), (error) => {
    return error instanceof RequestRefused && error.status === 513 && /of which UDP takes 1300/.test(error.reason);
  });
  assert.deepEqual(bench.wire.sent, []);
  const fits = { ...long, body: long.body.subarray(0, 800) };
  assert.equal((await bench.us.agent.request(fits)).status, 200);
  assert.equal((await bench.us.agent.request({ ...long, to: { ...long.to, transport: "tcp" } })).status, 200);
  assert.equal(came.length, 2);
});
