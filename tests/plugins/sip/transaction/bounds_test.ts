import { deepEqual, equal, ok } from "node:assert/strict";
import { responseTo, type SipRequest, writeMessage } from "../../../../plugins/sip/lib/message/mod.ts";
import { KnownSources } from "../../../../plugins/sip/lib/transaction/rate_limit.ts";
import { flush } from "../support/hand_clock.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { newRequest, phoneRequest } from "./support/requests.ts";

const numbered = (index: number, method = "OPTIONS") =>
  phoneRequest(method, { branch: `z9hG4bK-${index}`, callId: `call-${index}` });

const numberedLong = (index: number) =>
  phoneRequest("OPTIONS", {
    branch: `z9hG4bK-${index}`,
    callId: `call-${index}`,
    headers: [["X", "x".repeat(1_000)]],
  });

Deno.test("who is not admitted is answered once or not at all, and costs no memory", async () => {
  await using bench = new Bench({
    admit: (request) => request.method === "INVITE" ? responseTo(request, 401, { toTag: "us" }) : "drop",
  });
  await bench.hear(numbered(1, "INVITE"));
  await bench.hear(numbered(2));
  await bench.clock.pass(60_000);
  deepEqual(bench.story, ["401@0"]);
  deepEqual([bench.received.length, bench.clock.alarms], [0, 0]);
  await bench.hear(phoneRequest("ACK", { branch: "z9hG4bK-1", callId: "call-1", to: "<sip:b@test>;tag=us" }));
  await bench.hear(numbered(1, "INVITE"));
  deepEqual(bench.story, ["401@0", "401@60000"]);
});

Deno.test("who was admitted is not asked about again when the request comes again", async () => {
  let asked = 0;
  await using bench = new Bench({
    admit() {
      asked++;
      return "ok";
    },
  });
  await bench.hear(numbered(1));
  await bench.hear(numbered(1));
  equal(asked, 1);
});

Deno.test("one source has a bounded number of requests in work, and all together have, too", async () => {
  await using bench = new Bench({ bounds: { transactions: 5, transactionsPerSource: 3 } });
  for (let index = 0; index < 4; index++) await bench.hear(numbered(index));
  equal(bench.received.length, 3);
  for (let index = 4; index < 8; index++) await bench.hear(numbered(index), { ...UDP, host: "192.0.2.8" });
  equal(bench.received.length, 5);
  for (const transaction of bench.received) transaction.respond(responseTo(transaction.request, 200));
  await bench.clock.pass(32_000);
  await bench.hear(numbered(8));
  equal(bench.received.length, 6);
});

Deno.test("requests of one source in work have a bounded number of bytes, and all together have, too", async () => {
  await using bench = new Bench({ bounds: { transactionBytes: 6_000, transactionBytesPerSource: 3_000 } });
  for (let index = 4; index < 8; index++) await bench.hear(numberedLong(index));
  equal(bench.received.length, 2);
  await bench.hear(numbered(8));
  equal(bench.received.length, 3, "a short one has room left");
  for (let index = 9; index < 20; index++) await bench.hear(numberedLong(index), { ...UDP, host: `192.0.2.${index}` });
  equal(bench.received.length, 5);
  for (const transaction of bench.received) transaction.respond(responseTo(transaction.request, 200));
  await bench.clock.pass(32_000);
  await bench.hear(numberedLong(20));
  equal(bench.received.length, 6);
});

Deno.test("RFC 3261 21.5.7: a request over UDP that is longer than any has reason to be is refused with 513, once", async () => {
  await using bench = new Bench();
  const long = (method: string) => phoneRequest(method, { headers: Array(4).fill(["X", "x".repeat(5_000)]) });
  await bench.hear(long("INVITE"));
  await bench.hear(long("ACK"));
  await bench.clock.pass(60_000);
  deepEqual([bench.story, bench.received.length], [["513@0"], 0]);
  await bench.hear(long("INVITE"), TCP);
  equal(bench.received.length, 1);
  bench.transaction.respond(responseTo(bench.transaction.request, 486));
});

Deno.test("all sources together may not send more messages than are read, however many they are", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecondOfAll: 10, burstOfAll: 20 } });
  const hear = (index: number) => bench.hear(numbered(index), { ...UDP, host: `10.0.${index >> 8}.${index & 255}` });
  for (let index = 0; index < 40; index++) await hear(index);
  equal(bench.received.length, 20);
  await bench.clock.pass(1_000);
  for (let index = 40; index < 80; index++) await hear(index);
  equal(bench.received.length, 30);
});

Deno.test("what strangers send over UDP, readable or not, silences neither TCP nor those of whom a request was let in", async () => {
  const phone = { ...UDP, host: "192.0.2.8" };
  await using bench = new Bench({
    bounds: { messagesPerSecondOfAll: 1, burstOfAll: 20 },
    admit: (_, { host }) => host === phone.host || host === TCP.host ? "ok" : "drop",
  });
  await bench.hear(numbered(1), phone);
  for (let index = 0; index < 40; index++) {
    bench.endpoint.receive(new Uint8Array(5), { ...UDP, host: `10.0.0.${index}` });
  }
  await bench.hear(numbered(2), { ...phone, host: "192.0.2.9" });
  await bench.hear(numbered(3), { ...phone, port: 5064 });
  await bench.hear(numbered(4), TCP);
  deepEqual(bench.received.map(({ from }) => from.host), [phone.host, phone.host, TCP.host]);
  ok(bench.logged.some((text) => text.endsWith("is not heard: strangers send more than 1 messages a second")));
});

Deno.test("of 4096 sources is remembered that a request was let in, and of the latest", () => {
  const known = new KnownSources();
  for (let index = 0; index < 4_100; index++) known.add(String(index));
  known.add("4");
  known.add("more");
  deepEqual(["3", "4", "5", "6", "more"].filter((source) => known.has(source)), ["4", "6", "more"]);
});

Deno.test("more messages than one source may send are not even read; another source does not feel it", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecond: 10, burst: 20 } });
  for (let index = 0; index < 50; index++) bench.endpoint.receive(new Uint8Array(), UDP);
  await bench.hear(numbered(1));
  await bench.hear(numbered(2), { ...TCP, host: "192.0.2.8" });
  deepEqual(bench.received.map(({ from }) => from.host), ["192.0.2.8"]);
  await bench.clock.pass(1_000);
  for (let index = 10; index < 30; index++) await bench.hear(numbered(index));
  equal(bench.received.length, 11);
  equal(bench.logged.at(-1), "udp 192.0.2.7:5062 is not heard: it sends more than 10 messages a second");
});

Deno.test("the addresses of one IPv6 network of 64 bits are one source", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecond: 1, burst: 2 } });
  for (let index = 0; index < 5; index++) await bench.hear(numbered(index), { ...UDP, host: `2001:db8:0:1::${index}` });
  await bench.hear(numbered(5), { ...UDP, host: "2001:db8:0:2::1" });
  equal(bench.received.length, 3);
});

Deno.test("answers that we wait for do not count", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecond: 1, burst: 3 } });
  for (let index = 0; index < 20; index++) {
    const answer = bench.endpoint.request(newRequest("OPTIONS"), { to: UDP });
    await flush();
    const { request } = bench;
    await bench.answer(request, 100);
    await bench.answer(request, 200);
    equal((await answer).status, 200);
  }
});

Deno.test("of the answers to one request the first provisional and the first final one cost nothing, the others what any message does", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecond: 1, burst: 3 } });
  const ringing: number[] = [];
  const { final } = bench.endpoint.invite(newRequest("INVITE"), {
    to: UDP,
    onProvisional: ({ status }) => ringing.push(status),
  });
  await flush();
  const invite = bench.request;
  for (let index = 0; index < 20; index++) await bench.answer(invite, 180);
  equal(ringing.length, 4);
  await bench.clock.pass(1_000);
  await bench.answer(invite, 486);
  equal((await final).status, 486);
  await bench.hear(numbered(1));
  equal(bench.received.length, 1, "the 486 has cost nothing");
});

Deno.test("answers that nobody waits for do count", async () => {
  await using bench = new Bench({ bounds: { messagesPerSecond: 1, burst: 3 } });
  const stray = newRequest("OPTIONS", { via: ["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-guess"] });
  for (let index = 0; index < 3; index++) await bench.answer(stray, 200);
  await bench.hear(numbered(1));
  equal(bench.received.length, 0);
});

const broken = (request: SipRequest, [from, to]: [from: string, to: string]) =>
  new TextEncoder().encode(new TextDecoder().decode(writeMessage(request)).replace(from, to));

Deno.test("RFC 3261 8.2.6, 21.4.1: a request that cannot be read is answered once, if it can be answered; an ACK never is", async () => {
  await using bench = new Bench();
  bench.endpoint.receive(broken(numbered(1), ["Max-Forwards: 70", "Max-Forwards: many"]), UDP);
  bench.endpoint.receive(broken(numbered(2), ["SIP/2.0\r\n", "SIP/7.0\r\n"]), UDP);
  bench.endpoint.receive(broken(numbered(3, "ACK"), ["Max-Forwards: 70", "Max-Forwards: many"]), UDP);
  bench.endpoint.receive(broken(numbered(4), ["Call-ID", "X-Call-ID"]), UDP);
  bench.endpoint.receive(broken(numbered(5), ["Via: SIP/2.0/UDP", "Via: nonsense"]), UDP);
  bench.endpoint.receive(broken(numbered(6, "INVITE"), ["INVITE sip:b@192.0.2.7:5062", "INVITE tel:+49301234"]), UDP);
  bench.endpoint.receive(crypto.getRandomValues(new Uint8Array(500)), UDP);
  await flush();
  deepEqual(bench.story, ["400@0", "505@0", "416@0"]);
  deepEqual(bench.sent.map(({ to }) => to), [UDP, UDP, UDP]);
  equal(bench.received.length, 0);
});

Deno.test("what is logged has a bounded pace and length, whatever comes in", async () => {
  await using bench = new Bench();
  const long = writeMessage(newRequest("M".repeat(2_000), { via: ["nonsense"] }));
  for (let index = 0; index < 500; index++) bench.endpoint.receive(long, UDP);
  ok(bench.logged.length <= 20);
  ok(bench.logged.every((text) => text.length <= 300));
});
