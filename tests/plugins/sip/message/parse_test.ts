import { deepEqual, equal, ok } from "node:assert/strict";
import { MESSAGE_BOUNDS, parseMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, joined, message, refusal, refusalOf, request, response } from "./support.ts";

Deno.test("a REGISTER as baresip writes it is read", () => {
  const read = request(bytesOf(`REGISTER sip:phones.test SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKf3a;rport
Contact: <sip:1001-0x55d0@127.0.0.1:5070>;expires=300;+sip.instance="<urn:uuid:7d3c>"
Max-Forwards: 70
To: <sip:1001@phones.test>
From: <sip:1001@phones.test>;tag=9b1c
Call-ID: 3f5a77
CSeq: 35112 REGISTER
User-Agent: baresip v1.0.0 (x86_64/linux)
Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,NOTIFY,INFO,MESSAGE
Supported: gruu
Content-Length: 0

`));
  deepEqual([read.method, read.uri, read.body.length], ["REGISTER", "sip:phones.test", 0]);
  equal(read.headers.all("Allow").length, 8);
});

Deno.test("a 200 as linphone writes it is read with its body", () => {
  const read = response(message({
    start: "SIP/2.0 200 Ok",
    more: ["User-agent: Linphone-Daemon/5.0 (belle-sip/5)", "Content-Type: application/sdp", "Content-Length: 5"],
    body: "v=0\n",
  }));
  deepEqual([read.status, read.reason, new TextDecoder().decode(read.body)], [200, "Ok", "v=0\r\n"]);
});

Deno.test("a binary body is kept byte by byte", () => {
  const body = Uint8Array.from({ length: 256 }, (_, at) => at);
  const read = request(joined(message({ more: ["Content-Length: 256"] }), body));
  deepEqual(read.body, body);
});

Deno.test("RFC 3261 18.3: in a datagram, what is after Content-Length is dropped, and without one the body goes to the end", () => {
  equal(request(message({ more: ["Content-Length: 2"], body: "abc" })).body.length, 2);
  equal(request(message({ body: "abc" })).body.length, 3);
  deepEqual(refusal(message({ more: ["l: 4"], body: "abc" })), { status: 400, answerable: true });
});

Deno.test("RFC 3261 7.5: line breaks before a message are passed over", () => {
  equal(request(joined(bytesOf("\n\n"), message())).method, "OPTIONS");
});

Deno.test("the body is the message's own, not a view of what was received", () => {
  const bytes = message({ body: "abc" });
  const { body } = request(bytes);
  bytes.fill(0);
  equal(new TextDecoder().decode(body), "abc");
});

Deno.test("only CRLF ends a line: CR or LF alone is refused, as an element that takes them would read other headers", () => {
  for (const value of ["a\rEvil: 1", "a\nEvil: 1", "a\r"]) {
    const bytes = new TextEncoder().encode(new TextDecoder().decode(message()).replace("call-1", `c${value}`));
    equal(refusalOf(() => parseMessage(bytes)).status, 400, JSON.stringify(value));
  }
});

Deno.test("a start line is not folded, and nothing goes on before the first header", () => {
  equal(refusal(message({ start: "OPTIONS sip:a@b\n SIP/2.0" })).status, 400);
  equal(refusal(message({ start: "OPTIONS sip:a@b SIP/2.0\n x" })).status, 400);
  equal(refusal(message({ start: " OPTIONS sip:a@b SIP/2.0" })).status, 400);
});

Deno.test("headers that are not UTF-8 are refused, and the refusal can be answered", () => {
  const bytes = joined(message().slice(0, -2), bytesOf("Subject: "), Uint8Array.of(0xe4), bytesOf("\n\n"));
  deepEqual(refusal(bytes), { status: 400, answerable: true });
});

Deno.test("a byte order mark and other space of Unicode belong to the value", () => {
  const read = request(message({ more: ["Subject: \u{feff}a\u{a0}"] }));
  equal(read.headers.get("Subject"), "\u{feff}a\u{a0}");
});

Deno.test("what is longer than the limits is refused with 513, which can be answered", () => {
  const bounds = { mostBytes: 1_000, mostHeaders: 10, mostLine: 100 };
  const fits = message({ more: ["A: 1", "B: 2", "C: 3", `Subject: ${"x".repeat(91)}`] });
  equal(parseMessage(fits, bounds).headers.size, 10);
  const tooMuch = [
    message({ more: ["A: 1", "B: 2", "C: 3", "D: 4", "E: 5"] }),
    message({ more: [`Subject: ${"x".repeat(92)}`] }),
    message({ more: [`Subject: ${"x".repeat(50)}\n ${"y".repeat(50)}`] }),
    message({ start: `OPTIONS sip:${"u".repeat(90)}@phones.test SIP/2.0` }),
    message({ body: "x".repeat(1_000) }),
  ];
  for (const bytes of tooMuch) {
    const refused = refusalOf(() => parseMessage(bytes, bounds));
    deepEqual([refused.status, refused.request?.method], [513, "OPTIONS"]);
  }
  equal(refusal(message({ body: "x".repeat(MESSAGE_BOUNDS.mostBytes) })).status, 513);
});

Deno.test("a refusal carries the request with the headers that an answer repeats, and no others", () => {
  const { request } = refusalOf(() => parseMessage(message({ cseq: "1 INVITE", more: ["Subject: x"], body: "y" })));
  deepEqual(request && [...request.headers], [
    ["Via", "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK77"],
    ["From", "<sip:1001@phones.test>;tag=f1"],
    ["To", "<sip:1001@phones.test>"],
    ["Call-ID", "call-1@192.0.2.7"],
    ["CSeq", "1 INVITE"],
  ]);
});

Deno.test("RFC 3261 17.1.1.3: neither an ACK nor a response nor what has no Via is ever answered", () => {
  const unanswerable = [
    message({ start: "ACK sip:a@b SIP/2.0", cseq: "1 INVITE" }),
    message({ start: "SIP/2.0 200 OK", cseq: "x" }),
    message({ via: "" }),
    message({ callId: "" }),
    bytesOf("OPTIONS sip:a@b SIP/2.0\n\n"),
    bytesOf("\n\n"),
    new Uint8Array(),
    new Uint8Array(2_000),
    new Uint8Array(2_000).fill(0xff),
  ];
  for (const bytes of unanswerable) deepEqual(refusal(bytes), { status: 400, answerable: false });
});

Deno.test("RFC 3261 8.1.1: each header that a message must have is missed", () => {
  for (const name of ["Via", "From", "To", "Call-ID", "CSeq"]) {
    const text = new TextDecoder().decode(message());
    const bytes = new TextEncoder().encode(text.replace(new RegExp(`${name}:.*\r\n`), ""));
    equal(refusalOf(() => parseMessage(bytes)).reason, `${name} is missing`);
  }
});

Deno.test("RFC 5118: IPv6 in a Request-URI needs its brackets, and a port outside of them", () => {
  equal(request(message({ start: "OPTIONS sip:[2001:db8::10]:5070 SIP/2.0" })).uri, "sip:[2001:db8::10]:5070");
  deepEqual(refusal(message({ start: "OPTIONS sip:2001:db8::10 SIP/2.0" })), { status: 400, answerable: true });
  ok(request(message({ via: "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111" })));
});
