/**
 * What strangers are answered: a datagram's sender can be forged, so that each answer may go to somebody who has asked
 * for nothing.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { MOST_VIAS, responseTo, type SipRequest } from "../../../../plugins/sip/lib/message/mod.ts";
import { flush } from "../support/hand_clock.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { phoneRequest } from "./support/requests.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const TINY = ["f:a:b", "t:a:b", "i:1", "CSeq:1 X"];
const VIA = "v:SIP/2.0/UDP a";

/** A request that is malformed by its URI, of these headers. */
const malformed = (...headers: string[]) => bytesOf(["X a SIP/2.0", ...headers, "", ""].join("\r\n"));

const padded = (text: string, times: number) => Array<string>(times).fill(text);

for (
  const [what, bytes] of [
    ["nothing in it", malformed(VIA, ...TINY)],
    ["a few empty Vias", malformed(`${VIA}${",".repeat(MOST_VIAS - 1)}`, ...TINY)],
    ["short Vias", malformed(`${VIA}${",b".repeat(MOST_VIAS - 1)}`, ...TINY)],
    ["many To", malformed(VIA, ...TINY, ...padded("t:a:b", 120))],
    ["many From", malformed(VIA, ...TINY, ...padded("f:a:b", 120))],
    ["many Call-IDs and CSeqs", malformed(VIA, ...TINY, ...padded("i:1", 60), ...padded("CSeq:1 X", 60))],
  ] as [string, Uint8Array][]
) {
  Deno.test(`RFC 3261 21.4.1: the 400 to a malformed request with ${what} is at most three times as long`, async () => {
    await using bench = new Bench();
    bench.endpoint.receive(bytes, UDP);
    await flush();
    ok(bench.bytesSent <= 3 * bytes.length, `${bench.bytesSent} for ${bytes.length}`);
  });
}

Deno.test("RFC 3261 8.2.6: the answer to a malformed request repeats From, To, Call-ID and CSeq once", async () => {
  await using bench = new Bench();
  bench.endpoint.receive(malformed(VIA, ...TINY, ...TINY, ...TINY), UDP);
  await flush();
  deepEqual([...bench.response.headers].map(([name]) => name), [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Content-Length",
  ]);
});

Deno.test("a request with more Vias than hops can be is not answered, empty ones counted", async () => {
  await using bench = new Bench();
  bench.endpoint.receive(malformed(`${VIA}${",".repeat(MOST_VIAS)}`, ...TINY), UDP);
  bench.endpoint.receive(malformed(...padded(VIA, MOST_VIAS + 1), ...TINY), UDP);
  await bench.hear(phoneRequest("OPTIONS", { via: padded("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-1", MOST_VIAS + 1) }));
  deepEqual([bench.story, bench.received.length], [[], 0]);
  await bench.hear(phoneRequest("OPTIONS", { via: padded("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-1", MOST_VIAS) }));
  equal(bench.received.length, 1);
});

Deno.test("RFC 3261 8.2.6.2: an answer has every Via of the request in its order, in as many lines", async () => {
  await using bench = new Bench();
  const via = [
    "SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK-1, SIP/2.0/UDP b",
    "SIP/2.0/UDP c,SIP/2.0/UDP d, SIP/2.0/UDP e",
  ];
  await bench.hear(phoneRequest("OPTIONS", { via }));
  bench.transaction.respond(responseTo(bench.transaction.request, 200));
  const { headers } = bench.response;
  const hops = ["192.0.2.7:5062;branch=z9hG4bK-1", "b", "c", "d", "e"].map((hop) => `SIP/2.0/UDP ${hop}`);
  deepEqual(headers.all("Via"), hops);
  equal([...headers].filter(([name]) => name === "Via").length, 2);
});

Deno.test("whatever a stranger is to be answered, over UDP it is not more than three times what he sent; over TCP it may be", async () => {
  const long = (request: SipRequest) =>
    responseTo(request, 401, { headers: [["WWW-Authenticate", "x".repeat(1_000)]] });
  await using bench = new Bench({ admit: long });
  await bench.hear(phoneRequest("OPTIONS"));
  deepEqual(bench.story, []);
  await bench.hear(phoneRequest("OPTIONS"), TCP);
  await bench.hear(phoneRequest("OPTIONS", { headers: [["Subject", "x".repeat(500)]] }));
  deepEqual(bench.story, ["401@0", "401@0"]);
});

Deno.test("only a connection through which a request came that was admitted is kept", async () => {
  await using bench = new Bench({ admit: ({ method }) => method === "OPTIONS" ? "ok" : "drop" });
  await bench.hear(phoneRequest("MESSAGE"), TCP);
  await bench.hear(phoneRequest("CANCEL"), TCP);
  deepEqual(bench.kept, []);
  await bench.hear(phoneRequest("OPTIONS"), TCP);
  deepEqual(bench.kept, [TCP]);
  bench.transaction.respond(responseTo(bench.transaction.request, 200));
});
