/**
 * RFC 4475 3.1.2: messages that are wrong. They are our own, with the faults that the sections describe; where a
 * section lets an element choose between refusing and guessing, the test says what we choose.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { parseAddress, parseSeconds } from "../../../../plugins/sip/lib/message/mod.ts";
import { type Ingredients, message, refusal, refusalOf, request } from "./support.ts";

const refused = { status: 400, answerable: true };

function refuses(ingredients: Ingredients): void {
  deepEqual(refusal(message(ingredients)), refused);
}

Deno.test("RFC 4475 3.1.2.1 extraneous header field separators: those of a list are refused, semicolons passed over, as phones send them", () => {
  refuses({ start: "INVITE sip:user@phones.test SIP/2.0", via: "SIP/2.0/UDP 192.0.2.15;;,;,," });
  deepEqual(parseAddress('"Joe" <sip:joe@phones.test>;;;;').params, []);
});

Deno.test("RFC 4475 3.1.2.2 Content-Length larger than the message", () => {
  refuses({ more: ["Content-Length: 9999"], body: "v=0\n" });
});

Deno.test("RFC 4475 3.1.2.3 a negative Content-Length", () => {
  refuses({ more: ["Content-Length: -999"], body: "v=0\n" });
});

Deno.test("RFC 4475 3.1.2.4 request scalar fields with overlarge values", () => {
  refuses({ start: "REGISTER sip:phones.test SIP/2.0", cseq: "36893488147419103232 REGISTER" });
  refuses({ start: "REGISTER sip:phones.test SIP/2.0", maxForwards: 300 });
  equal(refusalOf(() => parseSeconds(`1${"0".repeat(99)}`, "Expires")).status, 400);
  equal(refusalOf(() => parseSeconds("280297596632815", "expires")).status, 400);
});

Deno.test("RFC 4475 3.1.2.5 response scalar fields with overlarge values: dropped", () => {
  const start = "SIP/2.0 503 Service Unavailable";
  deepEqual(refusal(message({ start, cseq: "9292394834772304023312 OPTIONS" })), { status: 400, answerable: false });
});

Deno.test("RFC 4475 3.1.2.6 an unterminated quoted string in a display name", () => {
  refuses({ to: '"Mr. J. User <sip:j.user@phones.test>' });
});

Deno.test("RFC 4475 3.1.2.7 <> around the Request-URI", () => {
  refuses({ start: "INVITE <sip:user@phones.test> SIP/2.0" });
});

Deno.test("RFC 4475 3.1.2.8 a Request-URI with blanks inside", () => {
  refuses({ start: "INVITE sip:user@phones.test; lr SIP/2.0", cseq: "1 INVITE" });
});

Deno.test("RFC 4475 3.1.2.9 several blanks between the elements of the request line: not guessed at", () => {
  refuses({ start: "INVITE  sip:user@phones.test  SIP/2.0" });
});

Deno.test("RFC 4475 3.1.2.10 blanks at the end of the request line: not guessed at", () => {
  refuses({ start: "OPTIONS sip:remote-target@phones.test SIP/2.0  " });
});

Deno.test("RFC 4475 3.1.2.11 escaped headers in a Request-URI", () => {
  refuses({ start: "INVITE sip:user@phones.test?Route=%3Csip:phones.test%3E SIP/2.0" });
});

Deno.test("RFC 4475 3.1.2.12 an invalid time zone in Date: nothing here depends on it, so the request is read", () => {
  const more = ["Date: Fri, 01 Jan 2010 16:00:00 EST"];
  equal(request(message({ start: "INVITE sip:user@phones.test SIP/2.0", more })).method, "INVITE");
});

Deno.test("RFC 4475 3.1.2.13 failure to enclose a URI with a question mark in <>", () => {
  equal(refusalOf(() => parseAddress("sip:user@phones.test?Route=%3Csip:sip.phones.test%3E")).status, 400);
});

Deno.test("RFC 4475 3.1.2.14 blanks within the URI between < and >: not guessed at", () => {
  refuses({ to: '"Watson, Thomas" < sip:t.watson@phones.test >' });
});

Deno.test("RFC 4475 3.1.2.15 characters that are not of a token in a display name without quotes", () => {
  refuses({ from: "Bell, Alexander <sip:a.g.bell@phones.test>;tag=43" });
});

Deno.test("RFC 4475 3.1.2.16 an unknown protocol version", () => {
  deepEqual(refusal(message({ start: "OPTIONS sip:t.watson@phones.test SIP/7.0" })), { status: 505, answerable: true });
});

Deno.test("RFC 4475 3.1.2.17 the method of the start line is not that of CSeq", () => {
  refuses({ cseq: "8 INVITE" });
});

Deno.test("RFC 4475 3.1.2.18 an unknown method that is not that of CSeq", () => {
  refuses({ start: "NEWMETHOD sip:user@phones.test SIP/2.0", cseq: "8 INVITE" });
});

Deno.test("RFC 4475 3.1.2.19 an overlarge response code: dropped", () => {
  const start = "SIP/2.0 4294967301 better not break the receiver";
  deepEqual(refusal(message({ start })), { status: 400, answerable: false });
});
