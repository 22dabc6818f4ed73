import { deepEqual, equal, rejects } from "node:assert/strict";
import { Fixture, follow } from "./fixture.ts";

Deno.test("R7 R29 a refused request is none: nothing on disk, nothing at the plugin, no reply", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const monitor = await fixture.open(application, { privilege: "monitor" });
  const events = follow(application);
  const ask = monitor.request("setLamp", { params: { lamp: 1, mode: "steady" } });
  await rejects(ask, {
    code: "PHONEERR_NOTOWNER",
    message: "setLamp changes the phone: the handle must be opened as owner, not as monitor",
  });
  await fixture.pass();
  equal(fixture.process.operations.length, 0);
  equal(fixture.world.trace.some(({ kind }) => kind === "acceptedRow"), false);
  equal(events.length, 0);
});

Deno.test("R9 devSpecific works on a monitor handle", async () => {
  const fixture = new Fixture();
  const monitor = await fixture.open(await fixture.application(), { privilege: "monitor" });
  await fixture.over(monitor.request("devSpecific", { params: { params: "" } }));
  equal(fixture.process.operations[0]?.operation, "devSpecific");
});

Deno.test("a method that the driver does not have is refused before acceptance", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const ask = handle.request("setDisplay", { params: { row: 0, column: 0, text: "" } });
  await rejects(ask, { code: "PHONEERR_OPERATIONUNAVAIL" });
});

Deno.test("R94 a level above 65535 reaches the plugin as 65535, and the record shows what was asked", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const accepted = await fixture.over(
    handle.request("setVolume", { params: { device: "handset", volume: 4_294_967_295 } }),
  );
  deepEqual(fixture.process.operations[0]?.params, { device: "handset", volume: 65_535 });
  fixture.events.completed(accepted.requestId, { result: 0 });
  deepEqual((await fixture.over(accepted.recorded))?.params, { device: "handset", volume: 4_294_967_295 });
});

Deno.test("whoever wants no more than how it ended is told that, and no record is made for it (api section 2)", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  let reads = 0;
  const params = {
    device: "handset" as const,
    get volume() {
      reads++;
      return 1;
    },
  };
  const accepted = await fixture.over(handle.request("setVolume", { params }));
  fixture.events.completed(accepted.requestId, { result: -1879048172 });
  const before = reads;
  deepEqual(await fixture.over(accepted.completed), {
    requestId: accepted.requestId,
    state: "completed",
    outcome: "failed",
    result: -1879048172,
  });
  equal(reads, before);
  await accepted.recorded;
  equal(reads, before + 1);
});

Deno.test("a deadline ends a request as timedOut and aborts its signal; a late answer is an event of the history", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const { requestId } = await fixture.over(
    handle.request("setLamp", { params: { lamp: 1, mode: "steady" }, deadlineMs: 200 }),
  );
  await fixture.pass(300);
  deepEqual([fixture.row(requestId)?.outcome, fixture.row(requestId)?.cause], ["timedOut", "deadline"]);
  equal(fixture.process.calls.at(-1), `abort ${requestId}`);
  fixture.events.completed(requestId, { result: 0 });
  const late = fixture.disk.facts.find(({ type }) => type === "lateCompletion");
  deepEqual(late?.detail, { requestId });
  equal(fixture.row(requestId)?.outcome, "timedOut");
});

Deno.test("R38 a second completion changes nothing", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const id = await fixture.light(handle);
  fixture.events.completed(id, { result: 0 });
  fixture.events.completed(id, { result: -1879048164 });
  await fixture.pass();
  const rows = fixture.world.trace.filter((seen) => seen.kind === "completedRow");
  equal(rows.length, 1);
  equal(fixture.row(id)?.outcome, "succeeded");
});

Deno.test("R33 a reply waits for the answer with its id", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  const accepted = await fixture.over(
    handle.request("setLamp", { params: { lamp: 1, mode: "steady" } }),
  );
  fixture.events.completed(accepted.requestId, { result: 0 });
  await fixture.pass(500);
  equal(events.length, 0);
  accepted.answered();
  await fixture.pass();
  deepEqual(events.map(({ type }) => type), ["PHONE_REPLY"]);
});

Deno.test("the same key on the same handle gives the same request again, and a refused one may be tried again", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const ask = (key: string) => handle.request("setLamp", { params: { lamp: 1, mode: "steady" }, key });
  fixture.disk.failing = true;
  await rejects(fixture.over(ask("a")), { code: "PHONEERR_RESOURCEUNAVAIL" });
  fixture.disk.failing = false;
  await fixture.pass(100);
  const [first, second, other] = await fixture.over(Promise.all([ask("a"), ask("a"), ask("b")]));
  deepEqual([second!.requestId === first!.requestId, other!.requestId === first!.requestId], [true, false]);
  fixture.events.completed(first!.requestId, { result: 0 });
  await fixture.pass();
  equal((await fixture.over((await ask("a")).recorded))?.outcome, "succeeded");
  equal(fixture.process.operations.length, 2);
});

Deno.test("of a request that is over its key gives the id alone: what was asked is not kept in memory", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const ask = () => handle.request("setLamp", { params: { lamp: 1, mode: "steady" }, key: "k" });
  const first = await fixture.over(ask());
  first.answered();
  fixture.events.completed(first.requestId, { result: 0 });
  await fixture.pass();
  const again = await fixture.over(ask());
  again.answered();
  deepEqual([again.requestId, await again.recorded, await again.completed, (await first.recorded)?.outcome], [
    first.requestId,
    undefined,
    undefined,
    "succeeded",
  ]);
  equal(fixture.process.operations.length, 1);
});

Deno.test("a deadline that cannot be is refused as a value, whatever its size (api section 2)", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  for (const deadlineMs of [0, -1, 1.5, 600_001, Number.MAX_VALUE]) {
    const ask = handle.request("setLamp", { params: { lamp: 1, mode: "steady" }, deadlineMs });
    await rejects(ask, { code: "PHONEERR_INVALPARAM", message: /a whole number from 1 to 600000/ });
  }
});

Deno.test("in flight there are as many requests as the bound says, and one more is refused", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const ask = () => handle.request("setLamp", { params: { lamp: 1, mode: "steady" } });
  const accepted = Array.from({ length: 1_024 }, ask);
  await rejects(ask(), { code: "PHONEERR_REQUESTOVERRUN" });
  const [first] = await fixture.over(Promise.all(accepted));
  first!.answered();
  fixture.events.completed(first!.requestId, { result: 0 });
  await fixture.pass();
  await fixture.over(ask());
});

Deno.test("a request whose acceptance does not reach the disk is refused and leaves nothing behind", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  fixture.disk.failing = true;
  const ask = handle.request("setLamp", { params: { lamp: 1, mode: "steady" } });
  await rejects(fixture.over(ask), { code: "PHONEERR_RESOURCEUNAVAIL" });
  await rejects(handle.request("setLamp", { params: { lamp: 1, mode: "steady" } }), {
    code: "PHONEERR_RESOURCEUNAVAIL",
  });
  fixture.disk.failing = false;
  await fixture.pass(100);
  equal(await fixture.light(handle), 1);
  deepEqual(fixture.process.operations.map(({ requestId }) => requestId), [1]);
});

Deno.test("a driver's words for its error stand in the record and in the reply", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  const ask = handle.request("setLamp", { params: { lamp: 1, mode: "steady" } });
  const accepted = await fixture.over(ask);
  accepted.answered();
  fixture.events.completed(accepted.requestId, { result: -1879048172, message: "The phone is in the drawer" });
  const record = await fixture.over(accepted.recorded);
  deepEqual([record?.outcome, record?.code, record?.message], [
    "failed",
    "PHONEERR_INVALPHONESTATE",
    "The phone is in the drawer",
  ]);
  equal(events[0]?.type === "PHONE_REPLY" && events[0].message, record?.message);
});
