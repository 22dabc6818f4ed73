import { deepEqual, equal, notEqual } from "node:assert/strict";
import { type Asked, beginApplication } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer({ plugins: [{ name: "twin", source: "probe" }] });

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };

Deno.test("R20 device ids at the start run from 0 to N-1, in the order of configuration, and N is what phoneInitializeEx says", async () => {
  await using application = await beginApplication(server(), "first");
  const { body: { phoneCount } } = await application.call("POST", "/v1/applications", { body: { name: "counting" } });
  const { body } = await application.call<{ phones: { phone: string; deviceId: number }[] }>("GET", "/v1/phones");
  deepEqual(body.phones.map(({ phone, deviceId }) => [phone, deviceId]), [
    ["probe:control", 0],
    ["probe:first", 1],
    ["twin:control", 2],
    ["twin:first", 3],
  ]);
  equal(phoneCount, 4);
});

Deno.test("R20 a phone is the same by name and by device id", async () => {
  await using application = await beginApplication(server(), "both");
  const { body } = await application.tryOpen(3, "monitor");
  equal(body.phone, "twin:first");
  deepEqual((await application.call("GET", "/v1/phones/3")).body.phone, "twin:first");
});

Deno.test("R76 phoneShutdown closes all handles of the application and no other's", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application(), await bench.application()];
  const handles = [await a.open(bench.phone), await a.open("twin:first")];
  const staying = await b.open(bench.phone, "monitor");
  const elsewhere = await b.open("twin:first", "monitor");
  equal((await a.call("DELETE", `/v1/applications/${a.id}`)).status, 204);
  for (const handle of handles) {
    deepEqual((await handle.get("status")).body.code, "PHONEERR_INVALPHONEHANDLE");
  }
  for (const handle of [staying, elsewhere]) {
    const { numOwners, numMonitors } = await handle.status();
    deepEqual([numOwners, numMonitors], [0, 1]);
  }
  deepEqual(await bench.calls(), ["open"]);
});

Deno.test("R76 phoneShutdown closes a phone that only the application holds, ends its requests, and tells it nothing", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  equal((await application.call("DELETE", `/v1/applications/${application.id}`)).status, 204);
  deepEqual(await bench.calls(), ["open", "setLamp", "abort", "close"]);
  const { outcome, cause, reply } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, reply], ["aborted", "shutdown", "suppressed"]);
  await application.events.ended;
  deepEqual(application.events.seen, []);
});

Deno.test("R77 the event stream ends at phoneShutdown, and every further call is INVALAPPHANDLE", async () => {
  await using application = await beginApplication(server(), "leaving");
  const path = `/v1/applications/${application.id}`;
  equal((await application.call("DELETE", path)).status, 204);
  await application.events.ended;
  const answers = [
    await application.call("DELETE", path),
    await application.call("POST", `${path}/lease`),
    await application.call("GET", `${path}/events`),
    await application.tryOpen("probe:first", "monitor"),
  ];
  for (const { status, body } of answers) {
    deepEqual([status, body.code, body.value], [404, "PHONEERR_INVALAPPHANDLE", -1879048185]);
  }
});

Deno.test("R78 Q20 an application whose lease ends is shut down: its phone is closed, its requests aborted, its reply suppressed", async () => {
  await using bench = await makeBench(server());
  const { call } = bench.controller;
  const { body: { application, leaseSeconds } } = await call("POST", "/v1/applications", {
    body: { name: "silent", leaseSeconds: 5 },
  });
  equal(leaseSeconds, 5);
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: bench.phone, privilege: "owner" },
  });
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const { body } = await call("POST", `/v1/handles/${handle}/requests`, { body: LAMP });
  await bench.until("close");
  // A later open of the same phone waits for the end of that close.
  const next = await bench.controller.open(bench.phone);
  equal((await call("GET", `/v1/handles/${handle}/status`)).body.code, "PHONEERR_INVALPHONEHANDLE");
  equal((await call("POST", `/v1/applications/${application}/lease`)).body.code, "PHONEERR_INVALAPPHANDLE");
  await next.perform(LAMP);
  const { outcome, cause, reply } = await bench.requestRecord(Number(body.requestId));
  deepEqual([outcome, cause, reply], ["aborted", "leaseExpired", "suppressed"]);
});

Deno.test("R100 the owner's name is the application's, and a new application is told of nothing that was before", async () => {
  await using bench = await makeBench(server());
  const [a, b] = [await bench.application("Reception"), await bench.application("Door")];
  notEqual(a.id, b.id);
  await a.open(bench.phone);
  const shown = await b.call("GET", `/v1/phones/${bench.phone}`);
  deepEqual([shown.body.owner, shown.body.monitors], ["Reception", 0]);
  deepEqual(await b.heard(), []);
});
