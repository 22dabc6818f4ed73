import { deepEqual, equal, throws } from "node:assert/strict";
import { parseUri, sameUri, writeUri } from "../../../../plugins/sip/lib/message/mod.ts";
import { refusalOf } from "./support.ts";

Deno.test("RFC 3261 19.1.1: every part of a URI is told apart", () => {
  deepEqual(parseUri("sips:alice:secret@atlanta.test:5061;transport=TCP;lr?subject=a%20b&to=x"), {
    scheme: "sips",
    user: "alice",
    password: "secret",
    host: "atlanta.test",
    port: 5061,
    params: new Map([["transport", "TCP"], ["lr", undefined]]),
    headers: "subject=a%20b&to=x",
  });
  deepEqual(parseUri("sip:atlanta.test"), { scheme: "sip", host: "atlanta.test", params: new Map() });
});

Deno.test("an IPv6 host is kept without its brackets and written with them", () => {
  const uri = parseUri("sip:1001@[2001:db8::1]:5070;lr");
  equal(uri.host, "2001:db8::1");
  equal(writeUri(uri), "sip:1001@[2001:db8::1]:5070;lr");
});

Deno.test("escapes are taken off once, and put on where a character could not stand", () => {
  const uri = parseUri("sip:%61%20%2541@h;n%61me=v%3bx");
  equal(uri.user, "a %41");
  deepEqual([...uri.params], [["name", "v;x"]]);
  equal(writeUri(uri), "sip:a%20%2541@h;name=v%3Bx");
  equal(writeUri({ scheme: "sip", user: "Jürgen@\r\n", host: "h", params: new Map() }), "sip:J%C3%BCrgen%40%0D%0A@h");
});

Deno.test("a number sign that a person dialled is read as it is and written escaped", () => {
  const uri = parseUri("sip:*21*#@phones.test");
  equal(uri.user, "*21*#");
  equal(writeUri(uri), "sip:*21*%23@phones.test");
});

Deno.test("what is no SIP URI is refused with 400", () => {
  const wrong = [
    "",
    "sip",
    "sip:",
    "tel:+123",
    "sip:@h",
    "sip:a@",
    "sip:a@b@c",
    "sip:a b@h",
    "sip:a@h:0",
    "sip:a@h:65536",
    "sip:a@h:",
    "sip:a@h:5060x",
    "sip:a@h;",
    "sip:a@h;;lr",
    "sip:a@h;=x",
    "sip:a@h;x=",
    "sip:a@h;x=1;X=2",
    "sip:a@h?",
    "sip:a@h?a b",
    "sip:a@2001:db8::1",
    "sip:a@[192.0.2.1]",
    "sip:a@[::1",
    "sip:a@[fe80::1%eth0]",
    "sip:a@-h",
    `sip:a@${"h".repeat(256)}`,
    "sip:%@h",
    "sip:%ff@h",
    "sip:ä@h",
    "sip:a@h>",
    "sip:a\r\n@h",
  ];
  for (const text of wrong) equal(refusalOf(() => parseUri(text)).status, 400, text);
});

Deno.test("a URI with a host or headers that could be read as something else is not written", () => {
  for (const host of ["", "h;lr", "h\r\nEvil: 1", "[::1]", "a b"]) {
    throws(() => writeUri({ scheme: "sip", host, params: new Map() }), TypeError, host);
  }
  throws(() => writeUri({ scheme: "sip", host: "h", params: new Map(), headers: "a b" }), TypeError);
});

function same(a: string, b: string): boolean {
  const there = sameUri(parseUri(a), parseUri(b));
  equal(sameUri(parseUri(b), parseUri(a)), there, `${a} and ${b}, turned round`);
  return there;
}

Deno.test("RFC 3261 19.1.4: what is equivalent", () => {
  const pairs: [string, string][] = [
    ["sip:%61lice@atlanta.test;transport=TCP", "sip:alice@AtlanTa.TEST;Transport=tcp"],
    ["sip:carol@chicago.test", "sip:carol@chicago.test;newparam=5"],
    ["sip:carol@chicago.test;security=on", "sip:carol@chicago.test;newparam=5"],
    [
      "sip:biloxi.test;transport=tcp;method=REGISTER?to=sip:b%40c",
      "sip:biloxi.test;method=REGISTER;transport=tcp?to=sip:b%40c",
    ],
    ["sip:a@b?subject=x&priority=urgent", "sip:a@b?priority=urgent&subject=x"],
  ];
  for (const [a, b] of pairs) equal(same(a, b), true, `${a} and ${b}`);
});

Deno.test("RFC 3261 19.1.4: what is not equivalent", () => {
  const pairs: [string, string][] = [
    ["SIP:ALICE@atlanta.test;transport=udp", "sip:alice@atlanta.test;transport=UDP"],
    ["sip:bob@biloxi.test", "sip:bob@biloxi.test:5060"],
    ["sip:bob@biloxi.test", "sip:bob@biloxi.test;transport=udp"],
    ["sip:bob@biloxi.test", "sips:bob@biloxi.test"],
    ["sip:carol@chicago.test?Subject=next", "sip:carol@chicago.test"],
    ["sip:carol@chicago.test;security=on", "sip:carol@chicago.test;security=off"],
    ["sip:bob@b;user=phone", "sip:bob@b"],
    ["sip:bob@b;maddr=192.0.2.1", "sip:bob@b"],
    ["sip:bob:x@b", "sip:bob@b"],
    ["sip:b", "sip:bob@b"],
  ];
  for (const [a, b] of pairs) equal(same(a, b), false, `${a} and ${b}`);
});

Deno.test("RFC 5954 4.2: IPv6 hosts are compared as addresses", () => {
  equal(same("sip:a@[2001:db8::9:1]", "sip:a@[2001:DB8:0:0:0:0:9:01]"), true);
  equal(same("sip:a@[2001:db8::9:1]", "sip:a@[2001:db8::9:2]"), false);
});
