import { deepEqual, equal, rejects } from "node:assert/strict";
import { responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import { TransactionTimeout } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { TransportError } from "../../../../plugins/sip/lib/transport/mod.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { phoneAck, phoneRequest } from "./support/requests.ts";

const INVITE = phoneRequest("INVITE");
const ACK = phoneRequest("ACK", { to: "<sip:b@test>;tag=us" });
const CANCEL = phoneRequest("CANCEL");
const REPETITIONS = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

const respond = (bench: Bench, status: number) =>
  bench.transaction.respond(responseTo(INVITE, status, { toTag: "us" }));

Deno.test("RFC 3261 17.2.1: an INVITE that is not answered within 200 ms gets a 100", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  await bench.clock.pass(199);
  equal(bench.sent.length, 0);
  await bench.clock.pass(1);
  deepEqual(bench.story, ["100@200"]);
});

Deno.test("RFC 3261 17.2.1: an INVITE that was answered gets no 100", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 180);
  await bench.clock.pass(1_000);
  deepEqual(bench.story, ["180@0"]);
});

Deno.test("RFC 3261 17.2.1: an INVITE that comes again is not handed over again, but gets its last provisional answer again", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  await bench.hear(INVITE);
  respond(bench, 183);
  respond(bench, 180);
  await bench.hear(INVITE);
  deepEqual(bench.story, ["183@0", "180@0", "180@0"]);
  equal(bench.received.length, 1);
});

Deno.test("RFC 3261 17.2.1 timers G and H: over UDP a refusal is repeated for 32 s, and then its ACK is given up", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 486);
  const refused = rejects(bench.transaction.acknowledged, TransactionTimeout);
  await bench.clock.pass(60_000);
  await refused;
  deepEqual(bench.story, REPETITIONS.map((at) => `486@${at}`));
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 17.2.1 timer G: over TCP a refusal is sent once", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE, TCP);
  respond(bench, 486);
  await bench.clock.pass(31_999);
  deepEqual(bench.story, ["486@0"]);
  await bench.hear(ACK, TCP);
  await bench.transaction.acknowledged;
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 17.2.1 timer I: the ACK of a refusal ends its repetitions; for 5 s more its own and the INVITE's are taken", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 486);
  await bench.hear(INVITE);
  await bench.hear(ACK);
  await bench.transaction.acknowledged;
  await bench.hear(ACK);
  await bench.hear(INVITE);
  await bench.clock.pass(4_999);
  deepEqual(bench.story, ["486@0", "486@0"]);
  deepEqual([bench.acks.length, bench.received.length, bench.clock.alarms], [0, 1, 1]);
  await bench.clock.pass(1);
  equal(bench.clock.alarms, 0);
});

for (const from of [UDP, TCP]) {
  Deno.test(`RFC 3261 13.3.1.4: over ${from.transport} a 2xx is repeated until its ACK comes, which is handed over once`, async () => {
    await using bench = new Bench();
    await bench.hear(INVITE, from);
    respond(bench, 200);
    await bench.clock.pass(1_600);
    await bench.hear(phoneAck(), from);
    await bench.transaction.acknowledged;
    await bench.hear(phoneAck(), from);
    await bench.clock.pass(60_000);
    deepEqual(bench.story, ["200@0", "200@500", "200@1500"]);
    deepEqual([bench.acks.length, bench.clock.alarms], [1, 0]);
  });
}

Deno.test("RFC 3261 13.3.1.4: a 2xx whose ACK never comes is given up after 32 s", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  const refused = rejects(bench.transaction.acknowledged, TransactionTimeout);
  await bench.clock.pass(60_000);
  await refused;
  deepEqual(bench.story, REPETITIONS.map((at) => `200@${at}`));
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 6026 7.1 timer L: an INVITE that comes again after its 2xx is taken in silence for 32 s", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  await bench.hear(phoneAck());
  await bench.clock.pass(31_000);
  await bench.hear(INVITE);
  deepEqual([bench.story, bench.received.length], [["200@0"], 1]);
});

Deno.test("RFC 3261 13.2.2.4: an ACK of another dialog, or of another INVITE of the same, is not that of a 2xx", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  await bench.hear(phoneAck({ to: "<sip:b@test>;tag=other" }));
  await bench.hear(phoneAck({ from: "<sip:a@test>;tag=other" }));
  await bench.hear(phoneAck({ callId: "other" }));
  await bench.hear(phoneAck({ cseq: 2 }));
  await bench.clock.pass(500);
  deepEqual([bench.story, bench.acks.length], [["200@0", "200@500"], 0]);
});

Deno.test("a phone that gives the ACK of a 2xx the branch of its INVITE is understood", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  await bench.hear(ACK);
  await bench.transaction.acknowledged;
  equal(bench.acks.length, 1);
});

Deno.test("RFC 3261 9.2: a CANCEL is answered 200 and its INVITE 487, both with the tag that was given before", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 180);
  await bench.hear(CANCEL);
  equal(bench.transaction.cancelled.aborted, true);
  respond(bench, 200);
  await bench.hear(CANCEL);
  deepEqual(bench.story, ["180@0", "200@0", "487@0", "200@0"]);
  deepEqual(bench.sent.map(({ message }) => message.headers.get("To")), Array(4).fill("<sip:b@test>;tag=us"));
  deepEqual(bench.sent.map(({ message }) => message.headers.get("CSeq")), [
    "1 INVITE",
    "1 CANCEL",
    "1 INVITE",
    "1 CANCEL",
  ]);
  await bench.hear(ACK);
  await bench.transaction.acknowledged;
  await bench.clock.pass(60_000);
  equal(bench.sent.length, 4);
});

Deno.test("RFC 3261 9.2: a CANCEL from somebody else than its INVITE is answered 481 and ends nothing", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 180);
  await bench.hear(CANCEL, { ...UDP, host: "192.0.2.66" });
  deepEqual(bench.story, ["180@0", "481@0"]);
  equal(bench.transaction.cancelled.aborted, false);
});

Deno.test("RFC 3261 9.2: a CANCEL that comes before any answer gives both answers one new tag", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  await bench.hear(CANCEL);
  const [first, second] = bench.sent.map(({ message }) => message.headers.get("To"));
  equal(first, second);
  equal(first?.startsWith("<sip:b@test>;tag="), true);
});

Deno.test("RFC 3261 9.2: a CANCEL after the final answer is answered 200 and changes nothing", async () => {
  await using bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  await bench.hear(CANCEL);
  deepEqual(bench.story, ["200@0", "200@0"]);
  equal(bench.response.headers.get("CSeq"), "1 CANCEL");
  equal(bench.transaction.cancelled.aborted, false);
});

Deno.test("RFC 3261 9.2: a CANCEL of nothing is answered 481, and nobody is asked whether to admit it", async () => {
  const admitted: string[] = [];
  await using bench = new Bench({
    admit({ method }) {
      admitted.push(method);
      return "ok";
    },
  });
  await bench.hear(CANCEL);
  await bench.hear(INVITE);
  await bench.hear(phoneRequest("CANCEL", { branch: "z9hG4bK-other" }));
  deepEqual(bench.story, ["481@0", "481@0"]);
  deepEqual(admitted, ["INVITE"]);
  equal(bench.transaction.cancelled.aborted, false);
});

Deno.test("RFC 3261 17.2.4: an INVITE whose answer cannot be sent is over", async () => {
  await using bench = new Bench();
  bench.unreachable.add(UDP.port);
  await bench.hear(INVITE);
  respond(bench, 200);
  await rejects(bench.transaction.acknowledged, TransportError);
  equal(bench.clock.alarms, 0);
});

Deno.test("a closed endpoint gives up the ACKs that it waits for, and hears nothing more", async () => {
  const bench = new Bench();
  await bench.hear(INVITE);
  respond(bench, 200);
  await bench.endpoint.close();
  await rejects(bench.transaction.acknowledged, /the endpoint was closed/);
  await bench.hear(phoneRequest("OPTIONS"));
  deepEqual([bench.received.length, bench.clock.alarms, bench.logged.length], [1, 0, 0]);
});
