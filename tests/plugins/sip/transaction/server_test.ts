import { deepEqual, equal, throws } from "node:assert/strict";
import { responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import { flush } from "../support/hand_clock.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { newRequest, phoneRequest } from "./support/requests.ts";

const OPTIONS = phoneRequest("OPTIONS");

Deno.test("RFC 3261 17.2.2 timer J: a request that comes again is not handed over again, but answered again for 32 s", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  await bench.hear(OPTIONS);
  deepEqual([bench.received.length, bench.sent.length], [1, 0]);
  bench.transaction.respond(responseTo(OPTIONS, 200, { toTag: "us" }));
  await bench.hear(OPTIONS);
  await bench.clock.pass(31_000);
  await bench.hear(OPTIONS);
  deepEqual(bench.story, ["200@0", "200@0", "200@31000"]);
  equal(new Set(bench.sent.map(({ message }) => message.headers.get("To"))).size, 1);
  await bench.clock.pass(1_000);
  await bench.hear(OPTIONS);
  equal(bench.received.length, 2);
});

Deno.test("RFC 3261 17.2.2 timer J: over TCP an answer ends the transaction", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS, TCP);
  bench.transaction.respond(responseTo(OPTIONS, 200));
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 17.2.2: a request that comes again before its final answer gets the provisional one again", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  bench.transaction.respond(responseTo(OPTIONS, 100));
  await bench.hear(OPTIONS);
  deepEqual(bench.story, ["100@0", "100@0"]);
});

Deno.test("RFC 3261 17.2.2: a second final answer is not sent", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  bench.transaction.respond(responseTo(OPTIONS, 200));
  bench.transaction.respond(responseTo(OPTIONS, 500));
  await flush();
  deepEqual(bench.story, ["200@0"]);
});

Deno.test("RFC 4320 4.1 and 4.2: 1xx other than 100, and 408, are no answers to a request other than INVITE", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  for (const status of [180, 183, 199, 408]) {
    throws(() => bench.transaction.respond(responseTo(OPTIONS, status)), TypeError);
  }
  equal(bench.sent.length, 0);
});

Deno.test("a request that nobody answers is forgotten after 32 s, when its sender has given up, and logged", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  await bench.clock.pass(32_000);
  bench.transaction.respond(responseTo(OPTIONS, 200));
  await flush();
  deepEqual([bench.sent.length, bench.clock.alarms], [0, 0]);
  deepEqual(bench.logged, ["OPTIONS of udp 192.0.2.7:5062 was never answered"]);
});

Deno.test("a request whose taking throws is answered 500", async () => {
  await using bench = new Bench({
    onRequest() {
      throw new Error("a mistake of ours");
    },
  });
  await bench.hear(OPTIONS);
  deepEqual(bench.story, ["500@0"]);
  equal(bench.logged[0]?.includes("a mistake of ours"), true);
});

Deno.test("RFC 3261 17.2.4: an answer that cannot be sent ends the transaction", async () => {
  await using bench = new Bench();
  bench.unreachable.add(UDP.port);
  await bench.hear(OPTIONS);
  bench.transaction.respond(responseTo(OPTIONS, 200));
  await flush();
  deepEqual([bench.logged.length, bench.clock.alarms], [1, 0]);
});

Deno.test("RFC 3261 18.2.2: an answer whose connection is gone goes to the port that Via names, or to 5060", async () => {
  await using bench = new Bench();
  const from = { ...TCP, port: 40_000 };
  bench.unreachable.add(from.port);
  for (const sentBy of ["192.0.2.7:5062", "192.0.2.7"]) {
    const request = newRequest("OPTIONS", { callId: sentBy, via: [`SIP/2.0/TCP ${sentBy};branch=z9hG4bK-1`] });
    await bench.hear(request, from);
    bench.transaction.respond(responseTo(request, 200));
    await flush();
  }
  deepEqual(bench.sent.map(({ to }) => to.port), [5062, 5060]);
});

Deno.test("of a request other than INVITE nothing is cancelled, and nothing has to be acknowledged", async () => {
  await using bench = new Bench();
  await bench.hear(OPTIONS);
  await bench.transaction.acknowledged;
  await bench.hear(phoneRequest("CANCEL", { branch: "z9hG4bK-OPTIONS" }));
  equal(bench.response.status, 481);
  equal(bench.transaction.cancelled.aborted, false);
});

Deno.test("what a stranger is answered goes through his connection only: none is opened for it, neither there nor to the port of Via", async () => {
  await using bench = new Bench({ admit: (request) => responseTo(request, 401, { toTag: "us" }) });
  const from = { ...TCP, port: 40_000 };
  const via = ["SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK-1"];
  await bench.hear(newRequest("OPTIONS", { via }), from);
  await bench.hear(newRequest("CANCEL", { via }), from);
  deepEqual(bench.sent.map(({ to, dial }) => [to.port, dial]), [[40_000, false], [40_000, false]]);
  bench.unreachable.add(from.port);
  await bench.hear(newRequest("OPTIONS", { via }), from);
  await bench.hear(newRequest("CANCEL", { via }), from);
  deepEqual([bench.sent.length, bench.logged.length], [2, 2]);
});
