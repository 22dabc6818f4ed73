/**
 * RFC 4475 3.2 to 3.4: messages whose syntax is in order. Tested is what reading decides; the answers to the others are
 * those of the layers above.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  paramOf,
  parseAddress,
  parseAnyAddress,
  parseSeconds,
  parseVia,
  tagOf,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, joined, message, refusal, refusalOf, request, response } from "./support.ts";

const INVITE = "INVITE sip:user@phones.test SIP/2.0";
const REGISTER = "REGISTER sip:phones.test SIP/2.0";

Deno.test("RFC 4475 3.2.1 a missing transaction identifier: a branch of the cookie only is read as it is", () => {
  const read = request(message({ via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" }));
  equal(paramOf(parseVia(read.headers.get("Via") ?? "").params, "branch"), "z9hG4bK");
});

Deno.test("RFC 4475 3.3.1 missing required header fields: 400 cannot be answered without a Call-ID, From and To", () => {
  deepEqual(
    refusal(bytesOf("INVITE sip:user@phones.test SIP/2.0\nCSeq: 193942 INVITE\nVia: SIP/2.0/UDP 192.0.2.95\n\n")),
    {
      status: 400,
      answerable: false,
    },
  );
});

Deno.test("RFC 4475 3.3.2 a Request-URI with an unknown scheme: 416", () => {
  const start = "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0";
  deepEqual(refusal(message({ start })), { status: 416, answerable: true });
});

Deno.test("RFC 4475 3.3.3 a Request-URI with a known but atypical scheme: 416", () => {
  deepEqual(refusal(message({ start: "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0" })), {
    status: 416,
    answerable: true,
  });
});

Deno.test("RFC 4475 3.3.4 unknown URI schemes in header fields: read, for who needs a SIP URI to refuse", () => {
  const read = request(message({
    start: REGISTER,
    to: "isbn:2983792873",
    from: "<http://www.phones.test>;tag=3234233",
    more: ["Contact: <name:John_Smith>"],
  }));
  equal(parseAnyAddress(read.headers.get("To") ?? "").uri, "isbn:2983792873");
  equal(tagOf(read.headers.get("From") ?? ""), "3234233");
  equal(refusalOf(() => parseAddress(read.headers.get("Contact") ?? "")).status, 400);
});

Deno.test("RFC 4475 3.3.5 Proxy-Require and Require: every value is told apart", () => {
  const more = ["Require: nothingSupportsThis, nothingSupportsThisEither", "Proxy-Require: noProxiesSupportThis"];
  const { headers } = request(message({ more }));
  deepEqual(headers.all("Require"), ["nothingSupportsThis", "nothingSupportsThisEither"]);
});

Deno.test("RFC 4475 3.3.6 an unknown Content-Type: read", () => {
  const read = request(message({ start: INVITE, more: ["Content-Type: application/unknownformat"], body: "<audio/>" }));
  equal(read.headers.get("c"), "application/unknownformat");
});

Deno.test("RFC 4475 3.3.7 an unknown authorization scheme: read, and never split", () => {
  const value = "NoOneKnowsThisScheme opaque-data=here, more=there";
  const { headers } = request(message({ start: REGISTER, more: [`Authorization: ${value}`] }));
  deepEqual(headers.all("Authorization"), [value]);
});

Deno.test("RFC 4475 3.3.8 multiple values in single value required fields: 400 for each", () => {
  const lines = [
    "From: sip:other@phones.test;tag=3",
    "To: sip:c@phones.test",
    "i: other",
    "CSeq: 5 OPTIONS",
    "Max-Forwards: 5",
  ];
  for (const line of lines) deepEqual(refusal(message({ more: [line] })), { status: 400, answerable: true }, line);
});

Deno.test("RFC 4475 3.3.9 multiple Content-Length values: 400", () => {
  const more = ["Content-Length: 13", "Content-Length: 5"];
  deepEqual(refusal(message({ more, body: "There's no way" })), { status: 400, answerable: true });
});

Deno.test("RFC 4475 3.3.10 a 200 with a broadcast Via: read, for nothing is ever sent to where a response's Via points", () => {
  const more = ["Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23"];
  equal(response(message({ start: "SIP/2.0 200 OK", more })).headers.all("Via").length, 2);
});

Deno.test("RFC 4475 3.3.11 a Max-Forwards of zero: read", () => {
  equal(request(message({ maxForwards: 0 })).headers.get("Max-Forwards"), "0");
});

Deno.test("RFC 4475 3.3.12 a REGISTER with a Contact header parameter: the parameter is the header's", () => {
  const { headers } = request(message({ start: REGISTER, more: ["Contact: sip:+19725552222@gw1.test;unknownparam"] }));
  const contact = parseAddress(headers.get("Contact") ?? "");
  deepEqual([contact.params, contact.uri.params], [[{ name: "unknownparam" }], []]);
});

Deno.test("RFC 4475 3.3.13 a REGISTER with a URI parameter: the parameter is the URI's", () => {
  const { headers } = request(
    message({ start: REGISTER, more: ["Contact: <sip:+19725552222@gw1.test;unknownparam>"] }),
  );
  const contact = parseAddress(headers.get("Contact") ?? "");
  deepEqual([contact.params, contact.uri.params], [[], [{ name: "unknownparam" }]]);
});

Deno.test("RFC 4475 3.3.14 a REGISTER with an escaped header in its Contact: kept as it is written", () => {
  const more = ["Contact: <sip:user@phones.test?Route=%3Csip:sip.phones.test%3E>;expires=60"];
  const contact = parseAddress(request(message({ start: REGISTER, more })).headers.get("Contact") ?? "");
  equal(contact.uri.headers, "Route=%3Csip:sip.phones.test%3E");
  equal(parseSeconds(paramOf(contact.params, "expires") ?? "", "expires"), 60);
});

Deno.test("RFC 4475 3.3.15 an unacceptable Accept offering: every value is told apart", () => {
  const { headers } = request(message({ start: INVITE, more: ["Accept: text/nobodyKnowsThis, text/plain;q=0.1"] }));
  deepEqual(headers.all("Accept"), ["text/nobodyKnowsThis", "text/plain;q=0.1"]);
});

Deno.test("RFC 4475 3.4.1 an INVITE with the syntax of RFC 2543: no branch, no tag, no Max-Forwards", () => {
  const head = bytesOf(`INVITE sip:UserB@phones.test SIP/2.0
Via: SIP/2.0/UDP iftgw.phones.test
From: <sip:+13035551111@ift.phones.test:5060;user=phone>
Record-Route: <sip:UserB@phones.test;maddr=ss1.phones.test>
To: sip:+16505552222@ss1.phones.test;user=phone
Call-ID: inv2543.1717@ift.client.phones.test
CSeq: 56 INVITE
Content-Type: application/sdp

`);
  const read = request(joined(head, bytesOf("v=0\n")));
  deepEqual([read.headers.has("Max-Forwards"), tagOf(read.headers.get("From") ?? ""), read.body.length], [
    false,
    undefined,
    5,
  ]);
});
