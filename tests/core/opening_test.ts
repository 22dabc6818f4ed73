import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { Fixture, follow } from "./fixture.ts";

const OWNER = { phone: "p:a", privilege: "owner" };

/** A fixture whose plugin opens its phone only when told to. */
function slowlyOpening(): { fixture: Fixture; opened: () => void } {
  const fixture = new Fixture();
  const { promise, resolve } = Promise.withResolvers<void>();
  fixture.process.onOpen = () => promise;
  return { fixture, opened: resolve };
}

for (const whole of [true, false]) {
  const when = whole ? "before it is open" : "after it is open";
  Deno.test(`R65 a forced close that begins while the phone is being opened and ends ${when} closes the first handle at once, and tells it`, async () => {
    const { fixture, opened } = slowlyOpening();
    const application = await fixture.application();
    const events = follow(application);
    const open = application.open(OWNER);
    await fixture.pass();
    fixture.events.forceClosing("a");
    if (whole) fixture.events.forceClosed("a");
    opened();
    const handle = await fixture.over(open, 100);
    throws(() => fixture.core.applications.handle(handle.id, { token: "t" }), { code: "PHONEERR_INVALPHONEHANDLE" });
    if (!whole) {
      deepEqual(events, [], "nobody is told before the plugin is through");
      fixture.events.forceClosed("a");
    }
    await fixture.pass();
    deepEqual(
      events.map((event) => [event.type, "handle" in event && event.handle, "cause" in event && event.cause]),
      [["PHONE_CLOSE", handle.id, "forcedClose"]],
    );
    deepEqual(fixture.process.calls, ["open a"], "R69: its plugin closes it by itself");
    await fixture.open(application);
    deepEqual(fixture.process.calls, ["open a", "open a"]);
  });
}

Deno.test("a forced close during an opening that failed does not close the next one", async () => {
  const { fixture } = slowlyOpening();
  const failing = Promise.withResolvers<void>();
  fixture.process.onOpen = () => failing.promise;
  const application = await fixture.application();
  const open = application.open(OWNER);
  await fixture.pass();
  fixture.events.forceClosing("a");
  fixture.events.forceClosed("a");
  failing.reject(new Error("the line broke"));
  await rejects(fixture.over(open), /the line broke/);
  fixture.process.onOpen = () => Promise.resolve();
  const handle = await fixture.open(application);
  equal(fixture.core.applications.handle(handle.id, { token: "t" }).id, handle.id);
});

Deno.test("an open that ends while its application is being released by the operator gives INVALAPPHANDLE and leaves no handle", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const application = await fixture.application();
  await fixture.open(application, { phone: "p:b" });
  const [opening, closing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  fixture.process.onOpen = () => opening.promise;
  fixture.process.onClose = () => closing.promise;
  const open = application.open(OWNER);
  await fixture.pass();
  // The other phone's close keeps the release from ending first.
  const released = fixture.core.operator.application(application.id).release({ token: "t-operator" });
  await fixture.pass();
  opening.resolve();
  await rejects(fixture.over(open), { code: "PHONEERR_INVALAPPHANDLE" });
  closing.resolve();
  await fixture.over(released);
  deepEqual(fixture.process.calls, ["open b", "open a", "close b", "close a"]);
  equal(fixture.core.applications.phone("p:a").owner, null);
});

Deno.test("a plugin that is being released opens no phone, neither one that waits nor another", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const application = await fixture.application();
  await fixture.open(application);
  const closing = Promise.withResolvers<void>();
  fixture.process.onClose = () => closing.promise;
  const released = fixture.core.plugins.closePhones("p");
  const waiting = application.open(OWNER);
  const another = application.open({ phone: "p:b", privilege: "owner" });
  await rejects(fixture.over(another), { code: "PHONEERR_RESOURCEUNAVAIL" });
  closing.resolve();
  await rejects(fixture.over(waiting), { code: "PHONEERR_RESOURCEUNAVAIL" });
  await fixture.over(released);
  deepEqual(fixture.process.calls, ["open a", "close a"]);
});

Deno.test("a phone that is being opened when its plugin is released is closed before the release ends", async () => {
  const { fixture, opened } = slowlyOpening();
  const open = (await fixture.application()).open(OWNER);
  await fixture.pass();
  const released = fixture.core.plugins.closePhones("p");
  opened();
  await rejects(fixture.over(open), { code: "PHONEERR_RESOURCEUNAVAIL" });
  await fixture.over(released);
  deepEqual(fixture.process.calls, ["open a", "close a"]);
});
