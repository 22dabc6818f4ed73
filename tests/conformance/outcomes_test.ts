import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/record.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };

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
  const { body } = await application.call<{ events: HistoryEvent[] }>("GET", "/v1/history/events?type=lateCompletion");
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
