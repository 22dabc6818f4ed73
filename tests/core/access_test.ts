import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import { Fixture, follow } from "./fixture.ts";

/** An application that may see `p:a` and nothing else. */
async function limited(fixture: Fixture) {
  const sees = (phone: string) => phone === "p:a";
  const application = await fixture.over(
    fixture.core.applications.initialize("limited", { token: "l", leaseSeconds: 300, sees }),
  );
  return { view: application, sees };
}

/** The facts of what has ended. */
function endsOf({ disk }: Fixture): Fact<"handleClosed" | "applicationEnded">[] {
  return disk.facts.filter((fact) => fact.type === "handleClosed" || fact.type === "applicationEnded");
}

Deno.test("a phone that an application may not see does not exist for it, by name or device id; device ids stay everybody's", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { core } = fixture;
  const { view, sees } = await limited(fixture);
  equal(core.applications.phoneCount(), 2);
  deepEqual(core.applications.phones(sees).map(({ phone }) => phone), ["p:a"]);
  for (const phone of ["p:b", "1"]) {
    throws(() => core.applications.phone(phone, sees), { code: "PHONEERR_BADDEVICEID" });
    await rejects(view.open({ phone, privilege: "monitor" }), { code: "PHONEERR_BADDEVICEID" });
  }
  equal((await fixture.open(view, { phone: "0" })).phone.id, "p:a");
});

Deno.test("a phone that may not be seen is BADDEVICEID, not NODEVICE, also after its removal (R21)", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { sees } = await limited(fixture);
  await fixture.over(fixture.events.removePhone("b"));
  throws(() => fixture.core.applications.phone("p:b", sees), { code: "PHONEERR_BADDEVICEID" });
  throws(() => fixture.core.applications.phone("p:b"), { code: "PHONEERR_NODEVICE" });
});

Deno.test("what concerns every application is told to those that may see the phone (api section 2)", async () => {
  const fixture = new Fixture({ phones: ["a", "b"] });
  const { view } = await limited(fixture);
  const everything = await fixture.application();
  const [few, all] = [follow(view), follow(everything)];
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
  const ending = view.events().next();
  await fixture.over(core.operator.endApplicationsOf("l", { cause: "tokenRevoked", by: { token: "o" } }));
  equal(await ending, undefined);
  deepEqual(fixture.process.calls, ["open a", "open b", "close a"]);
  throws(() => core.applications.application(view.id, { token: "l" }), { code: "PHONEERR_INVALAPPHANDLE" });
  equal(core.applications.application(other.id, { token: "t" }).name, "test");
  const ends = endsOf(fixture);
  deepEqual(
    ends.map(({ token, detail }) => ({ token, cause: detail.cause, subject: detail.subject })),
    [1, 2].map(() => ({ token: "o", cause: "tokenRevoked", subject: "l" })),
  );
});

Deno.test("the applications of a token that has expired end like those of one that was revoked, and nobody has done it", async () => {
  const fixture = new Fixture({ phones: ["a"] });
  const { view } = await limited(fixture);
  const ending = view.events().next();
  await fixture.over(fixture.core.operator.endApplicationsOf("l", { cause: "tokenExpired" }));
  equal(await ending, undefined);
  deepEqual(
    endsOf(fixture).map(({ token, detail }) => [token, detail.cause, detail.subject]),
    [[undefined, "tokenExpired", "l"]],
  );
});

Deno.test("an application that is being begun with a token that becomes void is not begun", async () => {
  const fixture = new Fixture();
  const beginning = fixture.core.applications.initialize("late", { token: "l" });
  beginning.catch(() => {});
  await fixture.over(fixture.core.operator.endApplicationsOf("l", { cause: "tokenRevoked", by: { token: "o" } }));
  await rejects(beginning, { code: "PHONEERR_INVALAPPHANDLE" });
  deepEqual(fixture.core.operator.applications(), []);
});

Deno.test("an operator finds what is another's without renewing its lease, and the fact names who released it", async () => {
  const fixture = new Fixture();
  const { core } = fixture;
  const application = await fixture.application("held", 5);
  const handle = await fixture.open(application);
  const second = await fixture.open(application, { privilege: "monitor" });
  await fixture.pass(3_000);
  equal(core.operator.handle(handle.id).id, handle.id);
  equal(core.operator.application(application.id).name, "held");
  throws(() => core.operator.handle("none"), { code: "PHONEERR_INVALPHONEHANDLE" });
  throws(() => core.operator.application("none"), { code: "PHONEERR_INVALAPPHANDLE" });
  deepEqual(core.operator.applications(), [{
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
  await fixture.over(core.operator.handle(handle.id).release({ token: "t-operator" }));
  await fixture.over(core.operator.application(application.id).release({ token: "t-operator" }));
  deepEqual(endsOf(fixture).map(({ type, token, detail }) => [type, token, detail.cause, detail.subject]), [
    ["handleClosed", "t-operator", "operatorRelease", "t"],
    ["handleClosed", "t-operator", "operatorRelease", "t"],
    ["applicationEnded", "t-operator", "operatorRelease", "t"],
  ]);
});

Deno.test("looking at it does not keep an application from losing its lease (R76)", async () => {
  const fixture = new Fixture();
  const application = await fixture.application("held", 5);
  for (let second = 0; second < 7; second++) {
    await fixture.pass(1_000);
    fixture.core.operator.applications();
    try {
      fixture.core.operator.application(application.id);
    } catch {
      break;
    }
  }
  deepEqual(fixture.core.operator.applications(), []);
});

Deno.test("an operator is shown how many requests of the open handles are outstanding", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const id = await fixture.light(handle);
  await fixture.light(handle);
  equal(fixture.core.operator.applications()[0]?.outstanding, 2);
  fixture.events.completed(id, { result: 0 });
  await fixture.pass();
  equal(fixture.core.operator.applications()[0]?.outstanding, 1);
});

Deno.test("the token of a fact is who acted: nobody, where a lease ends, and whose application it was stands in its detail", async () => {
  const fixture = new Fixture();
  await fixture.open(await fixture.application("quiet", 5));
  const other = await fixture.application("other");
  await fixture.pass(5_200);
  await fixture.over(other.shutdown());
  deepEqual(endsOf(fixture).map(({ type, token, detail }) => [type, token, detail.cause, detail.subject]), [
    ["handleClosed", undefined, "leaseExpired", "t"],
    ["applicationEnded", undefined, "leaseExpired", "t"],
    ["applicationEnded", "t", "shutdown", undefined],
  ]);
});
