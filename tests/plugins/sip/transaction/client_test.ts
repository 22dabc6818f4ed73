import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { paramOf, parseVia, responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import { TransactionTimeout } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { TransportError } from "../../../../plugins/sip/lib/transport/mod.ts";
import { flush } from "../support/hand_clock.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { newRequest, phoneRequest } from "./support/requests.ts";

const MESSAGE = newRequest("MESSAGE");

Deno.test("RFC 3261 17.1.2.2 timers E and F: over UDP a request is repeated ever more slowly for 32 s, and then given up", async () => {
  await using bench = new Bench();
  const refused = rejects(bench.endpoint.request(MESSAGE, { to: UDP }), TransactionTimeout);
  await bench.clock.pass(40_000);
  await refused;
  const moments = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  deepEqual(bench.story, moments.map((at) => `MESSAGE@${at}`));
  equal(bench.clock.alarms, 0);
});

Deno.test("a connection is kept for whoever answers a request of ours, and for nobody else's words", async () => {
  await using bench = new Bench();
  const answer = bench.endpoint.request(MESSAGE, { to: TCP });
  await flush();
  await bench.hear(responseTo(phoneRequest("MESSAGE"), 200), TCP);
  deepEqual(bench.kept, []);
  await bench.answer(bench.request, 200, { from: TCP });
  equal((await answer).status, 200);
  deepEqual(bench.kept, [TCP]);
});

Deno.test("RFC 3261 17.1.2.2: after a provisional response a request is repeated every 4 s", async () => {
  await using bench = new Bench();
  const refused = rejects(bench.endpoint.request(MESSAGE, { to: UDP }), TransactionTimeout);
  await bench.clock.pass(600);
  await bench.answer(bench.request, 100);
  await bench.clock.pass(13_000);
  await bench.answer(bench.request, 100);
  await bench.clock.pass(20_000);
  await refused;
  const moments = [0, 500, 1_500, 5_500, 9_500, 13_500, 17_500, 21_500, 25_500, 29_500];
  deepEqual(bench.story, moments.map((at) => `MESSAGE@${at}`));
});

Deno.test("RFC 3261 17.1.2.2: over TCP a request is sent once, and given up after 32 s as well", async () => {
  await using bench = new Bench();
  const refused = rejects(bench.endpoint.request(MESSAGE, { to: TCP }), /192\.0\.2\.7:5062 gave none in time/);
  await bench.clock.pass(32_000);
  await refused;
  deepEqual(bench.story, ["MESSAGE@0"]);
});

Deno.test("RFC 3261 17.1.2.2 timer K: a final response ends the repetitions; for 5 s more its own are taken, over UDP only", async () => {
  await using bench = new Bench();
  for (const to of [UDP, TCP]) {
    const answer = bench.endpoint.request(MESSAGE, { to });
    await flush();
    const { request } = bench;
    await bench.answer(request, 202);
    equal((await answer).status, 202);
    equal(bench.clock.alarms, to === UDP ? 1 : 0);
    await bench.answer(request, 202);
    await bench.clock.pass(5_000);
    equal(bench.clock.alarms, 0);
  }
  equal(bench.sent.length, 2);
});

Deno.test("RFC 3261 17.1.4: a request that cannot be sent fails at once", async () => {
  await using bench = new Bench();
  bench.unreachable.add(UDP.port);
  await rejects(bench.endpoint.request(MESSAGE, { to: UDP }), TransportError);
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 17.1.4: a request fails with the connection that it went through, and others do not", async () => {
  await using bench = new Bench();
  const refused = rejects(bench.endpoint.request(MESSAGE, { to: TCP }), /connection to tcp 192\.0\.2\.7:5062 is gone/);
  const other = bench.endpoint.request(MESSAGE, { to: { ...TCP, port: 5064 } });
  await flush();
  bench.endpoint.lost(TCP);
  await refused;
  await bench.answer(bench.request, 200);
  equal((await other).status, 200);
});

Deno.test("an abandoned request rejects with the reason of its signal, and is not repeated", async () => {
  await using bench = new Bench();
  const reason = new Error("nobody wants it any more");
  await rejects(bench.endpoint.request(MESSAGE, { to: UDP, signal: AbortSignal.abort(reason) }), reason);
  equal(bench.sent.length, 0);
  const abandon = new AbortController();
  const refused = rejects(bench.endpoint.request(MESSAGE, { to: UDP, signal: abandon.signal }), reason);
  await flush();
  abandon.abort(reason);
  await refused;
  await bench.answer(bench.request, 200);
  await bench.clock.pass(32_000);
  equal(bench.sent.length, 1);
});

Deno.test("RFC 3261 8.1.1.7, RFC 3581 section 3: each request has a Via of ours with a new branch and rport", async () => {
  await using bench = new Bench();
  const gone = bench.endpoint.request(newRequest("OPTIONS"), { to: UDP }).catch(() => {});
  bench.endpoint.request(newRequest("OPTIONS"), { to: { ...TCP, host: "2001:db8::7" } }).catch(() => {});
  await flush();
  const [udp, tcp] = bench.sent.map(({ message }) => parseVia(message.headers.get("Via") ?? ""));
  deepEqual([udp?.transport, udp?.host, udp?.port], ["UDP", "192.0.2.1", 5060]);
  deepEqual([tcp?.transport, tcp?.host, tcp?.port], ["TCP", "2001:db8::1", 5060]);
  for (const via of [udp, tcp]) {
    equal(paramOf(via?.params ?? [], "branch")?.startsWith("z9hG4bK"), true);
    deepEqual(via?.params.at(-1), { name: "rport" });
  }
  notEqual(paramOf(udp?.params ?? [], "branch"), paramOf(tcp?.params ?? [], "branch"));
  await bench.endpoint.close();
  await gone;
});

Deno.test("RFC 3261 17.1.3: a response is taken by its branch and its method only", async () => {
  await using bench = new Bench();
  const answer = bench.endpoint.request(MESSAGE, { to: UDP });
  await flush();
  const { request } = bench;
  const wrongMethod = responseTo(request, 200);
  wrongMethod.headers.set("CSeq", "1 OPTIONS");
  await bench.hear(wrongMethod);
  const wrongBranch = responseTo(request, 200);
  wrongBranch.headers.set("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKguess");
  await bench.hear(wrongBranch);
  await bench.answer(request, 486, { from: { ...UDP, port: 4000 } });
  equal((await answer).status, 486);
});

Deno.test("RFC 3261 8.1.3.3: a response with a second Via went astray, and is not taken", async () => {
  await using bench = new Bench();
  const answer = bench.endpoint.request(MESSAGE, { to: UDP });
  await flush();
  const astray = responseTo(bench.request, 200);
  astray.headers.add("Via", "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKother");
  await bench.hear(astray);
  await bench.answer(bench.request, 404);
  equal((await answer).status, 404);
});

Deno.test("INVITE, ACK and CANCEL are not sent as requests of their own", async () => {
  await using bench = new Bench();
  for (const method of ["INVITE", "ACK", "CANCEL"]) {
    await rejects(bench.endpoint.request(newRequest(method), { to: UDP }), TypeError);
  }
});

Deno.test("a closed endpoint fails what waits, and sends nothing more", async () => {
  const bench = new Bench();
  const waiting = rejects(bench.endpoint.request(MESSAGE, { to: UDP }), /the endpoint was closed/);
  const ringing = rejects(
    bench.endpoint.invite(newRequest("INVITE"), { to: UDP, onProvisional() {} }).final,
    TransportError,
  );
  await bench.endpoint.close();
  await waiting;
  await ringing;
  await rejects(bench.endpoint.request(MESSAGE, { to: UDP }), /the endpoint is closed/);
  await rejects(bench.endpoint.invite(newRequest("INVITE"), { to: UDP, onProvisional() {} }).final, TransportError);
  equal(bench.sent.length, 2);
  equal(bench.clock.alarms, 0);
});
