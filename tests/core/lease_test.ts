import { equal, throws } from "node:assert/strict";
import { Fixture } from "./fixture.ts";

Deno.test("R76 a call that waits holds the lease for as long as it waits, and the lease runs anew from its end", async () => {
  const fixture = new Fixture();
  const application = await fixture.application("waiting", 5);
  const release = application.hold();
  const second = application.hold();
  await fixture.pass(20_000);
  release();
  await fixture.pass(20_000);
  second();
  await fixture.pass(4_500);
  equal(fixture.core.applications.application(application.id, { token: "t" }).name, "waiting");
});

Deno.test("R76 a lease that was held ends once nothing waits any more", async () => {
  const fixture = new Fixture();
  const application = await fixture.application("waiting", 5);
  const release = application.hold();
  await fixture.pass(20_000);
  release();
  await fixture.pass(10_200);
  throws(() => fixture.core.applications.application(application.id, { token: "t" }), {
    code: "PHONEERR_INVALAPPHANDLE",
  });
});

Deno.test("nothing is held for an application that has ended", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  await fixture.over(application.shutdown());
  application.hold()();
  throws(() => fixture.core.applications.application(application.id, { token: "t" }), {
    code: "PHONEERR_INVALAPPHANDLE",
  });
});
