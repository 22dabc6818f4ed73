import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { Fixture, follow } from "./fixture.ts";

const FAILED = -1879048164;

Deno.test("R46 R54 closing the last handle closes the phone once, and answers after everything is completed on disk", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const id = await fixture.light(handle);
  const closing = Promise.withResolvers<void>();
  fixture.process.onClose = () => closing.promise;
  const close = handle.close();
  await fixture.pass(100);
  equal(fixture.row(id), undefined);
  fixture.events.completed(id, { result: FAILED });
  closing.resolve();
  deepEqual(await fixture.over(close), { handle: handle.id, lastHandle: true, completed: 1 });
  equal(fixture.process.calls.filter((call) => call === "close a").length, 1);
  const row = fixture.row(id)!;
  deepEqual([row.outcome, row.cause, row.reply], ["aborted", "close", "suppressed"]);
});

Deno.test("R47 R50 R51 closing one of several handles tells the plugin nothing; its request ends normally and silently", async () => {
  const fixture = new Fixture();
  const [one, two] = [await fixture.application("one"), await fixture.application("two")];
  const handle = await fixture.open(one);
  await fixture.open(two, { privilege: "monitor" });
  const events = follow(one);
  const id = await fixture.light(handle);
  const before = [...fixture.process.calls];
  deepEqual(await fixture.over(handle.close()), { handle: handle.id, lastHandle: false, completed: 0 });
  deepEqual(fixture.process.calls, before);
  fixture.events.completed(id, { result: 0 });
  await fixture.pass();
  const row = fixture.row(id)!;
  deepEqual([row.outcome, row.reply], ["succeeded", "suppressed"]);
  equal(events.length, 0);
});

Deno.test("Q2 R91 the replies that a close suppresses leave a full queue before others are told of the close", async () => {
  const eventBytes = 300;
  const fixture = new Fixture({ bounds: { eventBytes } });
  const application = await fixture.application();
  const owner = await fixture.open(application);
  const monitor = await fixture.open(application, { privilege: "monitor" });
  await fixture.over(monitor.setStatusMessages({ states: ["owner", "lamp"], buttonModes: [], buttonStates: [] }));
  fixture.events.state("a", { states: ["lamp"], detail: 1 });
  fixture.events.completed(await fixture.light(owner), { result: 0 });
  await fixture.pass();
  await fixture.over(owner.close());
  const events = follow(application);
  await fixture.pass();
  deepEqual(events.map((event) => event.type === "PHONE_STATE" && event.states), [["lamp"], ["owner"]]);
});

Deno.test("R55 the last close completes the orphans of handles that were closed before", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const owner = await fixture.open(application);
  const monitor = await fixture.open(application, { privilege: "monitor" });
  const orphan = await fixture.light(owner);
  await fixture.over(owner.close());
  fixture.process.onClose = () => {
    fixture.events.completed(orphan, { result: FAILED });
    return Promise.resolve();
  };
  deepEqual(await fixture.over(monitor.close()), { handle: monitor.id, lastHandle: true, completed: 1 });
  equal(fixture.row(orphan)?.cause, "close");
});

Deno.test("R59 R60 a plugin that does not end a close is killed; what it left open is lost and the close succeeds", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const id = await fixture.light(handle);
  fixture.process.onClose = () => new Promise(() => {});
  equal((await fixture.over(handle.close(), 5_000)).completed, 1);
  const row = fixture.row(id)!;
  deepEqual([row.outcome, row.cause], ["lost", "closeDeadline"]);
  equal(fixture.process.killed, "p:a: It did not close within 4000 ms");
});

Deno.test("R59 a close that its living plugin refuses with RESOURCEUNAVAIL completes what was open as lost, and succeeds", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  const id = await fixture.light(handle);
  fixture.process.onClose = () => Promise.reject(new PhoneError("RESOURCEUNAVAIL", "The driver has no line"));
  equal((await fixture.over(handle.close())).completed, 1);
  const row = fixture.row(id)!;
  deepEqual([row.outcome, row.cause], ["lost", "closeDeadline"]);
  deepEqual(
    fixture.disk.facts.filter(({ type }) => type === "pluginFault").map(({ detail }) => detail),
    [{ fault: "Its close failed: The driver has no line" }],
  );
  equal(fixture.process.killed, undefined);
});

Deno.test("R62 every call on a closed handle gives INVALPHONEHANDLE", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  await fixture.over(handle.close());
  throws(() => fixture.core.applications.handle(handle.id, { token: "t" }), { code: "PHONEERR_INVALPHONEHANDLE" });
  await rejects(handle.close(), { code: "PHONEERR_INVALPHONEHANDLE" });
});

Deno.test("Q35 an open during a close waits for its end, then opens the phone anew", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const closing = Promise.withResolvers<void>();
  fixture.process.onClose = () => closing.promise;
  const close = handle.close();
  const open = application.open({ phone: "p:a", privilege: "owner" });
  await fixture.pass();
  deepEqual(fixture.process.calls, ["open a", "close a"]);
  closing.resolve();
  await fixture.over(Promise.all([close, open]));
  deepEqual(fixture.process.calls, ["open a", "close a", "open a"]);
});

Deno.test("R65 R67 a forced close replies first, then tells every handle once", async () => {
  const fixture = new Fixture();
  const [one, two] = [await fixture.application("one"), await fixture.application("two")];
  const handle = await fixture.open(one);
  const other = await fixture.open(two, { privilege: "monitor" });
  const [events, others] = [follow(one), follow(two)];
  const id = await fixture.light(handle);
  fixture.events.forceClosing("a");
  fixture.events.completed(id, { result: FAILED });
  fixture.events.forceClosed("a");
  await fixture.pass();
  deepEqual(
    events.map((event) => [event.type, "cause" in event && event.cause]),
    [["PHONE_REPLY", "forcedClose"], ["PHONE_CLOSE", "forcedClose"]],
  );
  deepEqual(others.map((event) => "handle" in event && event.handle), [other.id]);
  equal(fixture.process.calls.includes("close a"), false, "R69: its plugin closes it by itself");
});

Deno.test("R76 R78 a lease that ends closes every handle of its application and no other's", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const short = await fixture.application("short", 5);
  const long = await fixture.application("long", 60);
  await fixture.open(short);
  await fixture.open(long, { phone: "p:b" });
  await fixture.pass(5_200);
  deepEqual(fixture.process.calls, ["open a", "open b", "close a"]);
  throws(() => fixture.core.applications.application(short.id, { token: "t" }), { code: "PHONEERR_INVALAPPHANDLE" });
  equal(fixture.core.applications.application(long.id, { token: "t" }).name, "long");
});

Deno.test("invariant 9: a close releases the device although the disk does not answer, and says so after five seconds", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  fixture.disk.failing = true;
  const close = handle.close();
  close.catch(() => {});
  await fixture.pass(5_100);
  await rejects(close, { code: "PHONEERR_RESOURCEUNAVAIL" });
  equal(fixture.process.calls.at(-1), "close a");
  throws(() => fixture.core.applications.handle(handle.id, { token: "t" }), { code: "PHONEERR_INVALPHONEHANDLE" });
});

for (const others of [false, true]) {
  for (const what of ["handle", "application"]) {
    Deno.test(`invariant 9: an operator's release of ${what === "handle" ? "a handle" : "an application"}, ${others ? "others holding" : "the last to hold"} the phone, says after five seconds that the disk does not answer, and PHONE_CLOSE follows when it does`, async () => {
      const fixture = new Fixture();
      const application = await fixture.application();
      const handle = await fixture.open(application);
      if (others) await fixture.open(await fixture.application("other"), { privilege: "monitor" });
      const events = follow(application);
      const lit = await fixture.light(handle);
      // The plugin may take its time: only then does the disk begin to count.
      fixture.process.onClose = () => new Promise((resolve) => fixture.world.after(3_900, resolve));
      fixture.disk.failing = true;
      let over = false;
      const release = what === "handle"
        ? fixture.core.operator.handle(handle.id).release({ token: "t-operator" })
        : fixture.core.operator.application(application.id).release({ token: "t-operator" });
      release.catch(() => {}).then(() => over = true);
      throws(() => fixture.core.applications.handle(handle.id, { token: "t" }), { code: "PHONEERR_INVALPHONEHANDLE" });
      await fixture.pass(others ? 4_900 : 8_800);
      equal(over, false);
      await fixture.pass(200);
      await rejects(release, { code: "PHONEERR_RESOURCEUNAVAIL", message: /released all the same/ });
      deepEqual(events, []);
      fixture.events.completed(lit, { result: 0 });
      fixture.disk.failing = false;
      await fixture.pass(20_000);
      deepEqual(events.map(({ type }) => type), ["PHONE_REPLY", "PHONE_CLOSE"]);
    });
  }
}

Deno.test("an operator's release of one of several handles lets its request end and replies before PHONE_CLOSE", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  await fixture.open(application, { privilege: "monitor" });
  const events = follow(application);
  const id = await fixture.light(handle);
  const released = fixture.core.operator.handle(handle.id).release({ token: "t-operator" });
  equal((await fixture.over(released)).lastHandle, false, "the operator is answered however long the request takes");
  equal(events.length, 0);
  fixture.events.completed(id, { result: 0 });
  await fixture.pass();
  deepEqual(events.map(({ type }) => type), ["PHONE_REPLY", "PHONE_CLOSE"]);
});
