import { deepEqual, equal } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import { BUTTON_MODES, BUTTON_STATES } from "../../server/core/contract/names.ts";
import type { RecordedActivity } from "../../server/core/mod.ts";
import { Fixture } from "./fixture.ts";

const NOTHING: RecordedActivity = { buttons: false, whichButtons: false, hookSwitches: false, states: false };
const down = (button: number) => ({ button, mode: "keypad", state: "down" }) as const;

/** A core that records so much of `p:a`, and nothing of `p:b`; both are open. */
async function recording(recorded: Partial<RecordedActivity>): Promise<Fixture> {
  const activityOf = (phone: string) => phone === "p:a" ? { ...NOTHING, ...recorded } : undefined;
  const fixture = new Fixture({ phones: ["a", "b"], activityOf });
  const application = await fixture.application();
  for (const phone of ["p:a", "p:b"]) await fixture.open(application, { phone });
  return fixture;
}

function told({ disk }: Fixture): unknown[] {
  return disk.facts.flatMap((fact: Fact) => fact.type === "phoneActivity" ? [[fact.phone, fact.detail]] : []);
}

Deno.test("of a phone that the configuration chooses its buttons are counted, a row a second at most, and no key is named (api section 5)", async () => {
  const fixture = await recording({ buttons: true });
  for (let i = 0; i < 500; i++) {
    for (const phone of ["a", "b"]) fixture.events.button(phone, down(i % 10));
    if (i % 100 === 99) await fixture.pass(300);
  }
  await fixture.pass(5_000);
  deepEqual(told(fixture), [["p:a", { buttons: 400 }], ["p:a", { buttons: 100 }]]);
});

Deno.test("keys are named where the operator wants it, 32 in a row", async () => {
  const fixture = await recording({ buttons: true, whichButtons: true });
  for (const key of [4, 7]) fixture.events.button("a", down(key));
  await fixture.pass(1_000);
  for (let i = 0; i < 40; i++) fixture.events.button("a", down(i));
  await fixture.pass(1_000);
  const [first, second] = told(fixture) as [string, { buttons: number; keys: string[] }][];
  deepEqual(first, ["p:a", { buttons: 2, keys: ["4 down", "7 down"] }]);
  deepEqual([second?.[1].buttons, second?.[1].keys.length], [40, 32]);
});

Deno.test("hookswitches are told as they are, states by how often they changed and never by what they show", async () => {
  const fixture = await recording({ hookSwitches: true, states: true });
  const { events } = fixture;
  events.state("a", { states: ["handsetHookSwitch"], values: { handsetHookSwitch: "mic" } });
  events.state("a", { states: ["handsetHookSwitch"], values: { handsetHookSwitch: "onHook" } });
  for (const text of ["4", "47"]) events.state("a", { states: ["display"], values: { display: { rows: [text] } } });
  events.state("a", { states: ["speakerHookSwitch"] });
  events.button("a", down(4));
  await fixture.pass(1_000);
  deepEqual(told(fixture), [["p:a", {
    hookSwitches: ["handsetHookSwitch=onHook", "speakerHookSwitch=unknown"],
    states: ["handsetHookSwitch=2", "display=2", "speakerHookSwitch=1"],
  }]]);
});

Deno.test("a plugin is asked to report what is recorded, though no application wants to hear it, and of no other phone (R83)", async () => {
  const fixture = await recording({ buttons: true, hookSwitches: true });
  const application = await fixture.application();
  for (const phone of ["p:a", "p:b"]) {
    const handle = await fixture.open(application, { phone, privilege: "monitor" });
    await fixture.over(handle.setStatusMessages({ states: ["lamp"], buttonModes: [], buttonStates: [] }));
  }
  const [a, b] = fixture.process.wanted;
  deepEqual(a?.states.toSorted(), ["handsetHookSwitch", "headsetHookSwitch", "lamp", "speakerHookSwitch"]);
  deepEqual([a?.buttonModes, a?.buttonStates], [[...BUTTON_MODES], [...BUTTON_STATES]]);
  deepEqual(b, { states: ["lamp"], buttonModes: [], buttonStates: [] });
});

Deno.test("what is counted when the server stops is told, and of a phone that is closed nothing is", async () => {
  const fixture = await recording({ buttons: true });
  fixture.events.button("a", down(1));
  await fixture.over(fixture.core.lifecycle.stop());
  fixture.events.button("a", down(1));
  await fixture.pass(5_000);
  deepEqual(told(fixture), [["p:a", { buttons: 1 }]]);
});

Deno.test("a forced close of a phone is a fact of its own, beside those of its handles", async () => {
  const fixture = await recording({});
  const { disk, events } = fixture;
  events.forceClosing("a");
  events.forceClosed("a");
  await fixture.pass(10);
  const forced = () =>
    disk.facts.flatMap((fact: Fact) =>
      fact.type === "phoneForceClosed" ? [[fact.plugin, fact.phone, fact.detail]] : []
    );
  deepEqual(forced(), [["p", "p:a", { handles: 1, completed: 0 }]]);
  equal(disk.facts.filter(({ type }) => type === "handleClosed").length, 1);
  events.forceClosing("a");
  deepEqual(forced().length, 1, "of a phone that is not open there is nothing to close");
});
