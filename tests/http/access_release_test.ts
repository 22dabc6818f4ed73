import { deepEqual, equal } from "node:assert/strict";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { access, CONTROL, eventsOf, light, open, person } from "./support/access.ts";

Deno.test("an operator sees every application and releases a handle: its owner gets the reply, then PHONE_CLOSE (api section 5)", async () => {
  await using server = await startServer();
  const [holder, operator] = [await access(server, CONTROL), await access(server, { scopes: ["admin"] })];
  const { application, handle } = await open(holder.call);
  await person(holder.call, handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  await using events = await openEvents(holder, application);
  const { body: { requestId } } = await light(holder.call, handle);
  deepEqual((await operator.call("GET", "/v1/applications")).body, {
    applications: [{
      application,
      name: "test",
      token: holder.id,
      leaseSeconds: 60,
      handles: [{ handle, phone: "virtual:desk-1", privilege: "owner" }],
      streaming: true,
      outstanding: 1,
    }],
  });
  deepEqual((await operator.call("DELETE", `/v1/handles/${handle}`)).body, { handle, lastHandle: true, completed: 1 });
  equal((await events.next("PHONE_CLOSE")).cause, "operatorRelease");
  const [reply, close] = events.seen.filter(({ type }) => type === "PHONE_REPLY" || type === "PHONE_CLOSE").slice(-2);
  deepEqual(
    reply?.type === "PHONE_REPLY" && [reply.requestId, reply.outcome, reply.cause],
    [requestId, "aborted", "operatorRelease"],
  );
  equal(close?.type, "PHONE_CLOSE");
  equal((await api(server)<RequestRecord>("GET", `/v1/requests/${requestId}`)).body.reply, "sent");
  const [fact] = await eventsOf(server, "handleClosed");
  deepEqual([fact?.token, fact?.detail.subject], [operator.id, holder.id]);
  equal((await holder.call("GET", `/v1/handles/${handle}/ring`)).status, 404);
  equal((await holder.call("POST", `/v1/applications/${application}/lease`)).status, 204);
});

Deno.test("an operator ends another's application: replies and PHONE_CLOSE come, then the stream ends (api section 5)", async () => {
  await using server = await startServer();
  const [holder, operator] = [await access(server, CONTROL), await access(server, { scopes: ["admin"] })];
  const { application, handle } = await open(holder.call);
  await person(holder.call, handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  await using events = await openEvents(holder, application);
  await light(holder.call, handle);
  equal((await operator.call("DELETE", `/v1/applications/${application}`)).status, 204);
  await events.ended;
  deepEqual(
    events.seen.flatMap((event) => "cause" in event ? [[event.type, event.cause]] : []),
    [["PHONE_REPLY", "operatorRelease"], ["PHONE_CLOSE", "operatorRelease"]],
  );
  const [fact] = await eventsOf(server, "applicationEnded");
  deepEqual([fact?.application, fact?.detail.cause, fact?.token, fact?.detail.subject], [
    application,
    "operatorRelease",
    operator.id,
    holder.id,
  ]);
});

Deno.test("what an operator owns is closed as anybody's own, and nobody else may release what is another's (api section 2)", async () => {
  await using server = await startServer();
  const [holder, stranger] = [await access(server, CONTROL), await access(server, CONTROL)];
  const [theirs, own] = [await open(holder.call), await open(api(server), { phone: "virtual:mini-1" })];
  equal((await stranger.call("DELETE", `/v1/handles/${theirs.handle}`)).status, 404);
  equal((await stranger.call("DELETE", `/v1/applications/${theirs.application}`)).status, 404);
  equal((await api(server)("DELETE", `/v1/handles/none`)).status, 404);
  equal((await api(server)("DELETE", `/v1/applications/none`)).status, 404);
  equal((await api(server)("DELETE", `/v1/handles/${own.handle}`)).status, 200);
  equal((await api(server)("DELETE", `/v1/applications/${own.application}`)).status, 204);
  const [closed] = await eventsOf(server, "handleClosed");
  deepEqual([closed?.detail.cause, closed?.detail.subject], ["close", undefined]);
});
