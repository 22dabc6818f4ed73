import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { EventQueue } from "../../server/core/event_queue.ts";
import { Fixture, follow } from "./fixture.ts";

const AT = "2026-01-01T00:00:00.000Z";
const options = (lastEvent?: number) => ({ lastEvent, now: () => AT, ended() {} });

function create(queue: EventQueue, deviceId: number): void {
  queue.push({ type: "PHONE_CREATE", phone: "p:a", deviceId }, AT);
}

async function take(stream: ReturnType<EventQueue["stream"]>, count: number): Promise<PhoneEvent[]> {
  const events: PhoneEvent[] = [];
  while (events.length < count) events.push(JSON.parse((await stream.next())!.json));
  return events;
}

Deno.test("a stream begins at the oldest event held, one with a last event after it", async () => {
  const queue = new EventQueue(10_000);
  for (let id = 1; id <= 3; id++) create(queue, id);
  deepEqual((await take(queue.stream(options()), 3)).map(({ seq }) => seq), [1, 2, 3]);
  deepEqual((await take(queue.stream(options(2)), 1)).map(({ seq }) => seq), [3]);
});

Deno.test("what is held no longer is told by a GAP to a stream that resumes, and to no other", async () => {
  const queue = new EventQueue(250);
  for (let id = 1; id <= 9; id++) create(queue, id);
  const [gap, next] = await take(queue.stream(options(1)), 2);
  equal(gap?.type, "GAP");
  if (gap?.type === "GAP") deepEqual([gap.from, gap.to, gap.seq], [2, gap.to, gap.to]);
  equal(next?.seq, gap!.seq + 1);
  const [first] = await take(queue.stream(options()), 1);
  equal(first?.type, "PHONE_CREATE");
});

Deno.test("a last event that is newer than the newest is refused, and the stream that is there goes on", async () => {
  const queue = new EventQueue(10_000);
  const stream = queue.stream(options());
  create(queue, 1);
  throws(() => queue.stream(options(2)), { code: "PHONEERR_INVALPARAM" });
  deepEqual((await take(stream, 1)).map(({ seq }) => seq), [1]);
});

Deno.test("a new stream ends the one before", async () => {
  const queue = new EventQueue(10_000);
  const old = queue.stream(options());
  const waiting = old.next();
  const stream = queue.stream(options());
  equal(await waiting, undefined);
  create(queue, 1);
  deepEqual((await take(stream, 1)).map(({ seq }) => seq), [1]);
});

Deno.test("a reader that falls behind what is held is cut off and learns of the gap by resuming", async () => {
  const queue = new EventQueue(250);
  create(queue, 1);
  const slow = queue.stream(options());
  await take(slow, 1);
  for (let id = 2; id <= 20; id++) create(queue, id);
  equal(await slow.next(), undefined);
  equal((await take(queue.stream(options(1)), 1))[0]?.type, "GAP");
});

Deno.test("Q2 a close withdraws its handle's events: only undelivered replies are named, and no GAP tells of them", async () => {
  const queue = new EventQueue(10_000);
  const reply = (requestId: number, handle: string) =>
    queue.push({ type: "PHONE_REPLY", requestId, handle, result: 0, outcome: "succeeded" }, AT);
  reply(1, "h1");
  await take(queue.stream(options()), 1);
  reply(2, "h1");
  reply(3, "h2");
  deepEqual(queue.withdraw("h1"), [2]);
  deepEqual((await take(queue.stream(options(1)), 1)).map(({ seq }) => seq), [3]);
});

Deno.test("R105 of several values that come with a change a handle is given those of the states it asked for", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  await fixture.over(handle.setStatusMessages({ states: ["lamp", "display"], buttonModes: [], buttonStates: [] }));
  const lamp = { lamp: 1, mode: "off" } as const;
  fixture.events.state("a", { states: ["lamp", "ringVolume"], values: { lamp, ringVolume: 7 } });
  fixture.events.state("a", { states: ["display", "ringVolume"], values: { ringVolume: 7 } });
  await fixture.pass();
  deepEqual(events.map((event) => event.type === "PHONE_STATE" && [event.states, event.values]), [
    [["lamp"], { lamp }],
    [["display"], undefined],
  ]);
});

Deno.test("R81 R84 R87 a handle hears what it asked for, R82 and REINIT", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  const report = () => {
    fixture.events.state("a", { states: ["lamp", "display"], detail: 3 });
    fixture.events.button("a", { button: 1, mode: "feature", state: "down" });
    fixture.events.button("a", { button: 1, mode: "keypad", state: "down" });
  };
  report();
  await fixture.pass();
  equal(events.length, 0);
  await fixture.over(
    handle.setStatusMessages({ states: ["lamp"], buttonModes: ["feature"], buttonStates: ["down"] }),
  );
  report();
  fixture.events.state("a", { states: ["reinit"] });
  await fixture.pass();
  deepEqual(
    events.map((event) =>
      event.type === "PHONE_STATE"
        ? [event.handle, event.states, event.detail]
        : event.type === "PHONE_BUTTON" && [event.mode, event.state]
    ),
    [[handle.id, ["lamp"], undefined], ["feature", "down"], [null, ["reinit"], undefined]],
  );
});

Deno.test("R83 the plugin is told the union of the masks, on set and on close", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const one = await fixture.open(application);
  const two = await fixture.open(application, { privilege: "monitor" });
  const masks = (states: string[]) => ({ states, buttonModes: [], buttonStates: [] });
  await fixture.over(one.setStatusMessages(masks(["lamp"])));
  await fixture.over(two.setStatusMessages(masks(["display", "lamp"])));
  await fixture.over(two.close());
  deepEqual(fixture.process.wanted.map(({ states }) => states), [["lamp"], ["lamp", "display"], ["lamp"]]);
});

Deno.test("R86 button modes without states are refused; Q39 a plugin's refusal leaves the old masks", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const set = (masks: { states: string[]; buttonModes: string[]; buttonStates: string[] }) =>
    handle.setStatusMessages(masks);
  await rejects(set({ states: [], buttonModes: ["call"], buttonStates: [] }), { code: "PHONEERR_INVALBUTTONSTATE" });
  await rejects(set({ states: ["nonsense"], buttonModes: [], buttonStates: [] }), { code: "PHONEERR_INVALPARAM" });
  fixture.process.onWant = () => Promise.reject(new Error("no"));
  await rejects(set({ states: ["lamp"], buttonModes: [], buttonStates: [] }));
  deepEqual(handle.masks, { states: [], buttonModes: [], buttonStates: [] });
});

Deno.test("R91 opens and closes tell the handles that are there already how many owners and monitors there are", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application, { privilege: "monitor" });
  const events = follow(application);
  await fixture.over(
    handle.setStatusMessages({ states: ["owner", "monitors"], buttonModes: [], buttonStates: [] }),
  );
  const owner = await fixture.open(await fixture.application("other"));
  await fixture.over(owner.close());
  await fixture.open(await fixture.application("third"), { privilege: "monitor" });
  deepEqual(
    events.map((event) => event.type === "PHONE_STATE" && [event.states, event.detail]),
    [[["owner"], 1], [["owner"], 0], [["monitors"], 2]],
  );
});

Deno.test("R90 owner and monitors are the server's to report, whatever a plugin says", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  await fixture.over(
    handle.setStatusMessages({ states: ["owner"], buttonModes: [], buttonStates: [] }),
  );
  fixture.events.state("a", { states: ["owner"], detail: 9 });
  await fixture.pass();
  equal(events.length, 0);
});

Deno.test("an open event stream holds a lease without a call, but not for ever", async () => {
  const fixture = new Fixture();
  const application = await fixture.application("quiet", 5);
  follow(application);
  await fixture.pass(299_000);
  equal(fixture.core.applications.phones().length, 1);
  const alive = () => fixture.disk.facts.every(({ type }) => type !== "applicationEnded");
  equal(alive(), true);
  await fixture.pass(2_000);
  equal(alive(), false);
});
