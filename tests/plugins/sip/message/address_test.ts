import { deepEqual, equal, throws } from "node:assert/strict";
import {
  paramOf,
  parseAddress,
  parseAnyAddress,
  parseQuality,
  parseSeconds,
  tagOf,
  writeAddress,
} from "../../../../plugins/sip/lib/message/mod.ts";
import { refusalOf } from "./support.ts";

Deno.test("RFC 3261 20.10: an address has a name, a URI and parameters of its own", () => {
  const text = '"A \\"B\\" \\\\ C" <sip:a@b.test;lr;x=1?s=2> ; q = 0.5;+sip.instance="<urn:uuid:1;2>" ;Expires=60';
  deepEqual(parseAddress(text), {
    name: 'A "B" \\ C',
    uri: {
      scheme: "sip",
      user: "a",
      host: "b.test",
      params: [{ name: "lr" }, { name: "x", value: "1" }],
      headers: "s=2",
    },
    params: [
      { name: "q", value: "0.5" },
      { name: "+sip.instance", value: '"<urn:uuid:1;2>"' },
      { name: "Expires", value: "60" },
    ],
  });
});

Deno.test("names may do without quotes, in any alphabet and without a blank before the bracket", () => {
  equal(parseAddress("caller<sip:a@b>").name, "caller");
  equal(parseAddress("J. O'Neill  <sip:a@b>").name, "J. O'Neill");
  equal(parseAddress("Jürgen <sip:a@b>").name, "Jürgen");
  equal(parseAddress("<sip:a@b>").name, undefined);
  equal(parseAddress('"" <sip:a@b>').name, undefined);
});

Deno.test("RFC 3261 20: without brackets a semicolon ends the URI, so that the parameters are the header's", () => {
  const bare = parseAddress('sip:a@b:5070 ;tag=x;+sip.instance="<urn:uuid:1>"');
  deepEqual(bare.uri.params, []);
  deepEqual(["tag", "+sip.instance"].map((name) => paramOf(bare.params, name)), ["x", "<urn:uuid:1>"]);
});

Deno.test("From and To may be of any scheme, and their tag is read", () => {
  equal(parseAnyAddress("Book <isbn:2983792873>;tag=4").uri, "isbn:2983792873");
  equal(tagOf("tel:+49301234;tag=x7"), "x7");
  equal(tagOf("<sip:a@b;tag=not-this>"), undefined);
  equal(refusalOf(() => parseAddress("<tel:+49301234>")).status, 400);
});

Deno.test("what is no address is refused with 400", () => {
  const wrong = [
    "",
    "a",
    "*",
    "<>",
    "<sip:a@b",
    "sip:a@b>",
    "<sip:a@b>x",
    "<sip:a@b>;a=1;A=2",
    '<sip:a@b>;a="x',
    '"A <sip:a@b>',
    '"A" B <sip:a@b>',
    "A, B <sip:a@b>",
    "<sip:a@b>, <sip:c@d>",
    "< sip:a@b >",
    "sip:a@b?x=1",
    "sip:a@b,c",
  ];
  for (const text of wrong) equal(refusalOf(() => parseAddress(text)).status, 400, text);
});

Deno.test("an address is written so that it is read as the same", () => {
  const address = {
    name: 'Ann "the \\ boss"',
    uri: parseAddress("<sip:a%40b@[::1]:5070;lr>").uri,
    params: [
      { name: "tag", value: "x" },
      { name: "received", value: "2001:db8::1" },
      { name: "text", value: '"a;b"' },
      { name: "empty", value: '""' },
      { name: "flag" },
    ],
  };
  const text = writeAddress(address);
  equal(
    text,
    '"Ann \\"the \\\\ boss\\"" <sip:a%40b@[::1]:5070;lr>;tag=x;received=2001:db8::1;text="a;b";empty="";flag',
  );
  deepEqual(parseAddress(text), address);
  for (const param of [{ name: "a=b", value: "c" }, { name: "a", value: "b;c" }, { name: "a", value: '"b" c' }]) {
    throws(() => writeAddress({ uri: address.uri, params: [param] }), TypeError);
  }
});

Deno.test("RFC 3261 20.10 and 20.19: q is from 0 to 1 and Expires below 2^32", () => {
  deepEqual(["0", "1", "0.5", "0.333", "1.000", "0."].map(parseQuality), [0, 1, 0.5, 0.333, 1, 0]);
  for (const text of ["", "2", "1.1", "0.1234", "-0", ".5", "1e0"]) refusalOf(() => parseQuality(text));
  deepEqual(["0", "3600", "4294967295"].map((text) => parseSeconds(text, "Expires")), [0, 3600, 4_294_967_295]);
  for (const text of ["", "-1", "4294967296", "1.5", "0x10", "1".repeat(40)]) {
    equal(refusalOf(() => parseSeconds(text, "Expires")).reason, "Expires must be a number from 0 to 4294967295");
  }
});

Deno.test("RFC 3840 9, seen of Cisco 88xx and Snom: what stood in quotes stands in them when it is written again, names keep their capitals", () => {
  const text =
    '<sip:1001@192.0.2.4>;mobility="fixed";duplex="full";Methods="INVITE,ACK";+sip.instance="<urn:uuid:1>";q=0.5';
  equal(writeAddress(parseAddress(text)), text);
  const escaped = '<sip:a@b>;x="a \\"b\\" \\\\ \\c";y=z';
  equal(writeAddress(parseAddress(escaped)), escaped);
  equal(paramOf(parseAddress(escaped).params, "X"), 'a "b" \\ c');
});

Deno.test("semicolons with nothing between them are passed over, and a value may be empty", () => {
  const { params } = parseAddress("<sip:a@b>;;q=1; ;tag=;x=;");
  deepEqual(params, [{ name: "q", value: "1" }, { name: "tag", value: "" }, { name: "x", value: "" }]);
  equal(tagOf("<sip:a@b>;tag=;x"), "");
});
