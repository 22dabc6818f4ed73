import fc from "fast-check";
import assert from "node:assert/strict";
import type { Call } from "../../../../plugins/sip/lib/call/mod.ts";
import { RtpPorts } from "../../../../plugins/sip/lib/media/mod.ts";
import { responseTo } from "../../../../plugins/sip/lib/message/mod.ts";
import { openBench, type Party, ring } from "../dialog/support/party.ts";
import type { Fate } from "../dialog/support/wire.ts";

const PORTS: readonly [number, number] = [24_600, 24_606];
const MINUTES = 60_000;

/** What somebody does at some moment; the number chooses among the calls that there are. */
interface Step {
  what: "call" | "hangUp" | "hold" | "digits" | "options";
  whose: "us" | "phone";
  which: number;
  /** How long it is quiet after it, milliseconds. */
  then: number;
}

/** How a phone takes a call. */
type Manner = "take" | "ring" | "refuse" | "ring and take" | "silence";

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    "call" as const,
    "hangUp" as const,
    "hangUp" as const,
    "hold" as const,
    "digits" as const,
    "options" as const,
  ),
  whose: fc.constantFrom("us" as const, "phone" as const),
  which: fc.nat(3),
  then: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(5_000), fc.nat(40_000)),
});
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(900).map((ms) => [ms]) },
  { weight: 6, arbitrary: fc.constant([0]) },
  { weight: 2, arbitrary: fc.constant("lost" as const) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(600), fc.nat(6_000)) },
);
const manner: fc.Arbitrary<Manner> = fc.constantFrom("take", "take", "ring", "refuse", "ring and take", "silence");

/** Makes a party take calls in these manners, in turn. */
function behave(party: Party, { manners, calls }: { manners: Manner[]; calls: Call[] }): void {
  let turn = 0;
  party.onInvite = (transaction) => {
    const how = manners[turn++ % manners.length];
    if (how === "refuse") transaction.respond(responseTo(transaction.request, 486, { toTag: "no" }));
    if (how === "ring" || how === "ring and take") {
      transaction.respond(responseTo(transaction.request, 180, { toTag: "early" }));
    }
    if (how === "take" || how === "ring and take") calls.push(party.agent.takeCall(transaction));
  };
}

function act({ what, which }: Step, { call, calls }: { call: () => Call; calls: Call[] }): void {
  if (what === "call") return void calls.push(call());
  const chosen = calls[which % calls.length];
  const ignored = () => {};
  if (what === "hangUp") void chosen?.hangUp();
  if (what === "hold") chosen?.hold(which % 2 === 0).catch(ignored);
  if (what === "digits") chosen?.sendDigits("1#", AbortSignal.abort(new Error("no time"))).catch(ignored);
  if (what === "options") chosen?.request("OPTIONS").catch(ignored);
}

Deno.test("whatever order things end in, a call ends once, and leaves no timer, no socket and no unhandled rejection", async () => {
  const history = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    fates: fc.array(fate, { minLength: 1, maxLength: 24 }),
    manners: fc.array(manner, { minLength: 1, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ steps, fates, manners }) => {
      await using bench = openBench({ rtpPorts: PORTS });
      const { us, phone, wire, clock } = bench;
      const calls = { us: [] as Call[], phone: [] as Call[] };
      behave(us, { manners, calls: calls.us });
      behave(phone, { manners, calls: calls.phone });
      let sent = 0;
      wire.fate = () => fates[sent++ % fates.length] ?? [0];
      for (const step of steps) {
        const [mine, other] = step.whose === "us" ? [us, phone] : [phone, us];
        act(step, { calls: calls[step.whose], call: () => mine.agent.call(ring(mine, other)) });
        await clock.pass(step.then);
      }
      for (const call of [...calls.us, ...calls.phone]) void call.hangUp();
      await clock.pass(5 * MINUTES);
      // Among them are those whose INVITE was still on its way when everybody hung up.
      await Promise.all([...calls.us, ...calls.phone].map(({ ended }) => ended));
      assert.equal(clock.alarms, 0, "a timer was left behind");
      await assertFree(PORTS);
    }),
    { numRuns: 300 },
  );
});

/** Holds every port of a range once: what a call had left behind could not be held. */
async function assertFree([first, last]: readonly [number, number]): Promise<void> {
  const ports = new RtpPorts(first, last);
  const held = await Promise.all(Array.from({ length: (last - first) / 2 + 1 }, () => ports.open("127.0.0.1")));
  assert.equal(new Set(held.map(({ port }) => port)).size, held.length);
  await Promise.all(held.map(({ socket }) => new Promise<void>((closed) => void socket.close(closed))));
}
