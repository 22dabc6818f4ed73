import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { type Application, type Asked, beginApplication, type ServerAddress } from "./support/application.ts";
import { type Bench, makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const HELD = { hold: true };
/** How an aborted operation of a driver that gives up ends. */
const FAILED = -1879048164;

/** A token of its own for one application, as an operator makes it. */
async function newToken({ controller }: Bench): Promise<ServerAddress & { id: string }> {
  const { status, body } = await controller.call("POST", "/v1/tokens", {
    body: { name: "a client", scopes: ["phones:monitor", "phones:control"] },
  });
  equal(status, 201, JSON.stringify(body));
  return { url: server().url, token: String(body.token), id: String(body.id) };
}

/** What an application was told, but for the numbers of its events. */
const told = ({ events }: Application) =>
  events.seen.map((event) =>
    event.type === "PHONE_REPLY"
      ? [event.requestId, event.outcome, event.cause]
      : event.type === "PHONE_CLOSE" && [event.handle, event.cause]
  );

Deno.test("api 5 a deadline that passes is timedOut, aborts the signal, and the plugin lives; a late answer is an event of the history", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true, onAbort: "ignore" }] });
  const requestId = await owner.request({ ...LAMP, deadlineMs: 50 });
  const reply = await application.events.next("PHONE_REPLY");
  deepEqual(
    [reply.requestId, reply.outcome, reply.cause, reply.result, reply.code],
    [requestId, "timedOut", "deadline", -1879048164, "PHONEERR_OPERATIONFAILED"],
  );
  equal((await bench.until("abort")).requestId, requestId);
  await bench.tell({ do: "release", held: requestId });
  equal((await owner.perform(LAMP)).outcome, "succeeded");
  const { outcome, cause, reply: told } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, told], ["timedOut", "deadline", "sent"]);
  const { body } = await application.call<{ events: HistoryEvent<"lateCompletion">[] }>(
    "GET",
    "/v1/history/events?type=lateCompletion",
  );
  equal(body.events.filter(({ detail }) => detail.requestId === requestId).length, 1);
});

Deno.test("api 5 an operation past its deadline that never settled is waited for by the close, and has no second outcome", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true, onAbort: "ignore" }] });
  const requestId = await owner.request({ ...LAMP, deadlineMs: 50 });
  await application.events.next("PHONE_REPLY");
  const closing = owner.close();
  await bench.tell({ do: "mark" });
  deepEqual(await bench.calls(), ["open", "setLamp", "abort"]);
  await bench.tell({ do: "release", held: requestId });
  // It is outstanding no longer: the close completes nothing.
  deepEqual(await closing, { handle: owner.id, lastHandle: true, completed: 0 });
  deepEqual(await bench.calls(), ["open", "setLamp", "abort", "close"]);
  deepEqual((await bench.requestRecord(requestId)).outcome, "timedOut");
});

Deno.test("api 2 a getter gives its caller the error of the driver, and nothing is recorded", async () => {
  await using bench = await makeBench(server());
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "getLamp", plans: [{ error: "INVALPHONESTATE" }] });
  const { status, body } = await owner.get("lamps/0");
  deepEqual([status, body.code], [409, "PHONEERR_INVALPHONESTATE"]);
  const { body: history } = await application.call<{ requests: unknown[] }>("GET", `/v1/requests?phone=${bench.phone}`);
  deepEqual(history.requests, []);
});

Deno.test("api 5 a token that is revoked ends its applications at once: requests aborted with tokenRevoked, nobody told", async () => {
  await using bench = await makeBench(server());
  const token = await newToken(bench);
  await using application = await beginApplication(token, "revoked");
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  equal((await bench.controller.call("DELETE", `/v1/tokens/${token.id}`)).status, 204);
  deepEqual(await bench.calls(), ["open", "setLamp", "abort", "close"]);
  const { outcome, cause, result, reply } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, result, reply], ["aborted", "tokenRevoked", FAILED, "suppressed"]);
  await application.events.ended;
  deepEqual(application.events.seen, []);
  equal((await owner.get("status")).status, 401);
});

Deno.test("api 5 a token that expires ends its applications: requests aborted with tokenExpired, nobody told", async () => {
  await using bench = await makeBench(server());
  const token = await newToken(bench);
  await using application = await beginApplication(token, "expired");
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  // Not at its making: what comes before may take longer than any time that is short enough to wait for.
  const body = { expiresAt: new Date(Date.now() + 1_000).toISOString() };
  equal((await bench.controller.call("POST", `/v1/tokens/${token.id}/rotate`, { body })).status, 200);
  await application.events.ended;
  deepEqual(application.events.seen, []);
  equal((await owner.get("status")).status, 401);
  let record = await bench.requestRecord(requestId);
  while (record.state !== "completed") record = await bench.requestRecord(requestId);
  const { outcome, cause, result, reply } = record;
  deepEqual([outcome, cause, result, reply], ["aborted", "tokenExpired", FAILED, "suppressed"]);
});

Deno.test("api 5 an operator's release of a phone's last handle aborts with operatorRelease, replies, then PHONE_CLOSE", async () => {
  await using bench = await makeBench(server());
  await using application = await beginApplication(await newToken(bench), "released");
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  const { status, body } = await bench.controller.call("DELETE", `/v1/handles/${owner.id}`);
  deepEqual([status, body.handle, body.lastHandle, body.completed], [200, owner.id, true, 1]);
  deepEqual(await bench.calls(), ["open", "setLamp", "abort", "close"]);
  await application.events.next("PHONE_CLOSE");
  deepEqual(told(application), [[requestId, "aborted", "operatorRelease"], [owner.id, "operatorRelease"]]);
  equal((await bench.requestRecord(requestId)).reply, "sent");
  equal((await owner.get("status")).body.code, "PHONEERR_INVALPHONEHANDLE");
});

Deno.test("api 5 an operator's release of one of several handles tells the plugin nothing: its request ends well, is replied, then PHONE_CLOSE", async () => {
  await using bench = await makeBench(server());
  await using application = await beginApplication(await newToken(bench), "released");
  await (await bench.application()).open(bench.phone, "monitor");
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  const releasing = bench.controller.call("DELETE", `/v1/handles/${owner.id}`);
  await bench.tell({ do: "release", held: requestId });
  const { body } = await releasing;
  deepEqual([body.lastHandle, body.completed], [false, 0]);
  deepEqual(await bench.calls(), ["open", "setLamp"]);
  await application.events.next("PHONE_CLOSE");
  deepEqual(told(application), [[requestId, "succeeded", undefined], [owner.id, "operatorRelease"]]);
});

Deno.test("api 5 an operator's release of an application is a release of each of its handles, and its end", async () => {
  await using bench = await makeBench(server());
  await using application = await beginApplication(await newToken(bench), "released");
  const owner = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  equal((await bench.controller.call("DELETE", `/v1/applications/${application.id}`)).status, 204);
  await application.events.ended;
  deepEqual(told(application), [[requestId, "aborted", "operatorRelease"], [owner.id, "operatorRelease"]]);
  const { outcome, cause, reply } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, reply], ["aborted", "operatorRelease", "sent"]);
});
