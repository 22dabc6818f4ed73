import { deepEqual, equal, rejects } from "node:assert/strict";
import type { PhoneCapabilities } from "../../server/core/contract/capabilities.ts";
import type { OpenApplication } from "../../server/core/mod.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";
import { Fixture, follow } from "./fixture.ts";

const MONITORS = { states: ["monitors"], buttonModes: [], buttonStates: [] };

/** An application of the token `token`. */
async function applicationOf(fixture: Fixture, token: string): Promise<OpenApplication> {
  return await fixture.over(fixture.core.applications.initialize("test", { token }));
}

/** Opens the phone as monitor, so many times, each with masks of its own. */
async function monitorAll(
  fixture: Fixture,
  { application, times }: { application: OpenApplication; times: number },
) {
  for (let opened = 0; opened < times; opened++) {
    const handle = await fixture.open(application, { privilege: "monitor" });
    await fixture.over(handle.setStatusMessages(MONITORS));
  }
}

Deno.test("a phone has no more monitors than it may, and its owner's place is kept free", async () => {
  const fixture = new Fixture({ bounds: { phoneHandles: 2 } });
  const application = await fixture.application();
  const first = await fixture.open(application, { privilege: "monitor" });
  await fixture.open(application, { privilege: "monitor" });
  await rejects(fixture.open(application, { privilege: "monitor" }), {
    code: "PHONEERR_REQUESTOVERRUN",
    message: /^p:a has 2 monitors/,
  });
  await fixture.open(application);
  await fixture.over(first.close());
  await fixture.open(application, { privilege: "monitor" });
  deepEqual([fixture.core.applications.phone("p:a").owner, fixture.core.applications.phone("p:a").monitors], [
    "test",
    2,
  ]);
});

Deno.test("one token cannot take every application's place", async () => {
  const fixture = new Fixture({ bounds: { applications: 3, tokenApplications: 2 } });
  const greedy = await applicationOf(fixture, "greedy");
  await applicationOf(fixture, "greedy");
  await rejects(applicationOf(fixture, "greedy"), {
    code: "PHONEERR_REQUESTOVERRUN",
    message: /^2 applications of this token are there/,
  });
  await applicationOf(fixture, "modest");
  await rejects(applicationOf(fixture, "late"), { code: "PHONEERR_REQUESTOVERRUN", message: /^3 applications/ });
  await fixture.over(greedy.shutdown());
  await applicationOf(fixture, "greedy");
});

Deno.test("R83 R91 a token with many monitors on one phone is ended: who stays is told of each, the plugin only when nobody wants it any more", async () => {
  const fixture = new Fixture();
  const stays = await applicationOf(fixture, "stays");
  const handle = await fixture.open(stays);
  await fixture.over(handle.setStatusMessages(MONITORS));
  const leaving = [await applicationOf(fixture, "leaves"), await applicationOf(fixture, "leaves")];
  for (const application of leaving) await monitorAll(fixture, { application, times: 20 });
  const told = fixture.process.wanted.length;
  const events = follow(stays);
  await fixture.pass();
  events.length = 0;
  await fixture.over(fixture.core.operator.endApplicationsOf("leaves", { cause: "tokenRevoked", by: { token: "o" } }));
  deepEqual(
    events.map((event) => event.type === "PHONE_STATE" && event.detail),
    Array.from({ length: 40 }, (_, closed) => 39 - closed),
  );
  equal(fixture.process.wanted.length, told);
  await fixture.open(stays, { privilege: "monitor" });
  await fixture.over(handle.close());
  deepEqual(fixture.process.wanted.at(-1)?.states, []);
});

Deno.test("Q39 masks that the plugin refuses after the close of their handle bring nobody's wishes back", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  await fixture.open(application);
  const handle = await fixture.open(application, { privilege: "monitor" });
  await fixture.over(handle.setStatusMessages(MONITORS));
  const answer = Promise.withResolvers<void>();
  fixture.process.onWant = () => answer.promise;
  const refused = rejects(
    handle.setStatusMessages({ states: ["lamp"], buttonModes: [], buttonStates: [] }),
  );
  await fixture.over(handle.close());
  answer.reject(new Error("for the test"));
  await refused;
  fixture.process.onWant = () => Promise.resolve();
  const next = await fixture.open(application, { privilege: "monitor" });
  await fixture.over(
    next.setStatusMessages({ states: ["display"], buttonModes: [], buttonStates: [] }),
  );
  deepEqual(fixture.process.wanted.at(-1)?.states, ["display"]);
});

/** Offers a phone whose capabilities come to about a mebibyte. */
function offerLarge(fixture: Fixture, id: string): Promise<void> {
  const capabilities: PhoneCapabilities = { ...NO_CAPABILITIES, phoneInfo: "x".repeat(1_048_576) };
  return fixture.events.addPhone({ id, name: id, capabilities, connected: true, methods: [] });
}

Deno.test("invariant 6: the phones of a plugin come to 32 MiB at most, in all its lives; one that is removed makes room", async () => {
  const fixture = new Fixture();
  for (let phone = 0; phone < 31; phone++) await fixture.over(offerLarge(fixture, `p${phone}`));
  const refusal = { code: "PHONEERR_NOMEM", message: /can come to 33554432 bytes/ };
  await rejects(offerLarge(fixture, "more"), refusal);
  await fixture.over(fixture.events.gone("pluginCrash", "for the test"));
  fixture.restart();
  await fixture.over(offerLarge(fixture, "p0"));
  await rejects(offerLarge(fixture, "more"), refusal);
  await fixture.over(fixture.events.removePhone("p1"));
  await fixture.over(offerLarge(fixture, "more"));
});

Deno.test("invariant 6: a plugin has 10,000 phones at most; another's are not counted", async () => {
  const fixture = new Fixture({ phones: [] });
  await fixture.over(Promise.all(Array.from({ length: 10_000 }, (_, phone) => fixture.offer(`p${phone}`))));
  await rejects(fixture.offer("more"), { code: "PHONEERR_NOMEM", message: /at most 10000 phones/ });
  fixture.core.plugins.enable(["q"]);
  fixture.events = fixture.core.plugins.admit("q", fixture.process);
  await fixture.over(fixture.offer("more"));
});
