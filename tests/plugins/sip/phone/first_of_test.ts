import { equal, rejects } from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";
import { firstOf, PATIENCE_MS } from "../../../../plugins/sip/phone/first_of.ts";
import { HandClock } from "../support/hand_clock.ts";
import { standing } from "./support/line_bench.ts";

const busy = new RequestRefused({ status: 486, reason: "Busy Here", headers: new SipHeaders() });
const timeout = new RequestRefused({ status: 408, reason: "Request Timeout" });
const silent = () => new Promise<string>(() => {});

Deno.test("the first of several contacts that does what is asked is enough, however long the others are silent", async () => {
  const clock = new HandClock();
  const late = Promise.withResolvers<string>();
  const first = firstOf([Promise.reject(busy), silent(), late.promise], { clock });
  await clock.pass(PATIENCE_MS - 1);
  late.resolve("done");
  equal(await first, "done");
});

Deno.test("what the phone has refused is told a few seconds later, though another contact has not answered yet", async () => {
  const clock = new HandClock();
  const first = firstOf([silent(), Promise.reject(busy)], { clock });
  await clock.pass(PATIENCE_MS - 1);
  equal(await standing(first), "pending");
  await clock.pass(1);
  await rejects(first, busy);
});

Deno.test("where the phone has said nothing at all, each contact is waited for as long as it takes", async () => {
  const clock = new HandClock();
  const first = firstOf([silent(), Promise.reject(timeout)], { clock });
  await clock.pass(32_000);
  equal(await standing(first), "pending");
});

Deno.test("who has said something is waited for, and who has not is given up", async () => {
  const clock = new HandClock();
  const rings = Promise.withResolvers<string>();
  const givenUp: number[] = [];
  const first = firstOf([silent(), Promise.reject(busy), rings.promise], {
    clock,
    isSilent: (index) => index === 0,
    givenUp: (index) => givenUp.push(index),
  });
  await clock.pass(60_000);
  equal(givenUp.join(), "0");
  equal(await standing(first), "pending");
  rings.resolve("lifted");
  equal(await first, "lifted");
});
