import { deepEqual } from "node:assert/strict";
import type { Reply } from "switchroom/client";
import { SECRET } from "../drivers/secret.ts";
import { startSipp } from "../drivers/sipp.ts";
import { type Manner, REGISTER, RUNG } from "../support/scenarios.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const OF_EACH = 50;
/** Guards against hanging that a machine with other things to do would set off: a crowd wakes everybody at once. */
const PATIENT = { historyMs: 60_000, missedHeartbeats: 60 };

/** The port and the truth of the phones of each manner, and how long they are given: more than enough, or what is wasted. */
const MANNERS: Record<Manner, { port: number; deadlineMs: number; rung: unknown }> = {
  rings: { port: 5100, deadlineMs: 30_000, rung: { outcome: "succeeded" } },
  isBusy: { port: 5110, deadlineMs: 30_000, rung: { outcome: "failed", answer: "SIP 486 Busy Here" } },
  declines: { port: 5120, deadlineMs: 30_000, rung: { outcome: "failed", answer: "SIP 603 Decline" } },
  isSilent: { port: 5130, deadlineMs: 3_000, rung: { outcome: "timedOut", cause: "deadline" } },
};
const ALL = Object.keys(MANNERS) as Manner[];

const usersOf = (manner: Manner) => Array.from({ length: OF_EACH }, (_, i) => `${manner}-${i}`);

/** What a reply says of the phone. */
function truth({ outcome, cause, message = "" }: Reply): unknown {
  const [answer] = /SIP \d{3} [A-Z][a-z]+(?: [A-Z][a-z]+)*/.exec(message) ?? [];
  return { outcome, ...cause && { cause }, ...answer && { answer } };
}

test(`${ALL.length * OF_EACH} phones register and are rung at once, and each completion is what that phone did`, async () => {
  const users = ALL.flatMap((manner) => usersOf(manner).map((user) => ({ manner, user })));
  await using exchange = await startExchange({
    users: users.map(({ user }) => user),
    config: { keepAliveSeconds: 0 },
    bounds: PATIENT,
  });
  const desks = await Promise.all(users.map(async (of) => ({ ...of, desk: await exchange.open(of.user) })));
  await Promise.all(ALL.map(async (manner) => {
    const rows = usersOf(manner).map((user) => [user, `[authentication username=${user} password=${SECRET}]`]);
    const { port } = MANNERS[manner];
    await using sipp = await startSipp({ scenario: REGISTER, port, to: REGISTRAR, calls: OF_EACH, rows });
    await sipp.done();
  }));
  await Promise.all(desks.map(({ desk }) => desk.connected()));

  await using undo = new AsyncDisposableStack();
  const sipps = await Promise.all(ALL.map(async (manner) => {
    const sipp = await startSipp({ scenario: RUNG[manner], port: MANNERS[manner].port, calls: OF_EACH });
    return [manner, undo.use(sipp)] as const;
  }));
  const rung = await Promise.all(desks.map(async ({ manner, user, desk }) => {
    const reply = await desk.phone.try.setRing({ mode: 1, volume: 0 }, { deadlineMs: MANNERS[manner].deadlineMs });
    const { outcome, result } = await desk.record(reply.requestId);
    deepEqual([outcome, result], [reply.outcome, reply.result]);
    if (manner === "rings") await desk.phone.setRing({ mode: 0, volume: 0 });
    return { user, rung: truth(reply) };
  }));
  deepEqual(rung, users.map(({ manner, user }) => ({ user, rung: MANNERS[manner].rung })));
  for (const [manner, sipp] of sipps) if (manner !== "isSilent") await sipp.done();
});

testWellFormed("tshark reads every message that we sent to the crowd as well-formed");
