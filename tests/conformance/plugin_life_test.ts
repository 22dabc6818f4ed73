import { deepEqual, equal, ok } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";
import { type Application, type Asked, beginApplication, command, type Handle } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { configuration } from "./support/shared_server.ts";

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
/** A plugin that fares badly, beside the probe, which must not notice. */
const VICTIM = { plugins: [{ name: "victim", source: "probe" }] };

/** Tells the victim something through a handle of its control; whatever becomes of the request. */
const tellVictim = (control: Handle, what: object) => control.request(command({ phone: "first", ...what }));

/** The ends that an application heard of through one handle, in their order. */
const ends = (application: Application, { id }: Handle) =>
  application.events.seen.flatMap((event) => {
    if (event.type !== "PHONE_REPLY" && event.type !== "PHONE_CLOSE" || event.handle !== id) return [];
    return [event.type === "PHONE_REPLY" ? [event.type, event.outcome, event.cause] : [event.type, event.cause]];
  });

/** The states of one phone that every application heard of, in their order. */
const statesForAll = (application: Application, phone: string) =>
  application.events.seen.flatMap((event) =>
    event.type === "PHONE_STATE" && event.phone === phone && event.handle === null ? [event.states] : []
  );

Deno.test("R65 R67 invariant 6 a plugin that crashes costs its own phones only: requests lost and replied, PHONE_CLOSE, back under the same ids", async () => {
  await using server = await startServer({ config: configuration({ ...VICTIM, bounds: { backOffMs: 1 } }) });
  await using bench = await makeBench(server);
  const [a, b] = [await bench.application(), await bench.application()];
  const undisturbed = await a.open(bench.phone);
  const owner = await a.open("victim:first");
  const monitor = await b.open("victim:first", "monitor");
  const control = await b.open("victim:control", "monitor");
  const { body: before } = await a.call("GET", "/v1/phones/victim:first");
  await tellVictim(control, { do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const held = await owner.request(LAMP);
  const exiting = await tellVictim(control, { do: "exit" });

  await a.events.next("PHONE_STATE", ({ phone, states }) => phone === "victim:first" && states[0] === "connected");
  for (const [requestId, handle] of [[held, owner], [exiting, control]] as const) {
    const { outcome, cause, result, reply } = await bench.requestRecord(requestId);
    deepEqual([outcome, cause, result, reply], ["lost", "pluginCrash", -1879048164, "sent"]);
    equal((await handle.get("status")).body.code, "PHONEERR_INVALPHONEHANDLE");
  }
  await b.events.next("PHONE_CLOSE", ({ handle }) => handle === monitor.id);
  deepEqual(ends(a, owner), [["PHONE_REPLY", "lost", "pluginCrash"], ["PHONE_CLOSE", "pluginCrash"]]);
  deepEqual(statesForAll(a, "victim:first"), [["disconnected"], ["connected"]]);
  equal(a.events.seen.some(({ type }) => type === "PHONE_CREATE"), false);
  const { body: after } = await a.call("GET", "/v1/phones/victim:first");
  deepEqual([after.deviceId, after.connected, after.owner], [before.deviceId, true, null]);
  // Invariant 6: the other plugin has noticed nothing.
  equal((await undisturbed.perform(LAMP)).outcome, "succeeded");
  deepEqual(await bench.calls(), ["open", "setLamp"]);
});

Deno.test("R1 R24 a plugin that was restarted is opened anew, and not before its start has ended", async () => {
  const victim = { name: "victim", source: "probe", config: { slowStartMs: 300, log: true } };
  await using server = await startServer({ config: configuration({ plugins: [victim], bounds: { backOffMs: 1 } }) });
  await using application = await beginApplication(server, "test");
  await application.open("victim:first");
  await tellVictim(await application.open("victim:control", "monitor"), { do: "exit" });
  const of = (state: string) => ({ phone, states }: { phone: string; states: string[] }) =>
    phone === "victim:first" && states[0] === state;
  await application.events.next("PHONE_STATE", of("disconnected"));
  equal((await application.tryOpen("victim:first", "owner")).status, 503);
  await application.events.next("PHONE_STATE", of("connected"));
  let opened = await application.tryOpen("victim:first", "owner");
  while (opened.status === 503) opened = await application.tryOpen("victim:first", "owner");
  equal(opened.status, 201, JSON.stringify(opened.body));
  const control = await application.open("victim:control", "monitor");
  const { body } = await control.get<{ data: string }>("data/0?size=65535");
  const record: { call: string }[] = JSON.parse(atob(body.data));
  deepEqual(record.map(({ call }) => call), ["start", "started", "open"]);
});

Deno.test("api 5 a plugin that hangs is killed: its requests are lost with cause pluginHang, replied before PHONE_CLOSE", async () => {
  await using server = await startServer({
    config: configuration({ ...VICTIM, bounds: { backOffMs: 1, heartbeatMs: 100 } }),
  });
  await using application = await beginApplication(server, "test");
  const owner = await application.open("victim:first");
  const control = await application.open("victim:control", "monitor");
  await tellVictim(control, { do: "hang" });
  const held = await owner.request(LAMP);
  await application.events.next("PHONE_CLOSE", ({ handle }) => handle === owner.id);
  deepEqual(ends(application, owner), [["PHONE_REPLY", "lost", "pluginHang"], ["PHONE_CLOSE", "pluginHang"]]);
  const { body } = await application.call("GET", `/v1/requests/${held}`);
  deepEqual([body.outcome, body.cause, body.reply], ["lost", "pluginHang", "sent"]);
});

Deno.test("R46 R60 a close that does not end within its deadline answers all the same: what did not settle is lost, the plugin is killed", async () => {
  await using server = await startServer({
    config: configuration({ ...VICTIM, bounds: { backOffMs: 1, closeMs: 300 } }),
  });
  await using application = await beginApplication(server, "test");
  const owner = await application.open("victim:first");
  const control = await application.open("victim:control", "monitor");
  await tellVictim(control, { do: "plan", call: "setLamp", plans: [{ hold: true, onAbort: "ignore" }] });
  const requestId = await owner.request(LAMP);
  deepEqual(await owner.close(), { handle: owner.id, lastHandle: true, completed: 1 });
  const { body } = await application.call("GET", `/v1/requests/${requestId}`);
  deepEqual([body.outcome, body.cause, body.result, body.reply], ["lost", "closeDeadline", -1879048164, "suppressed"]);
  const { cause } = await application.events.next("PHONE_CLOSE", ({ handle }) => handle === control.id);
  equal(cause, "pluginHang");
  await application.events.next(
    "PHONE_STATE",
    ({ phone, states }) => phone === "victim:first" && states[0] === "connected",
  );
  equal((await (await application.open("victim:first")).perform(LAMP)).outcome, "succeeded");
});

Deno.test("R14 an open that takes longer than its deadline fails, and a close makes certain that the phone is released", async () => {
  await using server = await startServer({ config: configuration({ bounds: { openMs: 200 } }) });
  await using bench = await makeBench(server);
  const application = await bench.application();
  await bench.tell({ do: "plan", call: "open", plans: [{ hold: true }] });
  const { status, body } = await application.tryOpen(bench.phone, "owner");
  deepEqual([status, body.code], [502, "PHONEERR_OPERATIONFAILED"]);
  await bench.tell({ do: "release", held: "open" });
  await bench.until("close");
  equal((await (await application.open(bench.phone)).perform(LAMP)).outcome, "succeeded");
  deepEqual(await bench.calls(), ["open", "close", "open", "setLamp"]);
});

Deno.test("R75 a phone that is removed while it is being opened is NODEVICE to the opener, and is closed at the plugin", async () => {
  await using server = await startServer({ config: configuration() });
  await using bench = await makeBench(server);
  const application = await bench.application();
  await bench.tell({ do: "plan", call: "open", plans: [{ hold: true }] });
  const opening = application.tryOpen(bench.phone, "owner");
  await bench.until("open");
  await bench.tell({ do: "remove" });
  await bench.tell({ do: "release", held: "open" });
  const { status, body } = await opening;
  deepEqual([status, body.code], [410, "PHONEERR_NODEVICE"]);
  await bench.until("removed");
  deepEqual(await bench.calls(), ["open", "close", "removed"]);
});

Deno.test("R34 a driver that fails with an error of its own is OPERATIONFAILED, at an operation, an open and a getter", async () => {
  await using server = await startServer({ config: configuration() });
  await using bench = await makeBench(server);
  const application = await bench.application();
  for (const call of ["open", "setLamp", "getLamp", "close"]) {
    await bench.tell({ do: "plan", call, plans: [{ error: "throw" }] });
  }
  const refused = await application.tryOpen(bench.phone, "owner");
  deepEqual([refused.status, refused.body.code], [502, "PHONEERR_OPERATIONFAILED"]);
  const owner = await application.open(bench.phone);
  const { outcome, result, cause } = await owner.perform(LAMP);
  deepEqual([outcome, result, cause], ["failed", -1879048164, undefined]);
  const getter = await owner.get("lamps/0");
  deepEqual([getter.status, getter.body.code], [502, "PHONEERR_OPERATIONFAILED"]);
  equal((await owner.close()).lastHandle, true);
});

Deno.test("api 6 a plugin that crashes three times is given up: its phones stay, disconnected, and cannot be opened", async () => {
  await using server = await startServer({ config: configuration({ ...VICTIM, bounds: { backOffMs: 1 } }) });
  await using application = await beginApplication(server, "test");
  const of = (state: string) => ({ phone, states }: { phone: string; states: string[] }) =>
    phone === "victim:first" && states[0] === state;
  for (let crash = 1; crash <= 3; crash++) {
    await tellVictim(await application.open("victim:control", "monitor"), { do: "exit" });
    await application.events.next("PHONE_STATE", of("disconnected"));
    if (crash < 3) await application.events.next("PHONE_STATE", of("connected"));
  }
  const { body } = await application.call("GET", "/v1/phones/victim:first");
  equal(body.connected, false);
  const refused = await application.tryOpen("victim:first", "monitor");
  deepEqual([refused.status, refused.body.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
  equal((await application.tryOpen("probe:first", "monitor")).status, 201);
});

Deno.test("R24 until every plugin has started no application begins", async () => {
  const slow = { name: "slow", source: "probe", config: { slowStartMs: 500 } };
  await using server = await startServer({ config: configuration({ plugins: [slow] }), untilListening: true });
  const begin = () =>
    fetch(`${server.url}/v1/applications`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "early" }),
    });
  let answer = await begin();
  const early = { status: answer.status, retry: answer.headers.get("retry-after"), problem: await answer.json() };
  deepEqual([early.status, early.problem.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
  ok(early.retry);
  do {
    answer = await begin();
    const body = await answer.json();
    if (answer.status === 201) equal(body.phoneCount, 4);
  } while (answer.status === 503);
  equal(answer.status, 201);
});

Deno.test("R80 api 5 a plugin that its operator stops: requests aborted with pluginStop and replied, PHONE_CLOSE, then nothing; started again it knows nothing of before", async () => {
  await using server = await startServer({ config: configuration(VICTIM) });
  await using bench = await makeBench(server);
  const [a, b] = [await bench.application(), await bench.application()];
  const undisturbed = await a.open(bench.phone);
  const owner = await a.open("victim:first");
  const control = await b.open("victim:control", "monitor");
  await tellVictim(control, { do: "plan", call: "setLamp", plans: [{ hold: true }] });
  const held = await owner.request(LAMP);

  const stopped = await a.call("POST", "/v1/plugins/victim/stop");
  deepEqual([stopped.status, stopped.body.state], [200, "stopped"]);
  const { outcome, cause, result, reply } = await bench.requestRecord(held);
  deepEqual([outcome, cause, result, reply], ["aborted", "pluginStop", -1879048164, "sent"]);
  equal((await a.tryOpen("victim:first", "owner")).status, 503);
  await a.heard();
  deepEqual(ends(a, owner), [["PHONE_REPLY", "aborted", "pluginStop"], ["PHONE_CLOSE", "pluginStop"]]);
  deepEqual(statesForAll(a, "victim:first"), [["disconnected"]]);

  const started = await a.call("POST", "/v1/plugins/victim/start");
  deepEqual([started.status, started.body.state], [200, "ready"]);
  equal((await (await a.open("victim:first")).perform(LAMP)).outcome, "succeeded");
  const { body } = await (await b.open("victim:control", "monitor")).get<{ data: string }>("data/0?size=65535");
  const record: { call: string }[] = JSON.parse(atob(body.data));
  deepEqual(record.map(({ call }) => call), ["start", "started", "open", "setLamp"]);
  await a.heard();
  deepEqual(statesForAll(a, "victim:first"), [["disconnected"], ["connected"]]);
  equal((await undisturbed.perform(LAMP)).outcome, "succeeded");
});

Deno.test("api 5 whatever waits for a plugin that crashes is answered: an open, a getter, the masks, a waiting request, a close", async () => {
  await using server = await startServer({ config: configuration({ ...VICTIM, bounds: { backOffMs: 1 } }) });
  await using application = await beginApplication(server, "test");
  const owner = await application.open("victim:first");
  const control = await application.open("victim:control", "monitor");
  const held = { do: "plan", plans: [{ hold: true }] };
  for (const call of ["setLamp", "getRing", "close"]) {
    equal((await control.perform(command({ phone: "first", call, ...held }))).outcome, "succeeded");
  }
  const waiting = owner.ask(LAMP, 20);
  const getting = owner.get("ring");
  await control.perform(command({ do: "mark" }));
  await tellVictim(control, { do: "exit" });
  const [record, ring] = [await waiting, await getting];
  deepEqual([record.status, record.body.outcome, record.body.cause], [200, "lost", "pluginCrash"]);
  deepEqual([ring.status, ring.body.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
  await application.events.next("PHONE_CLOSE", ({ handle }) => handle === owner.id);
});

Deno.test("R46 a close during which the plugin crashes answers: what was open is lost with that cause and suppressed", async () => {
  await using server = await startServer({ config: configuration({ ...VICTIM, bounds: { backOffMs: 1 } }) });
  await using application = await beginApplication(server, "test");
  const owner = await application.open("victim:first");
  const control = await application.open("victim:control", "monitor");
  const plans = [{ hold: true, onAbort: "ignore" }];
  const asked = command({ do: "plan", phone: "first", call: "setLamp", plans });
  equal((await control.perform(asked)).outcome, "succeeded");
  const requestId = await owner.request(LAMP);
  const closing = owner.close();
  await application.events.next(
    "PHONE_DEVSPECIFIC",
    ({ params }) => JSON.parse(atob(params)).call === "abort",
  );
  await tellVictim(control, { do: "exit" });
  deepEqual(await closing, { handle: owner.id, lastHandle: true, completed: 1 });
  const { body } = await application.call("GET", `/v1/requests/${requestId}`);
  deepEqual([body.outcome, body.cause, body.reply], ["lost", "pluginCrash", "suppressed"]);
  deepEqual(ends(application, owner), []);
});
