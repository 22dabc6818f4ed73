import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { startServer } from "../harness/start_server.ts";
import { type Application, type Asked, beginApplication, type Handle } from "./support/application.ts";
import { configuration, sharedServer } from "./support/shared_server.ts";

const LIAR = { plugins: [{ name: "liar", source: "liar" }] };
const server = sharedServer(LIAR);

const ASKED: Asked = { operation: "devSpecific", params: "" };

/** What an application heard, everything that the liar had sent before included. */
async function heard(application: Application) {
  const honest = await application.open("liar:honest", "monitor");
  equal((await honest.perform(ASKED)).outcome, "succeeded");
  await honest.close();
  return (await application.heard()).filter((event) => !("handle" in event && event.handle === honest.id));
}

/** The requests that late completions in the history name, newest first. */
async function lateCompletions({ call }: Application): Promise<unknown[]> {
  const { body } = await call<{ events: HistoryEvent<"lateCompletion">[] }>(
    "GET",
    "/v1/history/events?type=lateCompletion",
  );
  return body.events.map(({ detail }) => detail.requestId);
}

async function replyTo(application: Application, handle: Handle) {
  const requestId = await handle.request(ASKED);
  return await application.events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
}

Deno.test("R38 Q7 a second completion changes nothing for applications, and the history knows of it", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:completesTwice", "monitor");
  const { requestId, outcome } = await replyTo(application, monitor);
  equal(outcome, "succeeded");
  deepEqual((await heard(application)).map(({ type }) => type), ["PHONE_REPLY"]);
  deepEqual((await lateCompletions(application)).slice(0, 2), [requestId, requestId]);
  const { body } = await application.call("GET", `/v1/requests/${requestId}`);
  deepEqual([body.outcome, body.result], ["succeeded", 0]);
});

Deno.test("R38 a completion with an unknown id changes nothing for applications", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:completesUnknown", "monitor");
  const { requestId, outcome } = await replyTo(application, monitor);
  equal(outcome, "succeeded");
  deepEqual((await heard(application)).map(({ type }) => type), ["PHONE_REPLY"]);
  equal((await lateCompletions(application))[0], requestId + 1_000_000);
});

Deno.test("R60 operations that a close left uncompleted are lost, and later completions of them are ignored", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:leavesOpen", "monitor");
  const ids = [await monitor.request(ASKED), await monitor.request(ASKED)];
  deepEqual(await monitor.close(), { handle: monitor.id, lastHandle: true, completed: 2 });
  deepEqual(await heard(application), []);
  for (const requestId of ids) {
    const { body } = await application.call("GET", `/v1/requests/${requestId}`);
    deepEqual([body.outcome, body.cause, body.result, body.reply], [
      "lost",
      "closeDeadline",
      -1879048164,
      "suppressed",
    ]);
  }
  deepEqual((await lateCompletions(application)).slice(0, 2), ids.toReversed());
  await application.open("liar:leavesOpen", "monitor");
});

Deno.test("R59 R60 Q9 a close that the plugin refuses succeeds all the same, and its operations are lost", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:refusesClose", "monitor");
  const requestId = await monitor.request(ASKED);
  deepEqual(await monitor.close(), { handle: monitor.id, lastHandle: true, completed: 1 });
  const { body } = await application.call("GET", `/v1/requests/${requestId}`);
  deepEqual([body.outcome, body.reply], ["lost", "suppressed"]);
  deepEqual(await heard(application), []);
  equal((await application.tryOpen("liar:refusesClose", "owner")).status, 201);
});

Deno.test("R67 R68 operations that a forced close left uncompleted are lost and replied before PHONE_CLOSE, and nothing follows", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:forcesUnsettled", "monitor");
  const requestId = await monitor.request(ASKED);
  await application.events.next("PHONE_CLOSE");
  const [reply, close, ...more] = await heard(application);
  deepEqual(reply?.type === "PHONE_REPLY" && [reply.requestId, reply.outcome, reply.cause], [
    requestId,
    "lost",
    "closeDeadline",
  ]);
  deepEqual(close?.type === "PHONE_CLOSE" && [close.handle, close.cause], [monitor.id, "forcedClose"]);
  deepEqual(more, []);
});

Deno.test("R81 R84 what a plugin reports unasked, or of a phone that is closed, reaches nobody", async () => {
  await using application = await beginApplication(server(), "test");
  const unasked = await application.open("liar:talksUnasked", "monitor");
  const closed = await application.open("liar:talksWhileClosed", "monitor");
  const { requestId } = await replyTo(application, unasked);
  await closed.close();
  deepEqual(
    (await heard(application)).map((event) => "requestId" in event && event.requestId),
    [requestId],
  );
});

Deno.test("R86 Q39 masks that the plugin refuses are its error to the caller, and the old masks stay", async () => {
  await using application = await beginApplication(server(), "test");
  const monitor = await application.open("liar:refusesMasks", "monitor");
  const { status, body } = await monitor.want({ states: ["lamp"] });
  deepEqual([status, body.code], [502, "PHONEERR_OPERATIONFAILED"]);
  deepEqual((await monitor.get("status-messages")).body, { states: [], buttonModes: [], buttonStates: [] });
});

Deno.test("R37 Q7 a result that is no telephony error breaks the wire: its request is lost with one reply, the plugin is restarted", async () => {
  await breakTheWire("completesWrongly");
});

Deno.test("R84 a plugin that counts owners itself breaks the wire: nobody hears its count, the plugin is restarted", async () => {
  await breakTheWire("countsOwners");
});

/** Asks a phone for something that breaks the wire, and holds what becomes of its plugin to the rules. */
async function breakTheWire(lie: string): Promise<void> {
  const phone = `liar:${lie}`;
  await using server = await startServer({ config: configuration({ ...LIAR, bounds: { backOffMs: 1 } }) });
  await using application = await beginApplication(server, "test");
  const lying = await application.open(phone, "monitor");
  await lying.want({ states: ["owner"] });
  const honest = await application.open("liar:honest", "monitor");
  const requestId = await lying.request(ASKED);
  await application.events.next("PHONE_STATE", (event) => event.phone === phone && event.states[0] === "connected");
  const events = await application.heard();
  const of = ({ id }: Handle) =>
    events.flatMap((event) =>
      "handle" in event && event.handle === id ? [[event.type, "cause" in event && event.cause]] : []
    );
  deepEqual(of(lying), [["PHONE_REPLY", "protocolError"], ["PHONE_CLOSE", "protocolError"]]);
  deepEqual(of(honest), [["PHONE_CLOSE", "protocolError"]]);
  const { body } = await application.call("GET", `/v1/requests/${requestId}`);
  deepEqual([body.outcome, body.result, body.reply], ["lost", -1879048164, "sent"]);
}
