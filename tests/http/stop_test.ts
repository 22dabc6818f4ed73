import { deepEqual, equal, rejects } from "node:assert/strict";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { EventQueue } from "./support/event_queue.ts";
import { recordOf, SECRETS, TestServer } from "./support/server.ts";
import { soon } from "../harness/soon.ts";

const LAMP = { operation: "setLamp", lamp: 12, mode: "steady" };

/** Asks for an operation and waits for it; resolves to the call's answer once the core has taken it. */
async function waitingCall(server: TestServer, done: Promise<RequestRecord>) {
  const taken = Promise.withResolvers<void>();
  server.core.done = () => {
    taken.resolve();
    return done;
  };
  const answer = server.call("POST", "/v1/handles/own-1/requests", { json: LAMP, headers: { prefer: "wait=60" } });
  await taken.promise;
  return { answer };
}

Deno.test("an orderly stop lets an answer that is on its way go out, and then nobody listens (api section 1)", async () => {
  await using server = new TestServer();
  const done = Promise.withResolvers<RequestRecord>();
  const { answer } = await waitingCall(server, done.promise);
  const stopped = server.stop();
  done.resolve(recordOf({ outcome: "aborted", cause: "serverStop" }));
  equal((await answer).body?.["cause"], "serverStop");
  await stopped;
  equal(server.core.answered, 1);
  await rejects(server.call("GET", "/healthz"));
});

Deno.test("what is new while the server stops is 503 (api section 1)", async () => {
  await using server = new TestServer();
  const done = Promise.withResolvers<RequestRecord>();
  const { answer } = await waitingCall(server, done.promise);
  const stopped = server.stop();
  const { status, headers, body } = await server.call("GET", "/v1/phones");
  equal(status, 503);
  equal(headers.get("retry-after"), "1");
  equal(body?.["code"], "PHONEERR_RESOURCEUNAVAIL");
  done.resolve(recordOf());
  equal((await answer).status, 200);
  await stopped;
});

Deno.test("a client that does not read cannot hold up the stop", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  for (let seq = 1; seq <= 5_000; seq++) queue.push(seq, "x".repeat(10_000));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head = `GET /v1/applications/app-1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${
    SECRETS["t-all"]
  }\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  await connection.read(new Uint8Array(1));
  const stopped = server.stop();
  server.clock.advance(1_000);
  await stopped;
  await soon(queue.cancelled);
  connection.close();
  deepEqual(server.reported, []);
});

Deno.test("connections that are kept alive do not hold up the stop, and no timer is left", async () => {
  await using server = new TestServer();
  await server.call("POST", "/v1/handles/own-1/requests", { json: LAMP });
  await server.stop();
  equal(server.clock.pending, 0);
});
