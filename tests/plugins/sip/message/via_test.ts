import { deepEqual, equal, throws } from "node:assert/strict";
import { paramOf, parseCSeq, parseVia, writeVia } from "../../../../plugins/sip/lib/message/mod.ts";
import { refusalOf } from "./support.ts";

Deno.test("RFC 3261 20.42: a Via is read with blanks wherever they may stand", () => {
  deepEqual(parseVia("sip / 2.0 /udp  h.test : 5070 ; branch = z9hG4bKa ;rport"), {
    transport: "UDP",
    host: "h.test",
    port: 5070,
    params: [{ name: "branch", value: "z9hG4bKa" }, { name: "rport" }],
  });
  deepEqual(parseVia("SIP/2.0/TLS-SCTP 192.0.2.1"), { transport: "TLS-SCTP", host: "192.0.2.1", params: [] });
});

Deno.test("IPv6 in a Via: the host in brackets, received with or without them (RFC 5118 4.5)", () => {
  const bare = parseVia("SIP/2.0/UDP [2001:db8::9:1]:5090;received=2001:db8::9:255;branch=z9hG4bKas3");
  deepEqual([bare.host, bare.port, paramOf(bare.params, "received")], ["2001:db8::9:1", 5090, "2001:db8::9:255"]);
  equal(writeVia(bare), "SIP/2.0/UDP [2001:db8::9:1]:5090;received=2001:db8::9:255;branch=z9hG4bKas3");
  equal(paramOf(parseVia("SIP/2.0/UDP h;received=[2001:db8::9:255]").params, "received"), "[2001:db8::9:255]");
});

Deno.test("what is no Via is refused with 400", () => {
  const wrong = [
    "",
    "SIP/2.0/UDP",
    "SIP/2.0 h",
    "SIP/1.0/UDP h",
    "HTTP/2.0/UDP h",
    "SIP/2.0/UDP h:x",
    "SIP/2.0/UDP h:65536",
    "SIP/2.0/UDP h;;,;,,",
    "SIP/2.0/UDP h;a;a",
    "SIP/2.0/UDP h i",
    "SIP/2.0/UDP 2001:db8::1",
    "SIP/2.0/UDP <h>",
  ];
  for (const text of wrong) equal(refusalOf(() => parseVia(text)).status, 400, text);
  throws(() => writeVia({ transport: "U DP", host: "h", params: [] }), TypeError);
  throws(() => writeVia({ transport: "UDP", host: "h\r\n", params: [] }), TypeError);
});

Deno.test("RFC 3261 20.16: a CSeq is a number below 2^31 and a method", () => {
  deepEqual(parseCSeq("0009   INVITE"), { number: 9, method: "INVITE" });
  deepEqual(parseCSeq("2147483647 x!"), { number: 2_147_483_647, method: "x!" });
  for (const text of ["", "1", "INVITE", "1INVITE", "2147483648 A", "-1 A", "1 A B", "1 A,", "1.0 A"]) {
    equal(refusalOf(() => parseCSeq(text)).status, 400, text);
  }
});
