import { deepEqual, equal } from "node:assert/strict";
import { paramOf, parseVia, responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import type { Peer } from "../../../../plugins/sip/lib/transport/mod.ts";
import { Bench, UDP } from "./support/bench.ts";
import { newRequest, phoneRequest } from "./support/requests.ts";

Deno.test("RFC 3261 17.2.3: branch, sent-by and method tell one transaction from another", async () => {
  await using bench = new Bench();
  const via = (sentBy: string, branch: string) => ({ via: [`SIP/2.0/UDP ${sentBy};branch=${branch}`] });
  await bench.hear(newRequest("OPTIONS", { ...via("192.0.2.7:5062", "z9hG4bK-1"), callId: "1" }));
  await bench.hear(newRequest("OPTIONS", { ...via("192.0.2.7:5062", "z9hG4bK-2"), callId: "2" }));
  await bench.hear(newRequest("OPTIONS", { ...via("192.0.2.7:5063", "z9hG4bK-1"), callId: "3" }));
  await bench.hear(newRequest("OPTIONS", { ...via("192.0.2.8:5062", "z9hG4bK-1"), callId: "4" }));
  await bench.hear(newRequest("MESSAGE", { ...via("192.0.2.7:5062", "z9hG4bK-1"), callId: "5" }));
  await bench.hear(newRequest("OPTIONS", { ...via("192.0.2.7:5062", "z9hG4bK-1"), callId: "1" }));
  deepEqual(bench.received.map(({ request }) => request.headers.get("Call-ID")), ["1", "2", "3", "4", "5"]);
});

Deno.test("RFC 3261 17.2.3: a phone of RFC 2543, whose branches are not unique, is told by the rest of its request", async () => {
  await using bench = new Bench();
  const old = { via: ["SIP/2.0/UDP 192.0.2.7:5062;branch=1"] };
  const invite = newRequest("INVITE", old);
  await bench.hear(invite);
  await bench.hear(invite);
  await bench.hear(newRequest("INVITE", { ...old, callId: "other" }));
  await bench.hear(newRequest("INVITE", { ...old, cseq: 2 }));
  equal(bench.received.length, 3);
  const [first] = bench.received;
  first?.respond(responseTo(invite, 180, { toTag: "us" }));
  await bench.hear(newRequest("CANCEL", old));
  equal(first?.cancelled.aborted, true);
  await bench.hear(newRequest("ACK", { ...old, to: "<sip:b@test>;tag=us" }));
  await first?.acknowledged;
});

Deno.test("RFC 4475 3.2.1: a branch of nothing but the cookie names no transaction, so that the rest of its request does", async () => {
  await using bench = new Bench();
  const nameless = { via: ["SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK"] };
  await bench.hear(newRequest("REGISTER", { ...nameless, cseq: 1 }));
  await bench.hear(newRequest("REGISTER", { ...nameless, cseq: 1 }));
  await bench.hear(newRequest("REGISTER", { ...nameless, cseq: 2 }));
  equal(bench.received.length, 2);
});

Deno.test("RFC 3261 8.2.2.2: a request that came by two ways is done once; the second way is answered 482", async () => {
  await using bench = new Bench();
  await bench.hear(phoneRequest("INVITE", { branch: "z9hG4bK-way-1" }));
  await bench.hear(phoneRequest("INVITE", { branch: "z9hG4bK-way-2" }));
  deepEqual([bench.received.length, bench.response.status], [1, 482]);
  equal(paramOf(parseVia(bench.response.headers.get("Via") ?? "").params, "branch"), "z9hG4bK-way-2");
  await bench.hear(phoneRequest("INVITE", { branch: "z9hG4bK-way-3", callId: "other" }));
  await bench.hear(phoneRequest("INVITE", { branch: "z9hG4bK-way-4", cseq: 2 }));
  await bench.hear(phoneRequest("INVITE", { branch: "z9hG4bK-way-5", from: "<sip:a@test>;tag=other" }));
  equal(bench.received.length, 4);
});

Deno.test("RFC 3261 8.2.2.2: a request inside of a dialog is never taken for another way of one", async () => {
  await using bench = new Bench();
  const to = "<sip:b@test>;tag=us";
  await bench.hear(phoneRequest("INFO", { branch: "z9hG4bK-1", to }));
  await bench.hear(phoneRequest("INFO", { branch: "z9hG4bK-2", to }));
  equal(bench.received.length, 2);
});

const sources: [
  title: string,
  via: string,
  options: { from?: Partial<Peer>; received?: string; rport?: string; answered?: number },
][] = [
  ["RFC 3261 18.2.1: a source that Via names is not named again", "192.0.2.7:5062", {}],
  ["RFC 3261 18.2.1: a name in Via", "phone.test", { received: "192.0.2.7", answered: 5_060 }],
  ["RFC 3261 18.2.2: a phone that listens at another port than it sends from", "192.0.2.7", {
    from: { port: 49_152 },
    answered: 5_060,
  }],
  ["RFC 3261 18.2.2: one that names that port", "192.0.2.7:5070", { from: { port: 49_152 }, answered: 5_070 }],
  ["RFC 3261 18.2.2: one that does so by IPv6", "[2001:DB8:0::7]:5070", {
    from: { host: "2001:db8::7" },
    received: "2001:db8::7",
    answered: 5_070,
  }],
  ["RFC 3261 18.2.2: over TCP the connection it is", "192.0.2.7:5070", { from: { transport: "tcp" } }],
  ["an inside address in Via: nothing but the source leads there", "10.0.0.9:5070", { received: "192.0.2.7" }],
  ["RFC 3581 section 4: rport asks for both", "192.0.2.7:5062;rport", {
    from: { port: 4_000 },
    received: "192.0.2.7",
    rport: "4000",
  }],
  ["RFC 3581 section 4: an address that is made up", "10.0.0.9;received=203.0.113.1;rport=9", {
    received: "192.0.2.7",
    rport: "5062",
  }],
  ["RFC 3581 section 4: received that nobody asked for", "192.0.2.7;received=203.0.113.1", { answered: 5_060 }],
  ["RFC 5118 4.5: IPv6", "10.0.0.9;rport", { from: { host: "2001:db8::7" }, received: "2001:db8::7", rport: "5062" }],
  ["a zone means nothing to others", "10.0.0.9;rport", {
    from: { host: "fe80::7%eth0" },
    received: "fe80::7",
    rport: "5062",
  }],
];

for (const [title, sentBy, options] of sources) {
  Deno.test(`${title}; the answer goes to that address`, async () => {
    await using bench = new Bench();
    const { received, rport } = options;
    const from = { ...UDP, ...options.from };
    const others = ["SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-below", "SIP/2.0/TCP 198.51.100.2;branch=z9hG4bK-last"];
    const request = newRequest("OPTIONS", { via: [`SIP/2.0/UDP ${sentBy};branch=z9hG4bK-top`, ...others] });
    await bench.hear(request, from);
    bench.transaction.respond(responseTo(bench.transaction.request, 200));
    const vias = bench.response.headers.all("Via");
    const { params } = parseVia(vias[0] ?? "");
    deepEqual([paramOf(params, "received"), paramOf(params, "rport")], [received, rport]);
    deepEqual(vias.slice(1), others);
    deepEqual(bench.sent.at(-1)?.to, { ...from, port: options.answered ?? from.port });
  });
}
