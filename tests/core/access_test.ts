import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { Fixture, follow } from "./fixture.ts";

/** An application that may see `p:a` and nothing else. */
async function limited(fixture: Fixture) {
  const sees = (phone: string) => phone === "p:a";
  const begun = await fixture.over(fixture.core.initialize("limited", { token: "l", leaseSeconds: 300, sees }));
  return { ...begun, view: fixture.core.application(begun.application, "l"), sees };
}

Deno.test("a phone that an application may not see does not exist for it, by name or device id; device ids stay everybody's", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { core } = fixture;
  const { view, sees, phoneCount } = await limited(fixture);
  equal(phoneCount, 2);
  deepEqual(core.phones(sees).map(({ phone }) => phone), ["p:a"]);
  for (const phone of ["p:b", "1"]) {
    throws(() => core.phone(phone, sees), { code: "PHONEERR_BADDEVICEID" });
    await rejects(core.open(view, { phone, privilege: "monitor" }), { code: "PHONEERR_BADDEVICEID" });
  }
  equal((await fixture.open(view, { phone: "0" })).phone.id, "p:a");
});

Deno.test("a phone that may not be seen is BADDEVICEID, not NODEVICE, also after its removal (R21)", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { sees } = await limited(fixture);
  await fixture.over(fixture.events.removePhone("b"));
  throws(() => fixture.core.phone("p:b", sees), { code: "PHONEERR_BADDEVICEID" });
  throws(() => fixture.core.phone("p:b"), { code: "PHONEERR_NODEVICE" });
});

Deno.test("what concerns every application is told to those that may see the phone (api section 2)", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { view } = await limited(fixture);
  const everything = await fixture.application();
  const [few, all] = [follow(fixture.core, view), follow(fixture.core, everything)];
  await fixture.over(fixture.offer("c"));
  await fixture.over(fixture.events.removePhone("b"));
  await fixture.over(fixture.events.gone("pluginCrash", "for the test"));
  const told = (events: typeof all) => events.map((event) => [event.type, "phone" in event && event.phone]);
  deepEqual(told(few), [["PHONE_STATE", "p:a"]]);
  deepEqual(told(all), [
    ["PHONE_CREATE", "p:c"],
    ["PHONE_REMOVE", "p:b"],
    ["PHONE_STATE", "p:a"],
    ["PHONE_STATE", "p:c"],
  ]);
});

Deno.test("a void token's applications end at once, with their streams, and no other's (api section 2)", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { core } = fixture;
  const { view } = await limited(fixture);
  const other = await fixture.application();
  await fixture.open(view);
  await fixture.open(other, { phone: "p:b" });
  const ending = core.events(view).next();
  await fixture.over(core.endApplicationsOf("l"));
  equal(await ending, undefined);
  deepEqual(fixture.process.calls, ["open a", "open b", "close a"]);
  throws(() => core.application(view.id, "l"), { code: "PHONEERR_INVALAPPHANDLE" });
  equal(core.application(other.id, "t").name, "test");
  const causes = fixture.disk.facts.filter(({ type }) => type === "handleClosed" || type === "applicationEnded");
  deepEqual(causes.map(({ detail }) => detail?.["cause"]), ["tokenRevoked", "tokenRevoked"]);
});

Deno.test("an application that is being begun with a token that becomes void is not begun", async () => {
  const fixture = new Fixture();
  const beginning = fixture.core.initialize("late", { token: "l" });
  beginning.catch(() => {});
  await fixture.over(fixture.core.endApplicationsOf("l"));
  await rejects(beginning, { code: "PHONEERR_INVALAPPHANDLE" });
  deepEqual(fixture.core.applications(), []);
});

Deno.test("an operator finds what is another's without renewing its lease, and the fact names who released it", async () => {
  const fixture = new Fixture();
  const { core } = fixture;
  const application = await fixture.application("held", 5);
  const handle = await fixture.open(application);
  const second = await fixture.open(application, { privilege: "monitor" });
  await fixture.pass(3_000);
  equal(core.anyHandle(handle.id).id, handle.id);
  equal(core.anyApplication(application.id).name, "held");
  throws(() => core.anyHandle("none"), { code: "PHONEERR_INVALPHONEHANDLE" });
  throws(() => core.anyApplication("none"), { code: "PHONEERR_INVALAPPHANDLE" });
  deepEqual(core.applications(), [{
    application: application.id,
    name: "held",
    token: "t",
    leaseSeconds: 5,
    handles: [
      { handle: handle.id, phone: "p:a", privilege: "owner" },
      { handle: second.id, phone: "p:a", privilege: "monitor" },
    ],
    streaming: false,
    outstanding: 0,
  }]);
  await fixture.over(core.close(core.anyHandle(handle.id), "operatorRelease", { by: "t-operator" }));
  await fixture.over(core.shutdown(core.anyApplication(application.id), "operatorRelease", { by: "t-operator" }));
  const ends = fixture.disk.facts.filter(({ type }) => type === "handleClosed" || type === "applicationEnded");
  deepEqual(ends.map(({ type, token, detail }) => [type, token, detail?.["cause"], detail?.["by"]]), [
    ["handleClosed", "t", "operatorRelease", "t-operator"],
    ["handleClosed", "t", "operatorRelease", "t-operator"],
    ["applicationEnded", "t", "operatorRelease", "t-operator"],
  ]);
});

Deno.test("looking at it does not keep an application from losing its lease (R76)", async () => {
  const fixture = new Fixture();
  const application = await fixture.application("held", 5);
  for (let second = 0; second < 7; second++) {
    await fixture.pass(1_000);
    fixture.core.applications();
    try {
      fixture.core.anyApplication(application.id);
    } catch {
      break;
    }
  }
  deepEqual(fixture.core.applications(), []);
});

Deno.test("an operator is shown how many requests of the open handles are outstanding", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const id = await fixture.light(handle);
  await fixture.light(handle);
  equal(fixture.core.applications()[0]?.outstanding, 2);
  fixture.events.completed(id, 0);
  await fixture.pass();
  equal(fixture.core.applications()[0]?.outstanding, 1);
});
