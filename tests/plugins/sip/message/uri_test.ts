import { deepEqual, equal, throws } from "node:assert/strict";
import {
  hasUriParam,
  parseUri,
  plainUser,
  sameUri,
  uriParamOf,
  writeRequestUri,
  writeUri,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { refusalOf } from "./support.ts";

Deno.test("RFC 3261 19.1.1: every part of a URI is told apart", () => {
  deepEqual(parseUri("sips:alice:secret@atlanta.test:5061;transport=TCP;lr?subject=a%20b&to=x"), {
    scheme: "sips",
    user: "alice",
    password: "secret",
    host: "atlanta.test",
    port: 5061,
    params: [{ name: "transport", value: "TCP" }, { name: "lr" }],
    headers: "subject=a%20b&to=x",
  });
  deepEqual(parseUri("sip:atlanta.test"), { scheme: "sip", host: "atlanta.test", params: [] });
});

Deno.test("an IPv6 host is kept without its brackets and written with them", () => {
  const uri = parseUri("sip:1001@[2001:db8::1]:5070;lr");
  equal(uri.host, "2001:db8::1");
  equal(writeUri(uri), "sip:1001@[2001:db8::1]:5070;lr");
});

Deno.test("pjsip#2010, baresip#2576, JsSIP#909: a URI is written as it was read, and what it says is told without escapes", () => {
  for (
    const text of [
      "sip:1010%3Bdev%3D2@127.0.0.1:5071",
      "sip:x@192.0.2.4:5060;pn-provider=apns;pn-prid=tok%3Aremote%26tok2;pn-param=TEAM.app%3bvoip",
      "sip:%61%20%2541@h;n%61me=v%3bx",
      "sips:a;b=c:p%40ss&=+$,@Host.Test;Transport=TCP;ob?Route=%3Csip:p%3Blr%3E&Subject=a%20b",
    ]
  ) equal(writeUri(parseUri(text)), text);
  const uri = parseUri("sip:%61%20%2541@h;n%61me=v%3bx;lr");
  equal(plainUser(uri), "a %41");
  equal(uriParamOf(uri, "name"), "v;x");
  equal(uriParamOf(uri, "lr"), undefined);
  deepEqual(["LR", "lr", "name"].map((name) => hasUriParam(uri, name)), [false, true, true]);
});

Deno.test("a number sign that a person dialled is read as it is", () => {
  const uri = parseUri("sip:*21*#@phones.test");
  equal(plainUser(uri), "*21*#");
  equal(writeUri(uri), "sip:*21*#@phones.test");
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

Deno.test("RFC 3261 19.1.1, 19.1.5: a Request-URI has neither a method nor headers, and all else of a URI", () => {
  for (
    const [uri, written] of [
      ["sip:a@h.test?Route=%3Csip:other.test%3E", "sip:a@h.test"],
      ["sip:a@h.test;method=BYE;x=%20;M%45THOD2", "sip:a@h.test;x=%20;M%45THOD2"],
      ["sip:a@h.test;%6Dethod=INVITE;lr?Subject=x", "sip:a@h.test;lr"],
      [
        "sips:a:p@h.test:5070;transport=tcp;maddr=192.0.2.1;ttl=3;user=phone",
        "sips:a:p@h.test:5070;transport=tcp;maddr=192.0.2.1;ttl=3;user=phone",
      ],
    ] as const
  ) equal(writeRequestUri(parseUri(uri)), written);
});

Deno.test("a URI of which a piece could be read as something else is not written", () => {
  for (const host of ["", "h;lr", "h\r\nEvil: 1", "[::1]", "a b"]) {
    throws(() => writeUri({ scheme: "sip", host, params: [] }), TypeError, host);
  }
  for (
    const piece of [
      { user: "Jürgen" },
      { user: "a@b" },
      { user: "a%4" },
      { user: "a\r\nb" },
      { user: "" },
      { user: "a", password: "b:c" },
      { params: [{ name: "a;b" }] },
      { params: [{ name: "a", value: "b?c" }] },
      { headers: "a b" },
    ]
  ) throws(() => writeUri({ scheme: "sip", host: "h", params: [], ...piece }), TypeError, JSON.stringify(piece));
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
    ["sip:a@b?subject=x&priority=urgent", "sip:a@b?priority=urgent&Subject=%78"],
    ["sip:1010%3Bdev%3d2@h", "sip:1010%3bdev%3D2@h"],
    ["sip:a%2db@h;x=%41;%4cr", "sip:a-b@h;x=a;lr"],
    ["sip:%C3%A4@h", "sip:%c3%a4@h"],
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
    ["sip:1010%3Bdev=2@h", "sip:1010;dev=2@h"],
    ["sip:a%2541@h", "sip:a%41@h"],
    ["sip:a%253B@h", "sip:a%3B@h"],
    ["sip:a:b%24@h", "sip:a:b$@h"],
    ["sip:a@h;x=b%3Ac", "sip:a@h;x=b:c"],
    ["sip:a@h?x=b%26y=c", "sip:a@h?x=b&y=c"],
    ["sip:a@h;%6dethod=X", "sip:a@h"],
  ];
  for (const [a, b] of pairs) equal(same(a, b), false, `${a} and ${b}`);
});

Deno.test("RFC 5954 4.2: IPv6 hosts are compared as addresses", () => {
  equal(same("sip:a@[2001:db8::9:1]", "sip:a@[2001:DB8:0:0:0:0:9:01]"), true);
  equal(same("sip:a@[2001:db8::9:1]", "sip:a@[2001:db8::9:2]"), false);
});
