import fc from "fast-check";
import assert from "node:assert/strict";
import type { Call } from "../../../../plugins/sip/lib/call/mod.ts";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { responseTo, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";
import type { ServerTransaction } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Bench, openBench, peerOf, ring } from "../dialog/support/party.ts";
import { RawDialog, sdp, SDP_TYPE, textOf } from "../dialog/support/raw_dialog.ts";
import { flush } from "../support/hand_clock.ts";

const RELAY = ["Content-Type", "application/dtmf-relay"] as const;
const never = new AbortController().signal;

/** An answered call with a phone by hand. */
async function answered(
  { us, phone }: Bench,
  options: { headers?: [string, string][] } = {},
): Promise<{ call: Call; raw: RawDialog }> {
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onInvite = came.resolve;
  const call = us.agent.call(ring(us, phone));
  const raw = RawDialog.answer(await came.promise, { party: phone, to: us, ...options });
  await call.answered;
  return { call, raw };
}

/** What our re-INVITEs are answered with, in turn; 200 with the offer's own words after that. */
function answers({ phone }: Bench, ...statuses: number[]): SipRequest[] {
  const came: SipRequest[] = [];
  phone.onRequest = (transaction) => {
    const { request } = transaction;
    if (request.method !== "INVITE") return false;
    came.push(request);
    const status = statuses.shift() ?? 200;
    const headers = [["Contact", "<sip:raw@127.0.0.1:5070>"] as const, SDP_TYPE];
    const body = new TextEncoder().encode(sdp(textOf(request).includes("a=sendonly") ? "a=recvonly" : "a=sendrecv"));
    transaction.respond(responseTo(request, status, status < 300 ? { headers, body } : {}));
    return true;
  };
  return came;
}

for (
  const [theirs, ours] of [["sendonly", "recvonly"], ["inactive", "inactive"], ["recvonly", "sendonly"], [
    "sendrecv",
    "sendrecv",
  ]] as const
) {
  for (const method of ["INVITE", "UPDATE"] as const) {
    Deno.test(`RFC 3264 8.4: ${method} of the phone with ${theirs} is answered ${ours}`, async () => {
      await using bench = openBench();
      const { raw } = await answered(bench);
      const offer = { body: sdp(`a=${theirs}`) };
      const response = method === "INVITE" ? await raw.invite(offer) : await raw.request(method, offer);
      assert.equal(response.status, 200);
      assert.match(textOf(response), new RegExp(`a=${ours}\r\n`));
      assert.equal(response.headers.get("Contact"), "<sip:5060@127.0.0.1:5060>");
    });
  }
}

Deno.test("RFC 3261 14.2: a re-INVITE without an offer is answered with one of ours, and its ACK answers that", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const response = await raw.invite({ ack: sdp() });
  assert.match(textOf(response), /m=audio \d+ RTP\/AVP 0 8 101/);
  await flush();
  assert.equal(call.state, "answered");
  await raw.invite({ ack: "" });
  const end = await call.ended;
  assert.deepEqual([end.by, end.status], ["us", 488]);
});

Deno.test("RFC 3261 14.2: an offer that we cannot speak is refused by 488, one in another language by 415, and the call goes on", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  assert.equal((await raw.invite({ body: sdp().replace("RTP/AVP 0", "RTP/AVP 18") })).status, 488);
  const html = await raw.invite({ headers: [["Content-Type", "text/html"]], body: "<p>" });
  assert.deepEqual([html.status, html.headers.get("Accept")], [
    415,
    "application/sdp, multipart/alternative, multipart/mixed",
  ]);
  assert.equal(call.state, "answered");
});

Deno.test("RFC 3261 12.2.1.1: a re-INVITE and an UPDATE move the remote target, and our next request goes there", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const seen: string[] = [];
  bench.phone.onRequest = ({ request }) => seen.push(request.uri) === 0;
  await raw.request("UPDATE", { headers: [["Contact", "<sip:moved@127.0.0.1:5070>"]] });
  await call.hangUp();
  assert.deepEqual(seen, ["sip:moved@127.0.0.1:5070"]);
});

Deno.test("RFC 3261 12.2: a Contact that cannot be read, or is more than is kept, leaves the target as it was, and is one line of the log", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const seen: string[] = [];
  await raw.request("UPDATE", { headers: [["Contact", "<sip:moved@127.0.0.1:5070>"]] });
  for (const contact of ["<tel:5070>", `<sip:moved@127.0.0.1:5070;x=${"x".repeat(8_100)}>`]) {
    assert.equal((await raw.request("UPDATE", { headers: [["Contact", contact]] })).status, 200);
  }
  assert.equal(bench.us.logged.length, 2);
  for (const line of bench.us.logged) {
    assert.match(line, /^udp 127\.0\.0\.1:\d+ has sent a Contact that cannot be taken/);
  }
  bench.phone.onRequest = ({ request }) => seen.push(request.uri) === 0;
  await call.hangUp();
  assert.deepEqual(seen, ["sip:moved@127.0.0.1:5070"]);
});

Deno.test("glare: a re-INVITE of the phone that crosses ours is refused by 491", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  answers(bench);
  bench.wire.fate = () => [100];
  const held = call.hold(true);
  const theirs = raw.invite({ body: sdp() });
  await bench.clock.pass(1_000);
  assert.equal((await theirs).status, 491);
  await held;
});

Deno.test("RFC 3261 14.1: our re-INVITE that is refused by 491 is tried again 2.1 to 4 s later", async () => {
  await using bench = openBench();
  const { call } = await answered(bench);
  const came = answers(bench, 491, 491);
  const held = call.hold(true);
  await bench.clock.pass(2_000);
  assert.equal(came.length, 1);
  await bench.clock.pass(8_000);
  await held;
  assert.equal(came.length, 3);
});

Deno.test("holding offers sendonly, resuming sendrecv, with a rising version, and each 200 is acknowledged", async () => {
  await using bench = openBench();
  const { call } = await answered(bench);
  const came = answers(bench);
  await call.hold(true);
  await call.hold(false);
  const directions = came.map((request) => /a=(send\w+)/.exec(textOf(request))?.[1]);
  const versions = came.map((request) => /o=- \d+ (\d+)/.exec(textOf(request))?.[1]);
  assert.deepEqual([directions, versions], [["sendonly", "sendrecv"], ["2", "3"]]);
  assert.deepEqual(bench.wire.story(bench.us.port), ["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"]);
});

Deno.test("RFC 3261 13.2.1: a re-INVITE is answered in a 183 as well as in the 200, and without an answer it is refused", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  let early = true;
  bench.phone.onRequest = (transaction) => {
    const { request } = transaction;
    if (request.method !== "INVITE") return false;
    const headers = [["Contact", "<sip:raw@127.0.0.1:5070>"] as const, SDP_TYPE];
    const body = new TextEncoder().encode(sdp("a=recvonly"));
    if (early) transaction.respond(responseTo(request, 183, { headers, body }));
    transaction.respond(responseTo(request, 200, { headers: headers.slice(0, 1) }));
    return true;
  };
  await call.hold(true);
  early = false;
  await assert.rejects(
    call.hold(false),
    /^RequestRefused: SIP 488 Cannot agree on sound: the answer has no description/,
  );
  assert.equal(call.state, "answered");
  bench.phone.onRequest = undefined;
  assert.match(textOf(await raw.invite({ body: sdp() })), /a=recvonly|a=sendonly/, "the hold holds");
});

Deno.test("a hold that the phone refuses leaves the call as it was", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  answers(bench, 488);
  await assert.rejects(call.hold(true), (error) => error instanceof RequestRefused && error.status === 488);
  bench.phone.onRequest = undefined;
  assert.match(textOf(await raw.invite({ body: sdp() })), /a=sendrecv/);
});

Deno.test("RFC 3261 14.1: a re-INVITE that is answered 481 ends the call", async () => {
  await using bench = openBench();
  const { call } = await answered(bench);
  answers(bench, 481);
  await assert.rejects(call.hold(true), RequestRefused);
  const end = await call.ended;
  assert.deepEqual([end.by, end.status], ["network", 481]);
});

Deno.test("glare: a re-INVITE that meets our BYE is refused by 481, and the call ends", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  bench.wire.fate = ({ message }) => "method" in message && message.method === "BYE" ? [100] : [0];
  const ended = call.hangUp();
  const theirs = raw.invite({ body: sdp() });
  bench.phone.onRequest = (transaction) => {
    transaction.respond(responseTo(transaction.request, 200));
    return true;
  };
  await bench.clock.pass(1_000);
  assert.equal((await theirs).status, 481);
  assert.deepEqual(await ended, { by: "us" });
});

Deno.test("glare: a BYE that meets our re-INVITE is answered, and a 2xx to that is still acknowledged", async () => {
  await using bench = openBench();
  const { us, phone, wire } = bench;
  const { call, raw } = await answered(bench);
  const came = Promise.withResolvers<ServerTransaction>();
  phone.onRequest = (transaction) => {
    came.resolve(transaction);
    return true;
  };
  const held = assert.rejects(call.hold(true));
  const invite = await came.promise;
  assert.equal((await raw.request("BYE")).status, 200);
  assert.deepEqual(await call.ended, { by: "phone" });
  invite.respond(responseTo(invite.request, 200, { headers: [["Contact", "<sip:raw@127.0.0.1:5070>"], SDP_TYPE] }));
  await held;
  assert.equal(wire.story(us.port).filter((method) => method === "ACK").length, 2);
});

Deno.test("RFC 3261 12.2.2: a request whose CSeq does not rise is refused by 500, one of no dialog by 481", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const { phone, us } = bench;
  const [old, fresh] = [raw.make("OPTIONS"), raw.make("OPTIONS")];
  const send = (request: SipRequest) => phone.endpoint.request(request, { to: peerOf(us) });
  assert.equal((await send(fresh)).status, 200);
  assert.equal((await send(old)).status, 500);
  const lost = raw.make("OPTIONS");
  lost.headers.set("To", "<sip:5060@phones.test>;tag=nobody");
  assert.equal((await send(lost)).status, 481);
  await call.hangUp();
  assert.equal((await raw.request("OPTIONS")).status, 481);
});

for (
  const [method, status, header] of [
    ["PRACK", 481],
    ["NOTIFY", 481],
    ["REFER", 405, "Allow"],
    ["MESSAGE", 405, "Allow"],
    ["FOO", 501, "Allow"],
    ["OPTIONS", 200, "Accept"],
    ["INFO", 200],
    ["UPDATE", 200, "Contact"],
  ] as const
) {
  Deno.test(`${method} inside of a call is answered ${status}`, async () => {
    await using bench = openBench();
    const { raw } = await answered(bench);
    const response = await raw.request(method);
    assert.equal(response.status, status);
    if (header) assert.ok(response.headers.has(header));
  });
}

Deno.test("RFC 3261 8.2.2.3: what requires an extension that we do not know is refused by 420, which names it", async () => {
  await using bench = openBench();
  const { raw } = await answered(bench);
  const response = await raw.request("UPDATE", { headers: [["Require", "timer, 100rel"]] });
  assert.deepEqual([response.status, response.headers.get("Unsupported")], [420, "100rel"]);
});

Deno.test("RFC 3261 8.2.3: an encoded body is refused by 415 in every request inside of a call, unless it may be passed over", async () => {
  await using bench = openBench();
  const { raw } = await answered(bench);
  const encoded = [["Content-Type", "text/plain"], ["Content-Encoding", "gzip"]] as const;
  for (const method of ["OPTIONS", "UPDATE", "INFO", "BYE"]) {
    const response = await raw.request(method, { headers: encoded, body: "packed" });
    assert.deepEqual([response.status, response.headers.get("Accept-Encoding")], [415, "identity"], method);
  }
  const passedOver = [...encoded, ["Content-Disposition", "render;handling=optional"]] as const;
  assert.equal((await raw.request("BYE", { headers: passedOver, body: "packed" })).status, 200);
});

Deno.test("INFO tells digits once each, and what is no digit is refused with what would be right", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const digits: string[] = [];
  call.onDigit = (digit) => digits.push(digit);
  for (const digit of ["1", "#", "D"]) {
    await raw.request("INFO", { headers: [RELAY], body: `Signal=${digit}\r\nDuration=100\r\n` });
  }
  await raw.request("INFO", { headers: [["Content-Type", "application/dtmf"]], body: "*" });
  assert.deepEqual(digits, ["1", "#", "D", "*"]);
  assert.equal((await raw.request("INFO", { headers: [RELAY], body: "Signal=x" })).status, 400);
  const other = await raw.request("INFO", { headers: [["Content-Type", "text/plain"]], body: "1" });
  assert.deepEqual([other.status, other.headers.get("Accept")], [
    415,
    "application/dtmf-relay, application/dtmf, multipart/alternative, multipart/mixed",
  ]);
  assert.equal((await raw.request("INFO", { headers: [["Info-Package", "foo"]], body: "1" })).status, 469);
});

Deno.test("digits go by INFO, one after the other, to a phone that knows no telephone-event", async () => {
  await using bench = openBench();
  const { call } = await answered(bench);
  const bodies: string[] = [];
  bench.phone.onRequest = (transaction) => {
    bodies.push(textOf(transaction.request));
    transaction.respond(responseTo(transaction.request, bodies.length < 3 ? 200 : 415));
    return true;
  };
  await call.sendDigits("1*", never);
  assert.deepEqual(bodies, ["Signal=1\r\nDuration=100\r\n", "Signal=*\r\nDuration=100\r\n"]);
  await assert.rejects(call.sendDigits("2", never), (error) => error instanceof RequestRefused && error.status === 415);
  await assert.rejects(call.sendDigits("12x", never), /1 to 32 of 0-9, \*, # and A-D are wanted/);
  bench.phone.onRequest = undefined;
});

Deno.test("digits go by RFC 4733 between two of us, both ways, in their order", async () => {
  await using bench = openBench();
  const { us, phone, clock } = bench;
  const call = us.agent.call(ring(us, phone));
  await call.answered;
  const [theirs] = phone.taken;
  await theirs?.answered;
  const heard = { us: "", phone: "" };
  const whole = Promise.withResolvers<void>();
  const check = () => heard.us.length + heard.phone.length === 8 && whole.resolve();
  call.onDigit = (digit) => (heard.us += digit, check());
  if (theirs) theirs.onDigit = (digit) => (heard.phone += digit, check());
  const sent = Promise.all([
    call.sendDigits("12", never),
    call.sendDigits("#*", never),
    theirs?.sendDigits("9AD0", never),
  ]);
  await clock.pass(2_000);
  await sent;
  await whole.promise;
  assert.deepEqual(heard, { us: "9AD0", phone: "12#*" });
});

Deno.test("RFC 3261 14.2: a re-INVITE whose 200 is never acknowledged ends the call by BYE", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  await raw.invite({ body: sdp(), ack: false });
  await bench.clock.pass(40_000);
  const end = await call.ended;
  assert.deepEqual([end.by, end.status], ["network", 408]);
});

for (const ack of ["the phone's own offer", "an offer of ours"]) {
  Deno.test(`RFC 3261 15.1.2: after the phone's BYE the 200 to its re-INVITE is not repeated, though no ACK came for ${ack}`, async () => {
    await using bench = openBench();
    const { call, raw } = await answered(bench);
    await raw.invite({ ...(ack === "an offer of ours" ? {} : { body: sdp() }), ack: false });
    await raw.request("BYE");
    assert.deepEqual(await call.ended, { by: "phone" });
    const said = bench.wire.story(bench.us.port);
    await bench.clock.pass(40_000);
    assert.deepEqual(bench.wire.story(bench.us.port), said);
    assert.deepEqual(bench.us.logged, []);
  });
}

Deno.test("RFC 3261 15.1.2: after the phone's BYE our re-INVITE is not sent again, and its late answer is acknowledged", async () => {
  await using bench = openBench();
  const { call, raw } = await answered(bench);
  const came = Promise.withResolvers<ServerTransaction>();
  bench.phone.onRequest = (transaction) => {
    if (transaction.request.method === "INVITE") came.resolve(transaction);
    return true;
  };
  const held = call.hold(true).catch((error) => error);
  const invite = await came.promise;
  await raw.request("BYE");
  const said = bench.wire.story(bench.us.port);
  await bench.clock.pass(10_000);
  assert.deepEqual(bench.wire.story(bench.us.port), said);
  invite.respond(responseTo(invite.request, 487));
  await bench.clock.pass(10_000);
  assert.deepEqual(bench.wire.story(bench.us.port), [...said, "ACK"]);
  assert.match(String(await held), /SIP 487/);
});

Deno.test("requests inside of the call are sent in its dialog, with a Contact where one is wanted", async () => {
  await using bench = openBench();
  const { call } = await answered(bench);
  const came: SipRequest[] = [];
  bench.phone.onRequest = (transaction) => {
    came.push(transaction.request);
    transaction.respond(responseTo(transaction.request, 202));
    return true;
  };
  assert.equal((await call.request("NOTIFY", { headers: [["Event", "talk"]] })).status, 202);
  await call.request("INFO", { headers: [["Content-Type", "text/plain"]], body: new TextEncoder().encode("x") });
  assert.deepEqual(came.map(({ headers }) => headers.get("Contact")), ["<sip:5060@127.0.0.1:5060>", undefined]);
  assert.deepEqual(came.map(textOf), ["", "x"]);
  assert.equal(came[0]?.headers.get("Event"), "talk");
});

Deno.test("whatever a phone says inside of a call is answered, and the call goes on", async () => {
  await using bench = openBench();
  const { raw, call } = await answered(bench);
  const header = fc.tuple(
    fc.constantFrom(
      "Content-Type",
      "Contact",
      "Require",
      "Session-Expires",
      "Supported",
      "Event",
      "Info-Package",
      "Min-SE",
      "X-Any",
    ),
    fc.oneof(
      fc.constantFrom(
        "application/sdp",
        "application/dtmf",
        "timer",
        "<sip:x@127.0.0.1:5070>",
        "*",
        "100;refresher=uas",
      ),
      fc.string().map((text) => text.replaceAll(/[\r\n\0]/g, "")),
    ),
  );
  const request = fc.record({
    method: fc.constantFrom(
      "INVITE",
      "UPDATE",
      "INFO",
      "OPTIONS",
      "NOTIFY",
      "PRACK",
      "MESSAGE",
      "SUBSCRIBE",
      "REFER",
      "FOO",
    ),
    headers: fc.uniqueArray(header, { maxLength: 4, selector: ([name]) => name }),
    body: fc.oneof(fc.string(), fc.string().map((text) => sdp(text)), fc.constant(sdp())),
  });
  await fc.assert(fc.asyncProperty(request, async ({ method, ...extra }) => {
    const response = method === "INVITE"
      ? await raw.invite({ ...extra, ack: sdp() })
      : await raw.request(method, extra);
    assert.ok(response.status >= 200 && response.status < 500 || response.status === 501, `${response.status}`);
    assert.equal(call.state, "answered");
  }));
  const told = bench.us.logged.filter((line) => !line.includes(" has sent a Contact that cannot be taken"));
  assert.deepEqual(told, []);
});
