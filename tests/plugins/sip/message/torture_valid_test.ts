/**
 * RFC 4475 3.1.1: messages that look wrong and are right. They are our own, with the peculiarities that the sections
 * describe.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  hasUriParam,
  paramOf,
  parseAddress,
  parseUri,
  parseVia,
  plainUser,
  uriParamOf,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { bytesOf, joined, message, request, response } from "./support.ts";

Deno.test("RFC 4475 3.1.1.1 a short tortuous INVITE", () => {
  const read = request(bytesOf(String.raw`INVITE sip:1001@phones.test;strange SIP/2.0
TO :
 sip:1001@phones.test ;   tag    = t1
from   : "A B \\\""       <sip:ann@phones.test>
  ;
  tag = f1
MaX-fOrWaRdS: 0068
i: tortuous@192.0.2.1
Content-Length   : 3
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390x
s :
BrandNewHeader:   one
 two
NobodyKnowsMe: ;;,,;;,;
Route:
 <sip:proxy.test;lr;with=value;without>
v:  SIP  / 2.0  / TCP     spindle.test   ;
  branch  =   z9hG4bK9  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30
m:"Quoted \"\"" <sip:ann@phones.test> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

abc`));
  deepEqual(read.headers.all("Via").map(parseVia).map(({ transport, host, params }) => [transport, host, ...params]), [
    ["UDP", "192.0.2.2", { name: "branch", value: "390x" }],
    ["TCP", "spindle.test", { name: "branch", value: "z9hG4bK9" }],
    ["UDP", "192.168.255.111", { name: "branch", value: "z9hG4bK30" }],
  ]);
  const { name, params } = parseAddress(read.headers.get("From") ?? "");
  deepEqual([name, ...params], ['A B \\"', { name: "tag", value: "f1" }]);
  const contact = parseAddress(read.headers.all("Contact")[0] ?? "");
  deepEqual([contact.name, ...contact.params], [
    'Quoted ""',
    { name: "newparam", value: "newvalue" },
    { name: "secondparam" },
    { name: "q", value: "0.33" },
  ]);
  equal(read.headers.get("Subject"), "");
  equal(read.headers.get("BrandNewHeader"), "one two");
  equal(read.headers.get("NobodyKnowsMe"), ";;,,;;,;");
  equal(read.body.length, 3);
});

Deno.test("RFC 4475 3.1.1.2 a wide range of valid characters", () => {
  const method = "!odd-Method09_*+`.%indeed'~";
  const uri = "sip:1_odd.URI~(to-be!sure)&isn't+it$/mad?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@phones.test";
  const read = request(message({
    start: `${method} ${uri} SIP/2.0`,
    via: "SIP/2.0/TCP host1.test;branch=z9hG4bK-.!%66*_+`'~",
    to: '"BEL:\\\u{7} NUL:\\\0 DEL:\\\u{7f}" <sip:1_odd.URI~(to-be!sure)&isn\'t+it$/mad?,/;;*@phones.test>',
    from:
      "token1~` token2'+_ token3*%!.- <sip:plain@phones.test>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
    callId: "word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
    more: ["extension-!.%*+_`'~:\u{feff}大停電"],
  }));
  deepEqual([read.method, read.uri], [method, uri]);
  deepEqual([parseUri(uri).user, parseUri(uri).password], [
    "1_odd.URI~(to-be!sure)&isn't+it$/mad?,/;;*",
    "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
  ]);
  equal(parseAddress(read.headers.get("To") ?? "").name, "BEL:\u{7} NUL:\0 DEL:\u{7f}");
  const from = parseAddress(read.headers.get("From") ?? "");
  equal(from.name, "token1~` token2'+_ token3*%!.-");
  deepEqual(["fromparam''~+*_!.-%", "tag"].map((name) => paramOf(from.params, name)), [
    "работающий",
    "_token~1'+`*%!-.",
  ]);
  equal(read.headers.get("extension-!.%*+_`'~"), "\u{feff}大停電");
});

Deno.test("RFC 4475 3.1.1.3 valid use of the % escaping mechanism", () => {
  const read = request(message({
    start: "INVITE sip:sips%3Auser%40phones.test@other.test SIP/2.0",
    to: "sip:%75se%72@phones.test",
    from: "<sip:I%20have%20spaces@other.test>;tag=938",
    more: ["Contact:\n  <sip:cal%6Cer@host5.test;%6C%72;n%61me=v%61lue%25%34%31>"],
  }));
  equal(plainUser(parseUri(read.uri)), "sips:user@phones.test");
  equal(plainUser(parseAddress(read.headers.get("To") ?? "").uri), "user");
  equal(plainUser(parseAddress(read.headers.get("From") ?? "").uri), "I have spaces");
  const contact = parseAddress(read.headers.get("Contact") ?? "").uri;
  deepEqual([hasUriParam(contact, "lr"), uriParamOf(contact, "name")], [true, "value%41"]);
});

Deno.test("RFC 4475 3.1.1.4 escaped nulls in URIs", () => {
  const read = request(message({ start: "REGISTER sip:phones.test SIP/2.0", to: "sip:null-%00-null@phones.test" }));
  equal(plainUser(parseAddress(read.headers.get("To") ?? "").uri), "null-\0-null");
  equal(plainUser(parseUri("sip:%00@host5.test")), "\0");
});

Deno.test("RFC 4475 3.1.1.5 use of % when it is not an escape", () => {
  const read = request(message({
    start: "RE%47IST%45R sip:registrar.test SIP/2.0",
    to: '"%Z%45" <sip:resource@phones.test>',
    more: ["Contact: <sip:alias1@host1.test>", "C%6Fntact: <sip:alias2@host2.test>"],
  }));
  equal(read.method, "RE%47IST%45R");
  equal(parseAddress(read.headers.get("To") ?? "").name, "%Z%45");
  equal(read.headers.all("Contact").length, 1);
  equal(read.headers.get("C%6Fntact"), "<sip:alias2@host2.test>");
});

Deno.test("RFC 4475 3.1.1.6 a message with no blank between display name and <", () => {
  const read = request(message({ from: "caller<sip:caller@phones.test>;tag=323" }));
  equal(parseAddress(read.headers.get("From") ?? "").name, "caller");
});

Deno.test("RFC 4475 3.1.1.7 long values in header fields", () => {
  const long = "long".repeat(200);
  const hops = Array.from({ length: 33 }, (_, hop) => `v: SIP/2.0/TCP sip${hop}.test;branch=z9hG4bK${hop}`);
  const read = request(message({
    start: `INVITE sip:user@phones.test;param=${long} SIP/2.0`,
    to: `"I have ${long}" <sip:${long}@phones.test:6000;unknown=${long};${long}=x>`,
    from: `sip:${"a".repeat(250)}@phones.test;tag=12982${long}424`,
    callId: `word.${long}@really.${long}`,
    more: [`${"Unknown".repeat(60)}: ${long}`, `Contact: <sip:${long}@host5.test>`, ...hops],
  }));
  equal(read.headers.all("Via").length, 34);
  equal(parseAddress(read.headers.get("To") ?? "").uri.port, 6000);
});

Deno.test("RFC 4475 3.1.1.8 extra trailing octets in a UDP datagram", () => {
  const first = message({ start: "REGISTER sip:phones.test SIP/2.0", more: ["l: 0"] });
  const read = request(joined(first, message({ start: "INVITE sip:joe@phones.test SIP/2.0" })));
  deepEqual([read.method, read.body.length], ["REGISTER", 0]);
});

Deno.test("RFC 4475 3.1.1.9 semicolon-separated parameters in the user part", () => {
  const read = request(message({ start: "OPTIONS sip:user;par=u%40other.test@phones.test SIP/2.0" }));
  const uri = parseUri(read.uri);
  deepEqual([plainUser(uri), uri.host, uri.params], ["user;par=u@other.test", "phones.test", []]);
});

Deno.test("RFC 4475 3.1.1.10 varied and unknown transport types", () => {
  const transports = ["SCTP", "TLS", "UNKNOWN", "TCP"];
  const more = transports.map((name, at) => `Via: SIP/2.0/${name} t${at}.test;branch=z9hG4bK${at}`);
  const read = request(message({ more }));
  deepEqual(read.headers.all("Via").map((via) => parseVia(via).transport), ["UDP", ...transports]);
});

Deno.test("RFC 4475 3.1.1.11 a multipart MIME message", () => {
  const part = Uint8Array.from({ length: 64 }, (_, at) => 255 - at * 4);
  const body = joined(
    bytesOf("--7a9cbec02ceef655\nContent-Type: text/plain\n\nHello\n--7a9cbec02ceef655\n\n"),
    part,
    bytesOf("\n--7a9cbec02ceef655--\n"),
  );
  const more = ["Content-Type: multipart/mixed;boundary=7a9cbec02ceef655", `Content-Length: ${body.length}`];
  deepEqual(request(joined(message({ start: "MESSAGE sip:k@phones.test SIP/2.0", more }), body)).body, body);
});

Deno.test("RFC 4475 3.1.1.12 an unusual reason phrase", () => {
  const reason = "= 2**3 * 5**2 но сто девяносто девять - простое";
  equal(response(message({ start: `SIP/2.0 200 ${reason}` })).reason, reason);
});

Deno.test("RFC 4475 3.1.1.13 an empty reason phrase", () => {
  deepEqual(response(message({ start: "SIP/2.0 100 " })).reason, "");
});
