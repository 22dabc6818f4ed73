import { deepEqual, match, ok, throws } from "node:assert/strict";
import { gateWords, judge, type Parts, ratiosOf } from "./gate.ts";
import { readKept } from "./kept.ts";

/** A run with every ratio the same. */
const parts = (ratio: number): Parts => {
  const load = { requests: 1, perSecond: 1, p50: 1, p99: 1, busy: 0 };
  return {
    oneClient: { server: 1, p99: 2, echo: 1, plugin: 1, appends: 1, toSum: ratio, p99ToP50: 2 },
    manyClients: {
      echo: load,
      padded: load,
      accepted: load,
      waited: load,
      minimal: load,
      minimalToWaited: 1,
      withoutHistory: load,
      toEcho: ratio,
      toPadded: ratio,
      withoutHistoryToEcho: ratio,
      requestsPerBlock: 1,
      secondsPer1000: 1,
    },
    moreClients: { padded: load, waited: load, toPadded: ratio },
    sockets: {
      echo: load,
      replies: load,
      accepted: load,
      completed: load,
      acceptedToEcho: ratio,
      completedToReplies: ratio,
    },
  };
};
const fallen = (then: number, now: number) =>
  judge(ratiosOf(parts(then)), ratiosOf(parts(now))).filter((verdict) => verdict.fallen).map(({ name }) => name);

Deno.test("the gate lets through what has fallen by a fifth, or has risen, and stops what has fallen by more", () => {
  // Of one client less is quicker, of all others more.
  const others = Object.keys(ratiosOf(parts(1))).filter((name) => name !== "oneClient.toSum");
  deepEqual(fallen(0.5, 0.5), []);
  deepEqual(fallen(0.5, 0.4), []);
  deepEqual(fallen(0.5, 0.399), others);
  deepEqual(fallen(1.2, 1.49), []);
  deepEqual(fallen(1.2, 1.51), ["oneClient.toSum"]);
});

Deno.test("the gate says in words what has fallen, from what to what, and that a machine that is not quiet does it too", () => {
  const kept = (ratio: number) => ({ commit: "abc", deno: "2.9.6", processors: 2, ratios: ratiosOf(parts(ratio)) });
  const say = (then: number, now: number) =>
    gateWords(judge(kept(then).ratios, kept(now).ratios), { then: kept(then), now: kept(now) });
  match(
    say(0.5, 0.3),
    /Fallen by more than a fifth: .*sockets\.completedToReplies from 0\.5 to 0\.3 \(60 % is left\).*quiet/,
  );
  ok(!/FALLEN/.test(say(0.5, 0.5)));
  match(say(0.5, 0.5), /No ratio has fallen by more than a fifth/);
});

Deno.test("a ratio that is kept and not measured, or measured and not kept, is an error: it could not be seen to fall", () => {
  throws(() => judge({ one: 1, other: 1 }, { one: 1 }), /Of other there is .* --keep/);
  throws(() => judge({ one: 1 }, { one: 1, new: 1 }), /Of new there is/);
});

Deno.test("docs/performance.json keeps every ratio that the gate holds, and no other", async () => {
  const { ratios } = await readKept();
  deepEqual(Object.keys(ratios).sort(), Object.keys(ratiosOf(parts(1))).sort());
});
