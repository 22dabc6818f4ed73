import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { paramOf, parseVia, type SipResponse } from "../../../../plugins/sip/lib/message/mod.ts";
import { type InviteTransaction, TransactionTimeout } from "../../../../plugins/sip/lib/transaction/mod.ts";
import { type Peer, TransportError } from "../../../../plugins/sip/lib/transport/mod.ts";
import { flush } from "../support/hand_clock.ts";
import { Bench, TCP, UDP } from "./support/bench.ts";
import { newRequest } from "./support/requests.ts";

const INVITE = newRequest("INVITE", {
  cseq: 7,
  headers: [["Route", "<sip:192.0.2.7:5062;lr>"], ["Contact", "<sip:us@192.0.2.1>"], ["Authorization", "Digest x"]],
});

interface Invited {
  invite: InviteTransaction;
  provisional: number[];
  forked: SipResponse[];
}

async function invited(bench: Bench, to: Peer = UDP): Promise<Invited> {
  const provisional: number[] = [];
  const forked: SipResponse[] = [];
  const invite = bench.endpoint.invite(INVITE, {
    to,
    onProvisional: ({ status }) => provisional.push(status),
    onForked: (response) => forked.push(response),
  });
  await flush();
  return { invite, provisional, forked };
}

const branchOf = (bench: Bench, index: number) => bench.sent[index]?.message.headers.get("Via");

Deno.test("RFC 3261 17.1.1.2 timers A and B: over UDP an INVITE is repeated ever more slowly for 32 s, and then given up", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const refused = rejects(invite.final, TransactionTimeout);
  await bench.clock.pass(60_000);
  await refused;
  deepEqual(bench.story, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500].map((at) => `INVITE@${at}`));
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 17.1.1.2: over TCP an INVITE is sent once, and given up after 32 s as well", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench, TCP);
  const refused = rejects(invite.final, TransactionTimeout);
  await bench.clock.pass(32_000);
  await refused;
  deepEqual(bench.story, ["INVITE@0"]);
});

Deno.test("RFC 3261 17.1.1.2: a provisional response ends the repetitions; a phone may ring as long as it likes", async () => {
  await using bench = new Bench();
  const { invite, provisional } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 100);
  await bench.answer(request, 180);
  await bench.clock.pass(600_000);
  await bench.answer(request, 486);
  equal((await invite.final).status, 486);
  deepEqual(provisional, [100, 180]);
  deepEqual(bench.story, ["INVITE@0", "ACK@600000"]);
});

Deno.test("RFC 3261 17.1.1.3: the ACK of a refusal has the INVITE's branch, number and route, and the To of the response", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  await bench.answer(bench.request, 486, { toTag: "busy" });
  equal((await invite.final).status, 486);
  const { uri, headers } = bench.request;
  equal(uri, INVITE.uri);
  equal(headers.get("Via"), branchOf(bench, 0));
  equal(headers.get("To"), "<sip:b@test>;tag=busy");
  deepEqual(
    ["From", "Call-ID", "CSeq", "Route", "Max-Forwards"].map((name) => headers.get(name)),
    ["<sip:a@test>;tag=a", "call", "7 ACK", "<sip:192.0.2.7:5062;lr>", "70"],
  );
  deepEqual([headers.has("Contact"), headers.has("Authorization")], [false, false]);
});

Deno.test("RFC 3261 17.1.1.2 timer D: a repeated refusal gets its ACK again for 32 s", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 603);
  await bench.clock.pass(31_000);
  await bench.answer(request, 603);
  await bench.clock.pass(1_000);
  await bench.answer(request, 603);
  equal((await invite.final).status, 603);
  deepEqual(bench.story, ["INVITE@0", "ACK@0", "ACK@31000"]);
});

Deno.test("RFC 3261 17.1.1.2 timer D: over TCP a refusal ends the transaction with its ACK", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench, TCP);
  await bench.answer(bench.request, 603, { from: TCP });
  equal((await invite.final).status, 603);
  deepEqual([bench.story, bench.clock.alarms], [["INVITE@0", "ACK@0"], 0]);
});

Deno.test("RFC 6026 7.2 timer M: the ACK of a 2xx has a branch of its own, and is sent again for each repetition for 32 s", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 200);
  await bench.answer(request, 200);
  equal((await invite.final).status, 200);
  const proxy = { ...UDP, port: 5099 };
  bench.endpoint.acknowledge(newRequest("ACK", { cseq: 7, to: "<sip:b@test>;tag=phone" }), proxy);
  await bench.clock.pass(31_000);
  await bench.answer(request, 200);
  await bench.clock.pass(1_000);
  await bench.answer(request, 200);
  deepEqual(bench.story, ["INVITE@0", "ACK@0", "ACK@31000"]);
  deepEqual(bench.sent.slice(1).map(({ to }) => to), [proxy, proxy]);
  equal(branchOf(bench, 1), branchOf(bench, 2));
  notEqual(
    paramOf(parseVia(branchOf(bench, 1) ?? "").params, "branch"),
    paramOf(parseVia(branchOf(bench, 0) ?? "").params, "branch"),
  );
});

Deno.test("RFC 3261 13.2.2.4: a 2xx of another phone behind a proxy is told once, and gets an ACK of its own", async () => {
  await using bench = new Bench();
  const { forked } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 200, { toTag: "one" });
  await bench.answer(request, 200, { toTag: "two" });
  await bench.answer(request, 200, { toTag: "two" });
  deepEqual(forked.map(({ headers }) => headers.get("To")), ["<sip:b@test>;tag=two"]);
  bench.endpoint.acknowledge(newRequest("ACK", { cseq: 7, to: "<sip:b@test>;tag=two" }), UDP);
  await bench.answer(request, 200, { toTag: "one" });
  await bench.answer(request, 200, { toTag: "two" });
  deepEqual(bench.story, ["INVITE@0", "ACK@0", "ACK@0"]);
  for (let more = 0; more < 50; more++) await bench.answer(request, 200, { toTag: `more-${more}` });
  equal(forked.length, 15);
});

Deno.test("RFC 3261 9.1: a CANCEL waits for a provisional response, and is the INVITE's in all that tells", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const { request } = bench;
  invite.cancel();
  invite.cancel();
  await bench.clock.pass(100);
  await bench.answer(request, 100, { toTag: "early" });
  await bench.answer(request, 180);
  deepEqual(bench.story, ["INVITE@0", "CANCEL@100"]);
  const { uri, headers } = bench.request;
  equal(uri, INVITE.uri);
  equal(headers.get("Via"), branchOf(bench, 0));
  deepEqual(
    ["From", "To", "Call-ID", "CSeq", "Route"].map((name) => headers.get(name)),
    ["<sip:a@test>;tag=a", "<sip:b@test>", "call", "7 CANCEL", "<sip:192.0.2.7:5062;lr>"],
  );
  await bench.answer(bench.request, 200);
  await bench.answer(request, 487);
  equal((await invite.final).status, 487);
  deepEqual(bench.story, ["INVITE@0", "CANCEL@100", "ACK@100"]);
});

Deno.test("RFC 3261 17.1.2.2: a CANCEL is repeated until it is answered", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 180);
  invite.cancel();
  await bench.clock.pass(1_000);
  deepEqual(bench.story, ["INVITE@0", "CANCEL@0", "CANCEL@500"]);
  await bench.answer(bench.request, 200);
  await bench.answer(request, 487);
  await bench.clock.pass(32_000);
  deepEqual(bench.story, ["INVITE@0", "CANCEL@0", "CANCEL@500", "ACK@1000"]);
});

Deno.test("RFC 3261 9.1: an INVITE that was cancelled and has no final answer after 32 s is given up", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  await bench.answer(bench.request, 180);
  await bench.clock.pass(60_000);
  invite.cancel();
  await flush();
  await bench.answer(bench.request, 200);
  const refused = rejects(invite.final, /gave no final answer/);
  await bench.clock.pass(32_000);
  await refused;
  equal(bench.clock.alarms, 0);
});

Deno.test("RFC 3261 9.1: an INVITE that is cancelled and never answered at all is given up when it would be without", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  invite.cancel();
  const refused = rejects(invite.final, TransactionTimeout);
  await bench.clock.pass(32_000);
  await refused;
  equal(bench.story.includes("CANCEL@0"), false);
});

Deno.test("RFC 3261 9.1: a 200 that was quicker than the CANCEL is what the INVITE came to", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench);
  const { request } = bench;
  await bench.answer(request, 180);
  invite.cancel();
  await bench.answer(request, 200);
  equal((await invite.final).status, 200);
  await bench.answer(bench.request, 481);
  invite.cancel();
  await bench.clock.pass(60_000);
  deepEqual(bench.story, ["INVITE@0", "CANCEL@0"]);
});

Deno.test("RFC 3261 17.1.4: an INVITE that cannot be sent, or whose connection is gone, fails at once", async () => {
  await using bench = new Bench();
  const { invite } = await invited(bench, TCP);
  await bench.answer(bench.request, 180, { from: TCP });
  bench.endpoint.lost(TCP);
  await rejects(invite.final, TransportError);
  bench.unreachable.add(UDP.port);
  await rejects((await invited(bench)).invite.final, TransportError);
  equal(bench.clock.alarms, 0);
});

Deno.test("an ACK that cannot be sent is logged, and costs nothing else", async () => {
  await using bench = new Bench();
  bench.unreachable.add(UDP.port);
  bench.endpoint.acknowledge(newRequest("ACK"), UDP);
  await flush();
  equal(bench.logged.length, 1);
});
