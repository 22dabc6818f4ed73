import { deepEqual, equal, notEqual, rejects, throws } from "node:assert/strict";
import type { PhoneCapabilities } from "../../server/core/contract/capabilities.ts";
import { createCore } from "../../server/core/mod.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";
import { Fixture, follow, ScriptedProcess } from "./fixture.ts";

Deno.test("R20 device ids go from 0 in the order of configuration, once every plugin has settled", async () => {
  const fixture = new Fixture({ phones: [] });
  const core = createCore({ clock: fixture.world, nextId: () => "id", history: fixture.disk });
  core.plugins.enable(["first", "second"]);
  const offer = (plugin: string, id: string) =>
    core.plugins.admit(plugin, new ScriptedProcess()).addPhone({
      id,
      name: id,
      capabilities: NO_CAPABILITIES,
      connected: true,
      methods: [],
    });
  offer("second", "x");
  core.plugins.settle("second");
  await rejects(core.applications.initialize("early", { token: "t" }), { code: "PHONEERR_RESOURCEUNAVAIL" });
  offer("first", "y");
  core.plugins.settle("first");
  deepEqual(core.applications.phones().map(({ phone, deviceId }) => [phone, deviceId]), [["first:y", 0], [
    "second:x",
    1,
  ]]);
});

Deno.test("R21 a device that never was gives BADDEVICEID, a removed one NODEVICE, by name and by number", async () => {
  const fixture = new Fixture();
  throws(() => fixture.core.applications.phone("p:none"), { code: "PHONEERR_BADDEVICEID" });
  throws(() => fixture.core.applications.phone("7"), { code: "PHONEERR_BADDEVICEID" });
  await fixture.over(fixture.events.removePhone("a"));
  throws(() => fixture.core.applications.phone("p:a"), { code: "PHONEERR_NODEVICE" });
  throws(() => fixture.core.applications.phone("0"), { code: "PHONEERR_NODEVICE" });
});

Deno.test("R22 R23 a phone that is offered later gets the next id, and every application one PHONE_CREATE", async () => {
  const fixture = new Fixture();
  const events = follow(await fixture.application());
  await fixture.over(fixture.offer("b"));
  deepEqual(events.map((event) => event.type === "PHONE_CREATE" && [event.phone, event.deviceId]), [["p:b", 1]]);
});

Deno.test("a removed phone's id stays occupied: the same name offered again is another device", async () => {
  const fixture = new Fixture();
  await fixture.over(fixture.events.removePhone("a"));
  await fixture.over(fixture.offer("a"));
  equal(fixture.core.applications.phone("p:a").deviceId, 1);
  throws(() => fixture.core.applications.phone("0"), { code: "PHONEERR_NODEVICE" });
});

Deno.test("R72 R73 R74 removing an open phone closes it, then sends PHONE_CLOSE, then PHONE_REMOVE to everybody", async () => {
  const fixture = new Fixture();
  const [holder, bystander] = [await fixture.application("holder"), await fixture.application("bystander")];
  await fixture.open(holder);
  const [held, seen] = [follow(holder), follow(bystander)];
  await fixture.over(fixture.events.removePhone("a"));
  equal(fixture.process.calls.at(-1), "close a");
  deepEqual(held.map(({ type }) => type), ["PHONE_CLOSE", "PHONE_REMOVE"]);
  deepEqual(seen.map(({ type }) => type), ["PHONE_REMOVE"]);
});

Deno.test("a phone cannot be offered twice by one life of its plugin", async () => {
  const fixture = new Fixture();
  await rejects(fixture.offer("a"), { code: "PHONEERR_ALLOCATED" });
});

Deno.test("a plugin that crashes and comes back takes its phones up under the same ids, told as disconnected and connected", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const events = follow(application);
  const id = await fixture.light(handle);
  await fixture.over(fixture.events.gone("pluginCrash", "it exited with 1"));
  deepEqual([fixture.row(id)?.outcome, fixture.row(id)?.cause], ["lost", "pluginCrash"]);
  await rejects(fixture.over(application.open({ phone: "p:a", privilege: "owner" })), {
    code: "PHONEERR_RESOURCEUNAVAIL",
  });
  fixture.restart();
  await fixture.over(fixture.offer("a"));
  fixture.events.ready();
  await fixture.pass();
  equal(fixture.core.applications.phone("p:a").deviceId, 0);
  deepEqual(
    events.map((event) => event.type === "PHONE_STATE" ? `${event.handle} ${event.states}` : event.type),
    ["PHONE_REPLY", "PHONE_CLOSE", "null disconnected", "null connected"],
  );
});

Deno.test("R74 R75 a plugin that is started anew has only the phones that it offers: the others are removed, once it is ready", async () => {
  const fixture = new Fixture();
  await fixture.over(fixture.offer("b"));
  const application = await fixture.application();
  const events = follow(application);
  await fixture.over(fixture.events.gone("pluginStop", "it was told to stop"));
  fixture.restart();
  await fixture.over(fixture.offer("b"));
  fixture.events.ready({ anew: true });
  await fixture.pass();
  deepEqual(
    events.map((event) => ["phone" in event && event.phone, event.type === "PHONE_STATE" ? event.states : event.type]),
    [["p:a", ["disconnected"]], ["p:b", ["disconnected"]], ["p:b", ["connected"]], ["p:a", "PHONE_REMOVE"]],
  );
  throws(() => fixture.core.applications.phone("p:a"), { code: "PHONEERR_NODEVICE" });
  await rejects(fixture.over(application.open({ phone: "p:a", privilege: "owner" })), {
    code: "PHONEERR_NODEVICE",
  });
});

Deno.test("R103 what a plugin says of a phone's suspension is what everybody is shown, open or closed, and told to those who asked for it", async () => {
  const fixture = new Fixture();
  const shown = () => fixture.core.applications.phone("p:a").suspended;
  fixture.events.suspended("a", true);
  equal(shown(), true);
  const application = await fixture.application();
  const [asking, other] = [await fixture.open(application), await fixture.open(application, { privilege: "monitor" })];
  await fixture.over(asking.setStatusMessages({ states: ["suspend", "resume"], buttonModes: [], buttonStates: [] }));
  const events = follow(application);
  for (const suspended of [true, false, false, true]) fixture.events.suspended("a", suspended);
  await fixture.pass();
  deepEqual(
    events.map((event) => event.type === "PHONE_STATE" && [event.handle, event.states]),
    [[asking.id, ["resume"]], [asking.id, ["suspend"]]],
  );
  notEqual(asking.id, other.id);
  equal(shown(), true);
});

Deno.test("R103 a phone whose plugin is gone is suspended no more: the process that offers it again says so again", async () => {
  const fixture = new Fixture();
  fixture.events.suspended("a", true);
  await fixture.over(fixture.events.gone("pluginCrash", "it exited with 1"));
  const shown = () => fixture.core.applications.phone("p:a").suspended;
  equal(shown(), false);
  fixture.restart();
  await fixture.over(fixture.offer("a"));
  fixture.events.suspended("a", true);
  fixture.events.ready();
  await fixture.pass();
  equal(shown(), true);
});

Deno.test("R107 what a plugin says of a phone's capabilities is what everybody is shown, and a fact that names the parts", () => {
  const fixture = new Fixture();
  const shown = () => fixture.core.applications.phone("p:a").capabilities;
  const before = shown();
  const next: PhoneCapabilities = {
    ...NO_CAPABILITIES,
    ringModes: 2,
    buttons: [{ id: 4, mode: "feature", function: "unknown", lampModes: ["off", "steady"], pressable: true }],
  };
  fixture.events.capabilities("a", next);
  fixture.events.capabilities("a", structuredClone(next));
  deepEqual([shown().ringModes, shown().buttons], [2, next.buttons]);
  fixture.events.buttonMeant("a", { button: 4, mode: "call", function: "hold" });
  fixture.events.buttonMeant("a", { button: 5, mode: "call", function: "hold" });
  deepEqual(shown().buttons, [{ ...next.buttons[0], mode: "call", function: "hold" }]);
  equal(before.ringModes, 0);
  const facts = fixture.disk.facts.filter(({ type }) => type === "phoneChanged");
  deepEqual(facts, [{ type: "phoneChanged", plugin: "p", phone: "p:a", detail: { parts: ["ringModes", "buttons"] } }]);
});

Deno.test("R107 capabilities for which a plugin has no room are refused, and those before stay", () => {
  const fixture = new Fixture();
  const huge = { ...NO_CAPABILITIES, provider: "x".repeat(33_554_432) };
  throws(() => fixture.events.capabilities("a", huge), { code: "PHONEERR_NOMEM" });
  equal(fixture.core.applications.phone("p:a").capabilities.provider, "");
});

Deno.test("what a plugin's former life still reports is dropped", async () => {
  const fixture = new Fixture();
  const former = fixture.events;
  await fixture.over(former.gone("pluginHang", ""));
  fixture.restart();
  await fixture.over(fixture.offer("a"));
  fixture.events.ready();
  await fixture.pass();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  await fixture.over(handle.setStatusMessages({ states: ["lamp"], buttonModes: [], buttonStates: [] }));
  const events = follow(application);
  former.state("a", { states: ["lamp"], detail: 1 });
  former.connected("a", false);
  former.suspended("a", true);
  former.capabilities("a", { ...NO_CAPABILITIES, ringModes: 1 });
  await former.gone("pluginCrash", "again");
  await fixture.pass();
  equal(events.length, 0);
  const { connected, suspended, capabilities } = fixture.core.applications.phone("p:a");
  deepEqual([connected, suspended, capabilities.ringModes], [true, false, 0]);
});
