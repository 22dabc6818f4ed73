import { deepEqual, equal } from "node:assert/strict";
import { EventQueue } from "../http/support/event_queue.ts";
import { SECRETS, TestServer } from "../http/support/server.ts";
import { soon } from "../harness/soon.ts";
import { type RpcMessage, TestSocket } from "./support/socket.ts";

const LAMP = { handle: "own-1", lamp: 12, mode: "steady" };

/** A socket whose application has begun, and the application's events. */
async function begun(server: TestServer): Promise<{ socket: TestSocket; queue: EventQueue }> {
  const queue = server.core.stream = new EventQueue();
  const socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  await socket.ask("phoneInitializeEx", { name: "Test" });
  return { socket, queue };
}

Deno.test("an event is a notification whose method is its type and whose parameters are the event (api section 4)", async () => {
  await using server = new TestServer();
  const { socket, queue } = await begun(server);
  await using _socket = socket;
  const event = { seq: 7, type: "PHONE_REPLY", at: "2026-01-01T00:00:00.000Z", requestId: 1, text: `"\n` };
  queue.push(7, event, { type: "PHONE_REPLY" });
  deepEqual(await socket.nextOne(), { jsonrpc: "2.0", method: "PHONE_REPLY", params: event });
});

Deno.test("events begin after the answer that begins the application (api section 3)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  queue.push(1, { seq: 1 }, { type: "PHONE_CREATE" });
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  const { result } = await socket.call("resume", { application: "app-1", lastEvent: 0 });
  deepEqual(result, {
    application: "app-1",
    leaseSeconds: 60,
    phoneCount: 2,
    handles: [{ handle: "own-1", phone: "virtual:desk-1", privilege: "owner" }],
  });
  equal((await socket.nextOne()).method, "PHONE_CREATE");
  deepEqual(server.core.calls, [["events", "app-1", { lastEvent: 0 }]]);
});

Deno.test("the core is told that an answer was handed out once it is on its way, alone and in a batch (R33)", async () => {
  await using server = new TestServer();
  const { socket, queue } = await begun(server);
  await using _socket = socket;
  // What the core would do: the reply follows as soon as it may.
  server.core.onAnswered = () => queue.push(server.core.answered, {}, { type: "PHONE_REPLY" });
  socket.send("phoneSetLamp", LAMP);
  deepEqual((await socket.nextOne()).result, { requestId: 1 });
  equal((await socket.nextOne()).method, "PHONE_REPLY");
  const asked = { jsonrpc: "2.0", method: "phoneSetLamp", params: LAMP };
  socket.sendRaw(JSON.stringify([{ ...asked, id: 1 }, asked, { ...asked, id: 2 }]));
  deepEqual((await socket.next() as RpcMessage[]).map(({ result }) => result), [{ requestId: 2 }, { requestId: 4 }]);
  for (let i = 0; i < 3; i++) equal((await socket.nextOne()).method, "PHONE_REPLY");
  equal(server.core.answered, 4);
});

Deno.test("the core is told also when the client hangs up before its answer", async () => {
  await using server = new TestServer();
  const { socket } = await begun(server);
  const asked = Promise.withResolvers<void>();
  const accepted = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  server.core.during = () => {
    asked.resolve();
    return accepted.promise;
  };
  server.core.onAnswered = told.resolve;
  socket.send("phoneSetLamp", LAMP);
  await soon(asked.promise);
  await socket[Symbol.asyncDispose]();
  accepted.resolve();
  await soon(told.promise);
});

Deno.test("one socket is one application: a second is -32600, and none of the first's calls is done before it begins", async () => {
  await using server = new TestServer();
  server.core.stream = new EventQueue();
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  for (const method of ["phoneOpen", "phoneGetPhones", "phoneSetLamp", "phoneShutdown"]) {
    equal((await socket.call(method)).error?.data?.code, "PHONEERR_UNINITIALIZED");
  }
  equal((await socket.call("resume", { application: "app-2" })).error?.data?.code, "PHONEERR_INVALAPPHANDLE");
  await socket.ask("phoneInitializeEx", { name: "Test" });
  equal((await socket.call("phoneInitializeEx", { name: "Test" })).error?.code, -32600);
  equal((await socket.call("resume", { application: "app-1" })).error?.code, -32600);
});

Deno.test("what is sent right behind phoneInitializeEx waits for the application that it begins", async () => {
  await using server = new TestServer();
  server.core.stream = new EventQueue();
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  const ids = [
    socket.send("phoneInitializeEx", { name: "Test" }),
    socket.send("resume", { application: "app-1" }),
    socket.send("phoneOpen", { phone: "virtual:desk-1", privilege: "owner" }),
    socket.send("phoneSetLamp", LAMP),
  ];
  const answers = new Map<unknown, RpcMessage>();
  for (const _ of ids) {
    const answer = await socket.nextOne();
    answers.set(answer.id, answer);
  }
  deepEqual(ids.map((id) => answers.get(id)?.error?.code), [undefined, -32600, undefined, undefined]);
  deepEqual(server.core.calls.map(([name]) => name), ["initialize", "events", "open", "request"]);
});

Deno.test("a handle of another application of the token is none of this socket's", async () => {
  await using server = new TestServer();
  const { socket } = await begun(server);
  await using _socket = socket;
  const answer = await socket.call("phoneGetRing", { handle: "other-1" });
  equal(answer.error?.data?.code, "PHONEERR_INVALPHONEHANDLE");
});

Deno.test("the lease is held while the socket is open, and runs from its end on (api section 3)", async () => {
  await using server = new TestServer();
  const { socket, queue } = await begun(server);
  deepEqual(server.core.held, ["hold app-1"]);
  await socket[Symbol.asyncDispose]();
  await soon(queue.cancelled);
  deepEqual(server.core.held, ["hold app-1", "release app-1"]);
});

Deno.test("an application that nobody heard of is ended when its socket is lost", async () => {
  await using server = new TestServer({ sockets: 1 });
  server.core.stream = new EventQueue();
  const begin = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  server.core.during = (name) => {
    if (name === "shutdown") return ended.resolve();
    asked.resolve();
    return begin.promise;
  };
  const socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  socket.send("phoneInitializeEx", { name: "Test" });
  await soon(asked.promise);
  await socket[Symbol.asyncDispose]();
  // The client has heard of the close; the server may hear of it a moment later.
  while ((await server.call("GET", "/v1/socket")).status === 429);
  begin.resolve();
  await soon(ended.promise);
  deepEqual(server.core.held, []);
});

Deno.test("a socket is closed with the reason for which its events have ended (api sections 3 and 4)", async () => {
  await using server = new TestServer();
  for (const [end, code] of [["replaced", 4001], ["behind", 4008], ["gone", 1000]] as const) {
    const { socket, queue } = await begun(server);
    queue.push(1, {}, { type: "PHONE_CLOSE" });
    queue.end(end);
    equal((await socket.nextOne()).method, "PHONE_CLOSE");
    equal((await socket.closed).code, code);
  }
});

Deno.test("phoneShutdown is answered, and then the socket is closed with 1000", async () => {
  await using server = new TestServer();
  const { socket, queue } = await begun(server);
  server.core.during = (name) => name === "shutdown" ? queue.end() : undefined;
  deepEqual(await socket.ask("phoneShutdown"), {});
  deepEqual(await socket.closed, { code: 1000, reason: "the application has ended" });
});
