import { deepEqual, equal, throws } from "node:assert/strict";
import {
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
    uri: { scheme: "sip", user: "a", host: "b.test", params: new Map([["lr", undefined], ["x", "1"]]), headers: "s=2" },
    params: new Map([["q", "0.5"], ["+sip.instance", "<urn:uuid:1;2>"], ["expires", "60"]]),
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
  deepEqual([...bare.uri.params], []);
  deepEqual([...bare.params], [["tag", "x"], ["+sip.instance", "<urn:uuid:1>"]]);
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
    "<sip:a@b>;",
    "<sip:a@b>;a=1;A=2",
    "<sip:a@b>;a=",
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
    params: new Map([["tag", "x"], ["received", "2001:db8::1"], ["text", "a;b"], ["empty", ""], ["flag", undefined]]),
  };
  const text = writeAddress(address);
  equal(
    text,
    '"Ann \\"the \\\\ boss\\"" <sip:a%40b@[::1]:5070;lr>;tag=x;received=2001:db8::1;text="a;b";empty="";flag',
  );
  deepEqual(parseAddress(text), address);
  throws(() => writeAddress({ uri: address.uri, params: new Map([["a=b", "c"]]) }), TypeError);
});

Deno.test("RFC 3261 20.10 and 20.19: q is from 0 to 1 and Expires below 2^32", () => {
  deepEqual(["0", "1", "0.5", "0.333", "1.000", "0."].map(parseQuality), [0, 1, 0.5, 0.333, 1, 0]);
  for (const text of ["", "2", "1.1", "0.1234", "-0", ".5", "1e0"]) refusalOf(() => parseQuality(text));
  deepEqual(["0", "3600", "4294967295"].map((text) => parseSeconds(text, "Expires")), [0, 3600, 4_294_967_295]);
  for (const text of ["", "-1", "4294967296", "1.5", "0x10", "1".repeat(40)]) {
    equal(refusalOf(() => parseSeconds(text, "Expires")).reason, "Expires must be a number from 0 to 4294967295");
  }
});
