import { deepEqual, equal } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import type { OpenApplication } from "../../server/core/mod.ts";
import { Fixture } from "./fixture.ts";

const [HERE, THERE] = ["192.0.2.1", "2001:db8::1"];

async function begin(fixture: Fixture): Promise<{ application: OpenApplication; call: (address: string) => void }> {
  const { core } = fixture;
  const application = await fixture.over(
    core.applications.initialize("moving", { token: "t", address: HERE, leaseSeconds: 300 }),
  );
  return {
    application,
    call: (address) => void core.applications.application(application.id, { token: "t", address }),
  };
}

/** What each fact says of where: its type, its address and what of its detail is about that. */
function told({ disk }: Fixture): unknown[] {
  return disk.facts.flatMap((fact: Fact) => {
    if (fact.type === "applicationMoved") return [[fact.type, fact.address, fact.detail]];
    return "address" in fact ? [[fact.type, fact.address]] : [];
  });
}

Deno.test("facts say from where an application begins, opens, closes and ends, and when that changes (api section 5)", async () => {
  const fixture = new Fixture();
  const { application, call } = await begin(fixture);
  call(HERE);
  const handle = await fixture.open(application);
  call(THERE);
  call(THERE);
  const elsewhere = fixture.core.applications.handle(handle.id, { token: "t", address: THERE });
  await fixture.over(elsewhere.close());
  await fixture.over(elsewhere.application.shutdown());
  deepEqual(told(fixture), [
    ["applicationStarted", HERE],
    ["handleOpened", HERE],
    ["applicationMoved", THERE, { before: HERE }],
    ["handleClosed", THERE],
    ["applicationEnded", THERE],
  ]);
});

Deno.test("an application that goes to and fro has two facts a minute: one at once, and one of all further moves", async () => {
  const fixture = new Fixture();
  const { call } = await begin(fixture);
  for (let i = 0; i < 1_000; i++) call(i % 2 === 0 ? THERE : HERE);
  deepEqual(told(fixture).slice(1), [["applicationMoved", THERE, { before: HERE }]]);
  await fixture.pass(60_000);
  deepEqual(told(fixture).slice(2), [
    ["applicationMoved", HERE, { before: THERE, count: 999, addresses: [HERE, THERE] }],
  ]);
  // Then the next is told at once again, and nothing of a minute in which it stays.
  call(THERE);
  await fixture.pass(120_000);
  deepEqual(told(fixture).slice(3), [["applicationMoved", THERE, { before: HERE }]]);
});

Deno.test("what was folded of moves is told before the application ends, 16 addresses at most", async () => {
  const fixture = new Fixture();
  const { application, call } = await begin(fixture);
  for (let i = 1; i <= 40; i++) call(`198.51.100.${i}`);
  await fixture.over(application.shutdown());
  const [, , folded, ended] = told(fixture) as [string, string, { count: number; addresses: string[] }][];
  deepEqual(folded?.slice(0, 2), ["applicationMoved", "198.51.100.40"]);
  deepEqual([folded?.[2].count, folded?.[2].addresses.length], [39, 16]);
  deepEqual(ended, ["applicationEnded", HERE]);
  await fixture.pass(120_000);
  equal(told(fixture).length, 4);
});

Deno.test("what ends without a call has no address; what another's call ends has that of the call", async () => {
  const fixture = new Fixture();
  const { application } = await begin(fixture);
  await fixture.open(application);
  const operator = fixture.core.operator.application(application.id);
  await fixture.over(operator.release({ token: "o", address: THERE }));
  const { application: late } = await begin(fixture);
  await fixture.pass(400_000);
  deepEqual(
    fixture.disk.facts.flatMap((fact) =>
      fact.type === "applicationEnded" || fact.type === "handleClosed"
        ? [[fact.type, fact.application, fact.token, fact.address]]
        : []
    ),
    [
      ["handleClosed", application.id, "o", THERE],
      ["applicationEnded", application.id, "o", THERE],
      ["applicationEnded", late.id, undefined, undefined],
    ],
  );
});
