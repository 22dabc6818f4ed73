import { FakeTime } from "@std/testing/time";
import { deepEqual, equal, match } from "node:assert/strict";
import { PATIENCE_MS } from "../../../../plugins/sip/phone/first_of.ts";
import { FakeCall } from "./support/fake_call.ts";
import { LineBench, never, standing } from "./support/line_bench.ts";

Deno.test("on hook that the phone does not confirm, or refuses, is an error with what it says or what stands for its silence", async () => {
  for (
    const [says, expected] of [
      [(call: FakeCall) => call.vanishes(), "rejected: SIP 408 Request Timeout"],
      [(call: FakeCall) => call.refusesBye(500, "Not Now"), "rejected: SIP 500 Not Now"],
      [(call: FakeCall) => call.refusesBye(481, "Call/Transaction Does Not Exist"), "fulfilled"],
    ] as const
  ) {
    const bench = new LineBench();
    const lift = bench.line.lift(never());
    const call = await bench.call(1);
    call.answers();
    await lift;
    const down = bench.line.putDown(never());
    says(call);
    deepEqual([await standing(down), bench.told.at(-1)], [expected, "onHook"]);
  }
});

Deno.test("on hook that the phone has not confirmed is asked for again, after a close too, until it has", async () => {
  for (const closes of [false, true]) {
    using time = new FakeTime();
    const bench = new LineBench();
    const lift = bench.line.lift(never());
    const call = await bench.call(1);
    call.answers();
    await lift;
    const down = closes ? bench.line.end(new Error("closed")) : bench.line.putDown(never());
    if (closes) await time.tickAsync(1_500);
    call.vanishes();
    await standing(down);
    equal(await standing(bench.line.putDown(never())), "rejected: SIP 408 Request Timeout");
    call.again = true;
    equal(await standing(bench.line.putDown(never())), "fulfilled");
    deepEqual(call.asked, ["hangUp", "endAgain", "endAgain"]);
    equal(await standing(bench.line.putDown(never())), "fulfilled");
    equal(call.asked.length, 3, "what is confirmed is not asked again");
  }
});

Deno.test("on hook that is in doubt is done when the contact is gone, though the phone has another", async () => {
  const bench = new LineBench(["desk", "hall"]);
  const lift = bench.line.lift(never());
  const [desk, hall] = [await bench.call(1), await bench.call(2)];
  desk.answers();
  await lift;
  hall.confirms();
  const down = bench.line.putDown(never());
  desk.refusesBye(500, "Not Now");
  equal(await standing(down), "rejected: SIP 500 Not Now");
  bench.line.drop((contact) => contact === "desk");
  equal(await standing(bench.line.putDown(never())), "rejected: SIP 500 Not Now");
  bench.line.drop((contact) => contact === "hall");
  equal(await standing(bench.line.putDown(never())), "fulfilled");
});

Deno.test("a phone that says nothing when it is asked again to hang up is waited for 4 s", async () => {
  using time = new FakeTime();
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  const call = await bench.call(1);
  call.answers();
  await lift;
  const down = bench.line.putDown(never());
  call.refusesBye(500, "Not Now");
  equal(await standing(down), "rejected: SIP 500 Not Now");
  call.endAgain = () => new Promise(() => {});
  const again = bench.line.putDown(never());
  await time.tickAsync(PATIENCE_MS - 1);
  equal(await standing(again), "pending");
  await time.tickAsync(1);
  equal(await standing(again), "rejected: SIP 408 Request Timeout");
});

Deno.test("an off-hook that still rings and is put on hook is done when the phone has confirmed the CANCEL, and not without", async () => {
  for (const [confirmed, expected] of [[true, "fulfilled"], [false, "rejected: SIP 408 Request Timeout"]] as const) {
    const bench = new LineBench();
    const lift = bench.line.lift(never());
    const call = await bench.call(1);
    call.rings();
    await standing(lift);
    const down = bench.line.putDown(never());
    equal(await standing(down), "pending");
    if (confirmed) call.confirms();
    else call.vanishes();
    equal(await standing(down), expected);
    match(await standing(lift), /^rejected: The handset was put on hook/);
  }
});

Deno.test("on hook that is asked for at once with off hook has nothing ring for it afterwards", async () => {
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  await bench.line.putDown(never());
  match(await standing(lift), /^rejected: The handset was put on hook by a later request/);
  deepEqual([bench.calls.length, bench.told], [0, []]);
});

Deno.test("off hook asks for auto-answer, and is done when the handset is up; on hook is a BYE", async () => {
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  const call = await bench.call(1);
  deepEqual(bench.headers, ["Auto"]);
  call.rings();
  equal(await standing(lift), "pending");
  call.answers();
  await lift;
  await bench.line.lift(never());
  const down = bench.line.putDown(never());
  deepEqual([await standing(down), call.asked], ["pending", ["hangUp"]]);
  call.confirms();
  await down;
  await bench.line.putDown(never());
  deepEqual([bench.told, bench.calls.length], [["ring 1", "ring 0", "micSpeaker", "onHook"], 1]);
});

Deno.test("off hook waits for the ring that is there already, and for the one that follows it", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await ring;
  const lift = bench.line.lift(never());
  equal(await standing(lift), "pending");
  const other = bench.line.ring(2, never());
  await standing(other);
  bench.calls[0]?.confirms();
  const second = await bench.call(2);
  second.rings();
  await other;
  equal(await standing(lift), "pending");
  second.answers();
  await lift;
  deepEqual(bench.headers, ["", "second"]);
});

Deno.test("an off-hook that is given up cancels what rings for it alone, and leaves what setRing wants", async () => {
  using time = new FakeTime();
  for (const wanted of [false, true]) {
    const bench = new LineBench();
    const signal = new AbortController();
    const lift = bench.line.lift(signal.signal);
    const call = await bench.call(1);
    call.rings();
    await standing(lift);
    if (wanted) await bench.line.ring(1, never());
    signal.abort(new Error("Given up"));
    await standing(lift);
    deepEqual(call.asked, wanted ? [] : ["hangUp"]);
    await time.tickAsync(1_500);
    equal(await standing(lift), "rejected: Given up");
    if (!wanted) call.confirms();
    await standing(lift);
    deepEqual(bench.line.ringMode, wanted ? 1 : 0);
  }
});

Deno.test("a ring that was asked for and is heard goes on when an off-hook that waited for it is given up", async () => {
  const bench = new LineBench();
  const signal = new AbortController();
  const lift = bench.line.lift(signal.signal);
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  signal.abort(new Error("Given up"));
  equal(await standing(lift), "rejected: Given up");
  deepEqual([call.asked, bench.line.ringMode], [[], 1]);
});

Deno.test("what rings to have the handset lifted stops when its person lifts it to dial", async () => {
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  const call = await bench.call(1);
  call.rings();
  await standing(lift);
  const dialled = new FakeCall();
  bench.line.dialled(dialled, "desk");
  dialled.answers();
  equal(await standing(lift), "fulfilled");
  deepEqual([call.asked, dialled.asked], [["hangUp"], []]);
  call.confirms();
  await standing(lift);
  deepEqual(bench.told, ["ring 1", "micSpeaker", "ring 0"]);
});

Deno.test("a ring whose contact is gone is rung anew for an off-hook, and told to who has asked for it", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const lift = bench.line.lift(never());
  await bench.call(1);
  await standing(lift);
  bench.line.drop(() => false);
  match(await standing(ring), /^rejected: The contacts that were rung are not registered any more/);
  (await bench.call(2)).answers();
  equal(await standing(lift), "fulfilled");
});

Deno.test("an off-hook waits for a person no longer than it is configured to", async () => {
  using time = new FakeTime();
  const bench = new LineBench();
  const lift = bench.line.lift(never());
  const call = await bench.call(1);
  call.rings();
  await standing(lift);
  await time.tickAsync(60_000);
  await standing(lift);
  deepEqual(call.asked, ["hangUp"]);
  call.confirms();
  equal(await standing(lift), "rejected: Nobody lifted the handset within 60 s");
  equal(bench.told.at(-1), "ring 0");
});

Deno.test("on hook ends an off-hook that still waits, and leaves a ring alone", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  (await bench.call(1)).rings();
  await ring;
  const lift = bench.line.lift(never());
  await standing(lift);
  await bench.line.putDown(never());
  match(await standing(lift), /^rejected: The handset was put on hook/);
  deepEqual([bench.line.ringMode, bench.calls[0]?.asked], [1, []]);
});

Deno.test("an answer that crosses the CANCEL lifts no handset", async () => {
  const bench = new LineBench();
  const ring = bench.line.ring(1, never());
  const call = await bench.call(1);
  call.rings();
  await ring;
  call.answers();
  const silence = bench.line.ring(0, never());
  await standing(silence);
  call.confirms();
  equal(await standing(silence), "fulfilled");
  deepEqual(bench.told, ["ring 1", "ring 0"]);
});
