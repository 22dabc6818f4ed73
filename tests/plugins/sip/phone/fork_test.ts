import { deepEqual, equal, rejects } from "node:assert/strict";
import { Alerting } from "../../../../plugins/sip/phone/alerting.ts";
import { PATIENCE_MS } from "../../../../plugins/sip/phone/first_of.ts";
import { Fork } from "../../../../plugins/sip/phone/fork.ts";
import { HandClock } from "../support/hand_clock.ts";
import { FakeCall } from "./support/fake_call.ts";
import { standing } from "./support/line_bench.ts";

function fork() {
  const clock = new HandClock();
  const [desk, stale] = [new FakeCall(), new FakeCall()];
  const legs = [{ call: desk, contact: "desk" }, { call: stale, contact: "stale" }];
  return { clock, desk, stale, fork: new Fork(legs, { clock, alerting: new Alerting(clock) }) };
}

Deno.test("a ring that the phone refuses is over a few seconds later, and a contact that it has left behind is called no more", async () => {
  const { clock, desk, stale, fork: both } = fork();
  desk.refuses(486, "Busy Here");
  await clock.pass(PATIENCE_MS - 1);
  deepEqual([await standing(both.ringing), stale.asked], ["pending", []]);
  await clock.pass(1);
  await rejects(both.ringing, /SIP 486/);
  await rejects(both.answered, /SIP 486/);
  deepEqual(stale.asked, ["hangUp"]);
});

Deno.test("who has been hung up and confirms nothing is given up once another contact has spoken, and not before", async () => {
  const { clock, desk, stale: hall, fork: both } = fork();
  desk.rings();
  hall.rings();
  const cancelled = both.cancel();
  await clock.pass(31_000);
  equal(await standing(cancelled), "pending");
  desk.confirms();
  await clock.pass(PATIENCE_MS - 1);
  equal(await standing(cancelled), "pending");
  await clock.pass(1);
  equal(await standing(cancelled), "fulfilled");
});

Deno.test("who rings on after another contact has refused is not given up before it is hung up", async () => {
  const { clock, desk, stale: hall, fork: both } = fork();
  hall.rings();
  desk.refuses(486, "Busy Here");
  await clock.pass(60_000);
  const cancelled = both.cancel();
  await clock.pass(PATIENCE_MS - 1);
  equal(await standing(cancelled), "pending");
  hall.vanishes();
  equal(await standing(cancelled), "rejected: SIP 408 Request Timeout");
});

Deno.test("RFC 3261 16.7: a contact that was answered stays so when another declines before our CANCEL is there", async () => {
  const { desk, stale: hall, fork: both } = fork();
  hall.rings();
  desk.answers();
  equal((await both.answered).contact, "desk");
  hall.refuses(603, "Decline");
  await standing(both.answered);
  deepEqual([desk.asked, hall.asked], [[], ["hangUp"]]);
});

Deno.test("RFC 3261 16.7: what is answered after another contact has declined is hung up with what rings", async () => {
  const { desk, stale: hall, fork: both } = fork();
  hall.refuses(603, "Decline");
  await standing(both.ringing);
  desk.answers();
  desk.confirms();
  await rejects(both.answered, /SIP 603/);
  deepEqual(desk.asked, ["hangUp"]);
});

Deno.test("a contact that rings is waited for, though the phone has refused at another", async () => {
  const { clock, desk, stale: other, fork: both } = fork();
  other.rings();
  desk.refuses(486, "Busy Here");
  await clock.pass(60_000);
  await both.ringing;
  deepEqual([await standing(both.answered), other.asked], ["pending", []]);
  other.answers();
  equal((await both.answered).contact, "stale");
});
