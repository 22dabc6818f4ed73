import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";

Deno.test("RFC 3261 7.3.1: names are found in any case, and compact forms are the same as long ones", () => {
  const headers = new SipHeaders([["v", "SIP/2.0/UDP a"], ["cAll-iD", "1"], ["VIA", "SIP/2.0/UDP b"]]);
  deepEqual(headers.all("Via"), ["SIP/2.0/UDP a", "SIP/2.0/UDP b"]);
  equal(headers.get("i"), "1");
  ok(headers.has("v") && !headers.has("Contact"));
});

Deno.test("headers are written in full and as their RFC spells them; those nobody knows keep their spelling", () => {
  const headers = new SipHeaders([["i", "1"], ["cseq", "1 A"], ["WWW-AUTHENTICATE", "Digest"], ["x-newFangled", "2"]]);
  deepEqual([...headers].map(([name]) => name), ["Call-ID", "CSeq", "WWW-Authenticate", "x-newFangled"]);
});

Deno.test("every compact form of the IANA registry is known", () => {
  const compact: Record<string, string> = {
    a: "Accept-Contact",
    b: "Referred-By",
    c: "Content-Type",
    d: "Request-Disposition",
    e: "Content-Encoding",
    f: "From",
    i: "Call-ID",
    j: "Reject-Contact",
    k: "Supported",
    l: "Content-Length",
    m: "Contact",
    o: "Event",
    r: "Refer-To",
    s: "Subject",
    t: "To",
    u: "Allow-Events",
    v: "Via",
    x: "Session-Expires",
    y: "Identity",
  };
  const headers = new SipHeaders(Object.keys(compact).map((name) => [name, "1"]));
  deepEqual([...headers].map(([name]) => name), Object.values(compact));
});

Deno.test("RFC 3261 7.3.1: lists are split at commas outside of quotes and brackets, others never", () => {
  const headers = new SipHeaders([
    ["Contact", '"A, \\"B" <sip:a@b>;q=1, <sip:c,d@e>'],
    ["Contact", "sip:f@g"],
    ["Supported", ""],
    ["Allow", "INVITE,ACK , BYE"],
    ["Date", "Sat, 13 Nov 2010 23:29:00 GMT"],
    ["WWW-Authenticate", 'Digest realm="a", nonce="b"'],
  ]);
  deepEqual(headers.all("Contact"), ['"A, \\"B" <sip:a@b>;q=1', "<sip:c,d@e>", "sip:f@g"]);
  deepEqual(headers.all("Supported"), []);
  deepEqual(headers.all("Allow"), ["INVITE", "ACK", "BYE"]);
  deepEqual(headers.all("Date"), ["Sat, 13 Nov 2010 23:29:00 GMT"]);
  deepEqual(headers.all("WWW-Authenticate"), ['Digest realm="a", nonce="b"']);
  equal(headers.get("Allow"), "INVITE,ACK , BYE");
});

Deno.test("set puts one line where the first was, prepend before it, add at the end; delete tells what it did", () => {
  const headers = new SipHeaders([["X-A", "1"], ["Via", "x"], ["X-B", "2"], ["v", "y"]]);
  headers.prepend("Via", "w");
  headers.prepend("X-Z", "0");
  headers.add("X-A", "3");
  deepEqual([...headers].map((line) => line.join("=")), [
    "X-Z=0",
    "X-A=1",
    "Via=w",
    "Via=x",
    "X-B=2",
    "Via=y",
    "X-A=3",
  ]);
  headers.set("Via", "only");
  headers.set("X-C", "new");
  deepEqual([...headers].map((line) => line.join("=")), ["X-Z=0", "X-A=1", "Via=only", "X-B=2", "X-A=3", "X-C=new"]);
  ok(headers.delete("x-a") && !headers.delete("x-a"));
  equal(headers.size, 4);
});

Deno.test("a clone is changed apart from what it was made of", () => {
  const headers = new SipHeaders([["A", "1"]]);
  headers.clone().set("A", "2");
  equal(headers.get("A"), "1");
});

Deno.test("no header can be injected: CR, LF and NUL are refused in values, and all but tokens in names", () => {
  const headers = new SipHeaders();
  for (const value of ["a\r\nEvil: 1", "a\rb", "a\nb", "a\0b"]) {
    throws(() => headers.add("A", value), TypeError);
    throws(() => headers.set("A", value), TypeError);
    throws(() => headers.prepend("A", value), TypeError);
    throws(() => new SipHeaders([["A", value]]), TypeError);
  }
  for (const name of ["", "A:", "A B", "A\r\nB", "Ä"]) throws(() => headers.add(name, "1"), TypeError);
  equal(headers.size, 0);
});

Deno.test("names that every object has are names like others", () => {
  const headers = new SipHeaders([["constructor", "1"], ["__proto__", "2"], ["toString", "3"]]);
  deepEqual([...headers].map((line) => line.join("=")), ["constructor=1", "__proto__=2", "toString=3"]);
  equal(headers.get("Constructor"), "1");
});
