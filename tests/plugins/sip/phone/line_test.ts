import { FakeTime } from "@std/testing/time";
import { deepEqual, equal, match } from "node:assert/strict";
import { FakeCall } from "./support/fake_call.ts";
import { LineBench, never, standing } from "./support/line_bench.ts";

Deno.test("R97: a ring is there when the phone has said so, and its mode is told before the operation is done", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(2, never());
  const call = await bench.call(1);
  deepEqual([bench.headers, bench.line.ringMode, await standing(ring)], [["second"], 0, "pending"]);
  let toldAtTheEnd: string[] = [];
  const done = ring.then(() => toldAtTheEnd = [...bench.told]);
  call.rings();
  await done;
  deepEqual([toldAtTheEnd, bench.line.ringMode], [["ring 2"], 2]);
});

Deno.test("R97: silence is a CANCEL, done when the phone has confirmed it; silence that is there already sends nothing", async () => {
  const bench = new LineBench();
  await bench.line.ring(0, never());
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  const silence = bench.line.ring(0, never());
  deepEqual([await standing(silence), call.asked, bench.told], ["pending", ["hangUp"], ["ring 1"]]);
  call.confirms();
  await silence;
  deepEqual([bench.told, bench.line.ringMode, bench.calls.length], [["ring 1", "ring 0"], 0, 1]);
});

Deno.test("silence that the phone does not confirm is an error with the status that stands for it", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await ring;
  const silence = bench.line.ring(0, never());
  bench.calls[0]?.vanishes();
  equal(await standing(silence), "rejected: SIP 408 Request Timeout");
});

/** A line of two contacts, both of which ring. */
async function bothRing() {
  const bench = new LineBench(["desk", "hall"]);
  const ring = bench.line.ring(1, never());
  const [desk, hall] = [await bench.call(1), await bench.call(2)];
  desk.rings();
  hall.rings();
  await ring;
  return { bench, desk, hall };
}

Deno.test("R97: silence is not done where the connection broke over which it rang, before or after that is told", async () => {
  for (const isTold of [false, true]) {
    const bench = new LineBench();
    const ring = bench.line.ring(1, never());
    const call = await bench.call(1);
    call.rings();
    await ring;
    const tell = call.breaks();
    if (isTold) tell();
    await standing(ring);
    const silence = bench.line.ring(0, never());
    equal(await standing(silence) === "pending", !isTold);
    tell();
    match(await standing(silence), /^rejected: SIP 503 .* the connection to .* is gone$/);
    deepEqual([bench.told, bench.line.ringMode], [["ring 1", "ring 0"], 0]);
  }
});

Deno.test("R97: silence that nobody has confirmed is not done when it is asked for again, until the contact is gone", async () => {
  const { bench, desk, hall } = await bothRing();
  const silence = bench.line.ring(0, never());
  desk.confirms();
  equal(await standing(silence), "pending");
  hall.vanishes();
  const unconfirmed = "rejected: SIP 408 Request Timeout";
  equal(await standing(silence), unconfirmed);
  equal(await standing(bench.line.ring(0, never())), unconfirmed);
  bench.line.drop((contact) => contact === "hall");
  equal(await standing(bench.line.ring(0, never())), unconfirmed);
  bench.line.drop((contact) => contact === "desk");
  equal(await standing(bench.line.ring(0, never())), "fulfilled");
});

Deno.test("R97: silence that nobody has confirmed is asked for again, and done when the contact says that it has ended", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  call.breaks()();
  match(await standing(bench.line.ring(0, never())), /^rejected: SIP 503 /);
  call.again = true;
  equal(await standing(bench.line.ring(0, never())), "fulfilled");
  equal(await standing(bench.line.ring(0, never())), "fulfilled");
  deepEqual(call.asked, ["endAgain", "endAgain"]);
});

Deno.test("a close asks a contact again that may ring on", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  call.breaks()();
  await standing(ring);
  equal(await standing(bench.line.end(new Error("closed"))), "fulfilled");
  deepEqual(call.asked, ["endAgain"]);
});

Deno.test("R97: silence that a contact has not confirmed is done when it has confirmed the end of a later ring", async () => {
  const bench = new LineBench();
  for (const [index, expected] of ["rejected: SIP 408 Request Timeout", "fulfilled"].entries()) {
    const ring = bench.line.ring(1, never());
    const call = await bench.call(index + 1);
    call.rings();
    await ring;
    const silence = bench.line.ring(0, never());
    if (index === 0) call.vanishes();
    else call.confirms();
    deepEqual([await standing(silence), await standing(bench.line.ring(0, never()))], [expected, expected]);
  }
});

Deno.test("a contact that refuses a later ring has not confirmed that it is silent, and may be rung all the same", async () => {
  const bench = new LineBench();
  const first = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await first;
  bench.calls[0]?.breaks()();
  const second = bench.line.ring(2, never());
  (await bench.call(2)).refuses(486, "Busy Here");
  equal(await standing(second), "rejected: SIP 486 Busy Here");
  match(await standing(bench.line.ring(0, never())), /^rejected: SIP 503 /);
});

Deno.test("R97: silence is not done before every contact that rang has confirmed it, also one whose connection is gone", async () => {
  const { bench, desk, hall } = await bothRing();
  hall.breaks()();
  const silence = bench.line.ring(0, never());
  equal(await standing(silence), "pending");
  desk.confirms();
  match(await standing(silence), /^rejected: SIP 503 /);
});

Deno.test("silence does not wait for a contact that goes meanwhile, nor does what becomes of its call count then", async () => {
  const { bench, desk, hall } = await bothRing();
  const silence = bench.line.ring(0, never());
  desk.confirms();
  bench.line.drop((contact) => contact === "desk");
  equal(await standing(silence), "fulfilled");
  hall.vanishes();
  await standing(hall.ended);
  equal(await standing(bench.line.ring(0, never())), "fulfilled");
});

Deno.test("silence waits for contacts that still ring although another was answered", async () => {
  const { bench, desk, hall } = await bothRing();
  desk.answers();
  await standing(desk.answered);
  deepEqual([bench.line.isUp, hall.asked], [true, ["hangUp"]]);
  const silence = bench.line.ring(0, never());
  equal(await standing(silence), "pending");
  hall.confirms();
  equal(await standing(silence), "fulfilled");
});

Deno.test("silence leaves a contact that has never said anything alone, unless none has", async () => {
  const bench = new LineBench(["desk", "stale"]);
  const first = bench.line.ring(1, never());
  const [desk, gone] = [await bench.call(1), await bench.call(2)];
  desk.rings();
  await first;
  const silence = bench.line.ring(0, never());
  desk.confirms();
  equal(await standing(silence), "fulfilled");
  gone.vanishes();
  equal(await standing(bench.line.ring(0, never())), "fulfilled");
  const second = bench.line.ring(1, never());
  const [other, stale] = [await bench.call(3), await bench.call(4)];
  const again = bench.line.ring(0, never());
  other.confirms();
  equal(await standing(again), "pending");
  stale.vanishes();
  const unconfirmed = "rejected: SIP 408 Request Timeout";
  deepEqual([await standing(again), await standing(bench.line.ring(0, never()))], [unconfirmed, unconfirmed]);
  match(await standing(second), /^rejected: The ring was ended by a later request/);
});

Deno.test("silence of a phone that cannot be reached is not done, though nothing rings there", async () => {
  const bench = new LineBench();
  const link = AbortSignal.abort(new Error("It has unregistered"));
  equal(await standing(bench.line.ring(0, link)), "rejected: It has unregistered");
});

Deno.test("another pattern while it rings ends the first ring, then begins the second", async () => {
  const bench = new LineBench();
  const first = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await first;
  const second = bench.line.ring(2, never());
  equal(await standing(second), "pending");
  equal(bench.calls.length, 1);
  bench.calls[0]?.confirms();
  (await bench.call(2)).rings();
  await second;
  deepEqual(bench.told, ["ring 1", "ring 0", "ring 2"]);
});

Deno.test("the pattern that rings already is done at once, and nothing is sent", async () => {
  const bench = new LineBench();
  const first = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await first;
  await bench.line.ring(1, never());
  deepEqual([bench.calls.length, bench.told], [1, ["ring 1"]]);
});

Deno.test("a ring that is silenced before the phone has said anything is not done", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  const silence = bench.line.ring(0, never());
  call.confirms();
  equal(await standing(silence), "fulfilled");
  match(await standing(ring), /^rejected: The ring was ended by a later request/);
  deepEqual(bench.told, []);
});

Deno.test("silence that is asked for last stays: a ring that still waits for another to end does not begin any more", async () => {
  const bench = new LineBench();
  const first = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await first;
  const others = [bench.line.ring(2, never()), bench.line.ring(1, never())];
  await Promise.all(others.map(standing));
  const silence = bench.line.ring(0, never());
  bench.calls[0]?.confirms();
  equal(await standing(silence), "fulfilled");
  for (const other of others) match(await standing(other), /^rejected: The ring was ended by a later request/);
  deepEqual([bench.told, bench.calls.length, bench.line.ringMode], [["ring 1", "ring 0"], 1, 0]);
});

Deno.test("R92: the person who answers ends the ring and lifts the handset", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  call.answers();
  await standing(ring);
  deepEqual([bench.told, bench.line.isUp, bench.line.call], [["ring 1", "ring 0", "micSpeaker"], true, call]);
  call.hangsUp();
  await standing(ring);
  deepEqual([bench.told.at(-1), bench.line.isUp], ["onHook", false]);
});

Deno.test("a phone that answers without ringing has never rung", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).answers();
  await ring;
  deepEqual(bench.told, ["micSpeaker"]);
});

Deno.test("all contacts ring; one that is answered keeps the others from ringing on", async () => {
  const bench = new LineBench(["desk", "hall"]);
  const ring = bench.line.ring(1, never());
  const [desk, hall] = [await bench.call(1), await bench.call(2)];
  desk.refuses(486, "Busy Here");
  equal(await standing(ring), "pending");
  hall.rings();
  equal(await standing(ring), "fulfilled");
  hall.answers();
  await standing(ring);
  deepEqual([bench.told, desk.asked, hall.asked], [["ring 1", "ring 0", "micSpeaker"], [], []]);
});

Deno.test("a person who declines at one contact does not hear the others any more", async () => {
  const bench = new LineBench(["desk", "hall"]);
  const ring = bench.line.ring(1, never());
  const [desk, hall] = [await bench.call(1), await bench.call(2)];
  desk.refuses(603, "Decline");
  await standing(ring);
  deepEqual(hall.asked, ["hangUp"]);
  hall.confirms();
  equal(await standing(ring), "rejected: SIP 603 Decline");
});

Deno.test("a refused ring is an error with the phone's own words", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).refuses(486, "Busy Here");
  equal(await standing(ring), "rejected: SIP 486 Busy Here");
  deepEqual(bench.told, []);
});

Deno.test("R54: a ring that is given up is cancelled, and waited for no longer than 1.5 s", async () => {
  using time = new FakeTime();
  const bench = new LineBench();
  const signal = new AbortController();
  const ring = bench.line.ring(1, signal.signal);
  const call = await bench.call(1);
  signal.abort(new Error("The phone is closing"));
  equal(await standing(ring), "pending");
  deepEqual(call.asked, ["hangUp"]);
  await time.tickAsync(1_500);
  equal(await standing(ring), "rejected: The phone is closing");
});

Deno.test("a ring that is given up goes on for others who want it, and each is told its own reason", async () => {
  using time = new FakeTime();
  const bench = new LineBench();
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const rings = [bench.line.ring(1, first.signal), bench.line.ring(1, second.signal)] as const;
  const lift = bench.line.lift(third.signal);
  const call = await bench.call(1);
  await standing(lift);
  first.abort(new Error("The first gives up"));
  equal(await standing(rings[0]), "rejected: The first gives up");
  deepEqual([await standing(rings[1]), await standing(lift), call.asked], ["pending", "pending", []]);
  second.abort(new Error("The second gives up"));
  equal(await standing(rings[1]), "rejected: The second gives up");
  deepEqual([await standing(lift), call.asked], ["pending", []]);
  third.abort(new Error("The third gives up"));
  await standing(lift);
  deepEqual(call.asked, ["hangUp"]);
  await time.tickAsync(1_500);
  equal(await standing(lift), "rejected: The third gives up");
  equal(bench.calls.length, 1);
});

Deno.test("a ring that one gives up while another waits for it to end is rung anew for that one", async () => {
  const bench = new LineBench();
  const signal = new AbortController();
  const first = bench.line.ring(1, signal.signal);
  const call = await bench.call(1);
  signal.abort(new Error("Given up"));
  const second = bench.line.ring(1, never());
  const lift = bench.line.lift(never());
  await standing(lift);
  call.confirms();
  equal(await standing(first), "rejected: Given up");
  const again = await bench.call(2);
  again.rings();
  equal(await standing(second), "fulfilled");
  again.answers();
  equal(await standing(lift), "fulfilled");
});

Deno.test("digits come from whichever call is up, also from one that the phone has made", async () => {
  const bench = new LineBench();
  const call = new FakeCall();
  bench.line.dialled(call, "desk");
  deepEqual([bench.line.isBusy, bench.line.isUp], [true, false]);
  call.answers();
  await standing(call.answered);
  call.onDigit?.("5");
  deepEqual(bench.told, ["micSpeaker", "digit 5"]);
});

Deno.test("calls and rings of contacts that are gone end at once, without waiting for anybody", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await ring;
  const call = new FakeCall();
  bench.line.dialled(call, "desk");
  call.answers();
  await standing(call.answered);
  bench.line.drop(() => false, new Error("It has unregistered"));
  deepEqual(bench.told, ["ring 1", "micSpeaker", "ring 0", "onHook"]);
  deepEqual([call.asked, bench.calls[0]?.asked], [["hangUp"], ["hangUp"]]);
});

Deno.test("a phone that moves to another contact in the middle of a call still has it; one that cannot be reached has none", async () => {
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  const call = await bench.call(1);
  call.answers();
  await lift;
  bench.line.drop((contact) => contact !== "desk");
  deepEqual([bench.line.isUp, call.asked], [true, []]);
  bench.line.drop(() => false, new Error("It has unregistered"));
  deepEqual([bench.line.isUp, call.asked], [false, ["hangUp"]]);
});

Deno.test("R54, R58: a close ends all that goes on within 1.5 s, and the next one begins with nothing", async () => {
  using time = new FakeTime();
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  (await bench.call(1)).answers();
  await lift;
  const ring = bench.line.ring(1, never());
  (await bench.call(2)).rings();
  await ring;
  const end = bench.line.end(new Error("The phone is closing"));
  deepEqual(bench.calls.map(({ asked }) => asked), [["hangUp"], ["hangUp"]]);
  await time.tickAsync(1_500);
  await end;
  deepEqual([bench.line.ringMode, bench.line.isUp, bench.line.isBusy], [0, false, false]);
  bench.told.length = 0;
  const silence = bench.line.ring(0, never());
  equal(await standing(silence), "pending", "the phone may ring on, whoever has it open now");
  for (const call of bench.calls) call.vanishes();
  await standing(end);
  deepEqual(bench.told, []);
  equal(await standing(silence), "rejected: SIP 408 Request Timeout");
});
