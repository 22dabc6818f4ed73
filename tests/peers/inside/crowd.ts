import { deepEqual } from "node:assert/strict";
import type { Reply } from "switchroom/client";
import { SECRET } from "../drivers/secret.ts";
import { startSipp } from "../drivers/sipp.ts";
import { type Manner, REGISTER, RUNG } from "../support/scenarios.ts";
import { REGISTRAR, startExchange } from "../support/exchange.ts";
import { test } from "../support/inside.ts";
import { testWellFormed } from "../support/well_formed.ts";

const OF_EACH = 3;
/** Longer than it takes all those that answer. */
const DEADLINE_MS = 8_000;

/** The port and the truth of the phones of each manner. */
const MANNERS: Record<Manner, { port: number; rung: unknown }> = {
  rings: { port: 5100, rung: { outcome: "succeeded" } },
  isBusy: { port: 5110, rung: { outcome: "failed", answer: "SIP 486 Busy Here" } },
  declines: { port: 5120, rung: { outcome: "failed", answer: "SIP 603 Decline" } },
  isSilent: { port: 5130, rung: { outcome: "timedOut", cause: "deadline" } },
};
const ALL = Object.keys(MANNERS) as Manner[];

const usersOf = (manner: Manner) => Array.from({ length: OF_EACH }, (_, i) => `${manner}-${i}`);

/** What a reply says of the phone. */
function truth({ outcome, cause, message = "" }: Reply): unknown {
  const [answer] = /SIP \d{3} [A-Z][a-z]+(?: [A-Z][a-z]+)*/.exec(message) ?? [];
  return { outcome, ...cause && { cause }, ...answer && { answer } };
}

test("200 phones register and are rung at once, and each completion is what that phone did", async () => {
  await using exchange = await startExchange({ users: ALL.flatMap(usersOf), config: { keepAliveSeconds: 0 } });
  await Promise.all(ALL.map(async (manner) => {
    const rows = usersOf(manner).map((user) => [user, `[authentication username=${user} password=${SECRET}]`]);
    const { port } = MANNERS[manner];
    await using sipp = await startSipp({ scenario: REGISTER, port, to: REGISTRAR, calls: OF_EACH, rows });
    await sipp.done();
  }));
  const phones = await exchange.application.phones();
  deepEqual(phones.filter(({ connected }) => !connected), []);

  await using undo = new AsyncDisposableStack();
  const sipps = await Promise.all(ALL.map(async (manner) => {
    const sipp = await startSipp({ scenario: RUNG[manner], port: MANNERS[manner].port, calls: OF_EACH });
    return [manner, undo.use(sipp)] as const;
  }));
  const rung = await Promise.all(ALL.flatMap((manner) =>
    usersOf(manner).map(async (user) => {
      const desk = await exchange.open(user);
      const reply = await desk.phone.setRing({ mode: 1, volume: 0 }, { deadlineMs: DEADLINE_MS });
      const { outcome, result } = await desk.record(reply.requestId);
      deepEqual([outcome, result], [reply.outcome, reply.result]);
      if (manner === "rings") {
        deepEqual(truth(await desk.phone.setRing({ mode: 0, volume: 0 })), { outcome: "succeeded" });
      }
      return { user, rung: truth(reply) };
    })
  ));
  deepEqual(rung, ALL.flatMap((manner) => usersOf(manner).map((user) => ({ user, rung: MANNERS[manner].rung }))));
  for (const [manner, sipp] of sipps) if (manner !== "isSilent") await sipp.done();
});

testWellFormed("tshark reads every message that we sent to the crowd as well-formed");
