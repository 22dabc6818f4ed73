import { deepEqual, rejects } from "node:assert/strict";
import { Fixture } from "./fixture.ts";

Deno.test("R100 the server fills its part of a status, and clears what a handle without ownership cannot use", async () => {
  const fixture = new Fixture();
  const owner = await fixture.open(await fixture.application("boss"));
  const monitor = await fixture.open(await fixture.application("watcher"), { privilege: "monitor" });
  fixture.process.onGet = () =>
    Promise.resolve({
      statusFlags: ["connected"],
      numOwners: 9,
      ownerName: "me",
      phoneFeatures: ["setLamp", "getLamp"],
    });
  const status = await fixture.over(monitor.get("getStatus", {}));
  deepEqual(status, {
    statusFlags: ["connected"],
    numOwners: 1,
    numMonitors: 1,
    ownerName: "boss",
    phoneFeatures: ["getLamp"],
  });
  deepEqual((await fixture.over(owner.get("getStatus", {}))).phoneFeatures, ["setLamp", "getLamp"]);
});

Deno.test("a getter that the plugin does not answer ends as OPERATIONFAILED", async () => {
  const fixture = new Fixture({ methods: ["getLamp"] });
  const handle = await fixture.open(await fixture.application());
  fixture.process.onGet = () => new Promise(() => {});
  await rejects(fixture.over(handle.get("getLamp", { lamp: 1 }), 6_000), {
    code: "PHONEERR_OPERATIONFAILED",
  });
});

Deno.test("a getter that the driver does not have is refused without asking", async () => {
  const fixture = new Fixture();
  const handle = await fixture.open(await fixture.application());
  await rejects(handle.get("getRing", {}), { code: "PHONEERR_OPERATIONUNAVAIL" });
  deepEqual(fixture.process.calls, ["open a"]);
});

Deno.test("R62 a getter that is answered after its handle was closed gives INVALPHONEHANDLE", async () => {
  const fixture = new Fixture({ methods: ["getLamp"] });
  const handle = await fixture.open(await fixture.application());
  const answer = Promise.withResolvers<unknown>();
  fixture.process.onGet = () => answer.promise;
  const asked = handle.get("getLamp", { lamp: 1 });
  await fixture.over(handle.close());
  answer.resolve({ mode: "steady" });
  await rejects(fixture.over(asked), { code: "PHONEERR_INVALPHONEHANDLE" });
});
