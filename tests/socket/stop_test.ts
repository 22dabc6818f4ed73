import { deepEqual, equal } from "node:assert/strict";
import { EventQueue } from "../http/support/event_queue.ts";
import { SECRETS, TestServer } from "../http/support/server.ts";
import { TestSocket } from "./support/socket.ts";

const open = (server: TestServer) => TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
const STOPPING = { code: 1001, reason: "the server is stopping" };

Deno.test("a stop tells a socket its last events and closes it with 1001 (api section 1)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  await using idle = await open(server);
  await using socket = await open(server);
  await socket.ask("phoneInitializeEx", { name: "Test" });
  // What the core has done before the room is stopped.
  server.core.condition.stopping = true;
  queue.push(1, {}, { type: "PHONE_CLOSE" });
  const stopped = server.stop();
  queue.end();
  equal((await socket.nextOne()).method, "PHONE_CLOSE");
  deepEqual(await socket.closed, STOPPING);
  deepEqual(await idle.closed, STOPPING);
  await stopped;
  equal(server.clock.pending, 0);
});

Deno.test("an application that does not end holds up a stop for its bound and no longer (api section 1)", async () => {
  await using server = new TestServer();
  server.core.stream = new EventQueue();
  await using socket = await open(server);
  await socket.ask("phoneInitializeEx", { name: "Test" });
  const stopped = server.stop();
  server.clock.advance(1_000);
  await stopped;
  equal((await socket.closed).code, 1001);
  deepEqual(server.core.held, ["hold app-1", "release app-1"]);
  equal(server.clock.pending, 0);
});
