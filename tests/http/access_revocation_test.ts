import { deepEqual, equal, ok } from "node:assert/strict";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { access, CONTROL, eventsOf, light, open, person, untilOutstanding } from "./support/access.ts";

Deno.test("tokens outlive the server, and a revoked one stays void, kill -9 included (api section 2)", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using first = await startServer({ data });
    const [kept, revoked] = [await access(first, CONTROL), await access(first, CONTROL)];
    equal((await api(first)("DELETE", `/v1/tokens/${revoked.id}`)).status, 204);
    await first.kill();
    await using second = await startServer({ data, token: first.token });
    const statusOf = async (token: string) => (await api({ url: second.url, token })("GET", "/v1/phones")).status;
    deepEqual([await statusOf(kept.token), await statusOf(revoked.token)], [200, 401]);
    deepEqual((await eventsOf(second, "tokenRevoked")).map(({ detail }) => detail.subject), [revoked.id]);
    const database = await Deno.readFile(`${data}/history.db`);
    ok(!new TextDecoder("latin1").decode(database).includes(kept.token), "a secret stands in the database");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("revoking a token ends its applications, closes their phones and ends their streams (api section 2)", async () => {
  await using server = await startServer();
  const holder = await access(server, CONTROL);
  const { application, handle } = await open(holder.call);
  await person(holder.call, handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  const { body: { requestId } } = await light(holder.call, handle);
  {
    await using events = await openEvents(holder, application);
    equal((await api(server)("DELETE", `/v1/tokens/${holder.id}`)).status, 204);
    await events.ended;
    deepEqual(events.seen.filter(({ type }) => type === "PHONE_CLOSE"), []);
  }
  equal((await holder.call("GET", "/v1/phones")).status, 401);
  const { body: record } = await api(server)<RequestRecord>("GET", `/v1/requests/${requestId}`);
  deepEqual([record.outcome, record.cause, record.reply], ["aborted", "tokenRevoked", "suppressed"]);
  const [closed] = await eventsOf(server, "handleClosed");
  deepEqual([closed?.handle, closed?.detail.cause], [handle, "tokenRevoked"]);
  await open(api(server));
});

Deno.test("a call that waits with a token that is revoked is answered: with the record, if its end completed the request", async () => {
  await using server = await startServer();
  const holder = await access(server, CONTROL);
  const own = await open(holder.call);
  await person(holder.call, own.handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  await using events = await openEvents(holder, own.application);
  const waiting = light(holder.call, own.handle, { headers: { prefer: "wait=60" } });
  await untilOutstanding(server, 1);
  await api(server)("DELETE", `/v1/tokens/${holder.id}`);
  const { status, body } = await waiting;
  deepEqual([status, body.outcome, body.cause], [200, "aborted", "tokenRevoked"]);
  await events.ended;
});

Deno.test("a call that waits with a token that is revoked is answered 202 if others keep the request going", async () => {
  await using server = await startServer();
  const holder = await access(server, CONTROL);
  const own = await open(holder.call);
  const other = await open(api(server), { phone: "virtual:desk-1", privilege: "monitor" });
  await person(holder.call, own.handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  const waiting = light(holder.call, own.handle, { headers: { prefer: "wait=60" } });
  await untilOutstanding(server, 1);
  await api(server)("DELETE", `/v1/tokens/${holder.id}`);
  equal((await waiting).status, 202);
  equal((await api(server)("DELETE", `/v1/handles/${other.handle}`)).body["completed"], 1);
});

Deno.test("a stream and a wait end with the secret that they began by, and the application goes on by the new one (api section 2)", async () => {
  await using server = await startServer();
  const holder = await access(server, CONTROL);
  const { application, handle } = await open(holder.call);
  await person(holder.call, handle, { command: { next: { count: 1, delayMs: 60_000 } } });
  const waiting = light(holder.call, handle, { headers: { prefer: "wait=60" } });
  await untilOutstanding(server, 1);
  await using events = await openEvents(holder, application);
  const body = { overlapSeconds: 0 };
  const { token } = (await api(server)<{ token: string }>("POST", `/v1/tokens/${holder.id}/rotate`, { body })).body;
  equal((await waiting).status, 202);
  await events.ended;
  equal((await holder.call("GET", "/v1/phones")).status, 401);
  await using again = await openEvents({ url: server.url, token }, application);
  equal((await api({ url: server.url, token })("DELETE", `/v1/handles/${handle}`)).body["completed"], 1);
  const [rotated] = await eventsOf(server, "tokenRotated");
  equal(rotated?.detail.subject, holder.id);
  await api({ url: server.url, token })("DELETE", `/v1/applications/${application}`);
  await again.ended;
});
