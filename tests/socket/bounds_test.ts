import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { EventQueue } from "../http/support/event_queue.ts";
import { PHONE } from "../http/support/recording_core.ts";
import { recordOf, SECRETS, TestServer } from "../http/support/server.ts";
import { soon } from "../harness/soon.ts";
import { type RpcMessage, TestSocket } from "./support/socket.ts";

const BEARER = { authorization: `Bearer ${SECRETS["t-all"]}` };
const open = (server: TestServer) => TestSocket.open(server, BEARER);

async function begun(server: TestServer): Promise<TestSocket> {
  server.core.stream = new EventQueue();
  const socket = await open(server);
  await socket.ask("phoneInitializeEx", { name: "Test" });
  return socket;
}

const batch = (calls: [method: string, params?: object][]) =>
  JSON.stringify(calls.map(([method, params = {}], id) => ({ jsonrpc: "2.0", id, method, params })));

async function answersTo(socket: TestSocket, text: string): Promise<RpcMessage[]> {
  socket.sendRaw(text);
  const answers = await socket.next();
  ok(Array.isArray(answers));
  return answers;
}

/** Has the list of phones be so many bytes, and counts how often it is made into text. */
function fatten(server: TestServer, bytes: number): { made: number } {
  const count = { made: 0 };
  const name = "x".repeat(bytes);
  const fat = {
    ...PHONE,
    get name() {
      count.made++;
      return name;
    },
  };
  server.core.phones = () => [fat];
  return count;
}

Deno.test("the answers of a batch are bounded: what is too much is refused in its place, and what was done is told all the same", async () => {
  await using server = new TestServer({ socketBytes: 100_000 });
  await using socket = await begun(server);
  const count = fatten(server, 60_000);
  const lists = Array.from({ length: 98 }, (): [string] => ["phoneGetPhones"]);
  const lamp = { handle: "own-1", lamp: 1, mode: "off" };
  const answers = await answersTo(
    socket,
    batch([...lists, ["phoneSetLamp", lamp], ["phoneClose", { handle: "own-1" }]]),
  );
  equal(answers.length, 100);
  ok(answers[0]?.result);
  for (const { error, id } of answers.slice(1, 98)) {
    equal(error?.code, -32600, `${id}`);
    match(error?.message ?? "", /by itself$/);
  }
  deepEqual(answers[98]?.result, { requestId: 1 });
  ok(answers[99]?.result);
  equal(count.made, 2, "nothing is made into text that is not sent, but the first that is too much");
  ok(await socket.ask("phoneGetPhones"));
});

Deno.test("an answer that cannot be made costs its socket, and not the server (invariant 6)", async () => {
  await using server = new TestServer();
  for (const text of [batch([["phoneGetPhones"]]), batch([["phoneGetPhones"]]).slice(1, -1)]) {
    await using socket = await begun(server);
    server.core.phones = () => [{
      ...PHONE,
      toJSON: () => {
        throw new RangeError("Invalid string length");
      },
    }];
    socket.sendRaw(text);
    deepEqual(await socket.closed, { code: 1011, reason: "the server has a fault" });
  }
  equal(server.reported.length, 2);
  equal((await server.call("GET", "/healthz")).status, 200);
});

/** Gives a socket a call that goes on until it is told to end: a resume of its application waits for it. */
async function busy(server: TestServer, socket: TestSocket): Promise<PromiseWithResolvers<void>> {
  const over = Promise.withResolvers<void>();
  server.core.during = (name) => name === "get" ? over.promise : undefined;
  socket.send("phoneGetRing", { handle: "own-1" });
  await socket.ask("ping");
  server.core.stream = new EventQueue();
  return over;
}

Deno.test("what is sent behind a resume is counted while it waits: so many calls, so many bytes, then -32002", async () => {
  await using server = new TestServer({ socketBytes: 10_000 });
  await using lost = await begun(server);
  const opened = await busy(server, lost);
  await using socket = await open(server);
  const resumed = socket.send("resume", { application: "app-1" });
  const large = Array.from({ length: 4 }, () => socket.send("phoneClose", { handle: "x".repeat(4_000) }));
  const refused = await socket.nextOne();
  deepEqual([refused.id, refused.error?.code], [large[3], -32002]);
  opened.resolve();
  equal((await socket.nextOne()).id, resumed);
  for (const id of large.slice(0, 3)) {
    const answer = await socket.nextOne();
    deepEqual([answer.id, answer.error?.data?.code], [id, "PHONEERR_INVALPHONEHANDLE"]);
  }
});

Deno.test("1,024 calls wait behind a resume and no more", async () => {
  await using server = new TestServer();
  await using lost = await begun(server);
  const opened = await busy(server, lost);
  await using socket = await open(server);
  socket.send("resume", { application: "app-1" });
  for (let i = 0; i < 1_024; i++) socket.send("phoneSetLamp", { handle: "own-1", lamp: i, mode: "off" });
  equal((await socket.call("phoneGetPhones")).error?.code, -32002);
  opened.resolve();
  for (let i = 0; i < 1_025; i++) {
    const answer = socket.nextOne();
    server.clock.advance(2);
    equal((await answer).error, undefined);
  }
});

Deno.test("a resume of an application that ends meanwhile is refused, and leaves the socket as it was", async () => {
  await using server = new TestServer();
  await using lost = await begun(server);
  const opened = Promise.withResolvers<void>();
  server.core.during = (name) => name === "get" ? opened.promise : undefined;
  lost.send("phoneGetRing", { handle: "own-1" });
  await lost.ask("ping");
  const queue = server.core.stream = new EventQueue();
  await using socket = await open(server);
  socket.send("resume", { application: "app-1" });
  socket.send("phoneGetPhones");
  await socket.ask("ping");
  const { handles } = server.core;
  server.core.handles = () => {
    throw new PhoneError("INVALAPPHANDLE");
  };
  opened.resolve();
  equal((await socket.nextOne()).error?.data?.code, "PHONEERR_INVALAPPHANDLE");
  equal((await socket.nextOne()).error?.data?.code, "PHONEERR_UNINITIALIZED");
  await soon(queue.cancelled);
  deepEqual(server.core.held, ["hold app-1", "hold app-1", "release app-1"]);
  server.core.handles = handles;
  server.core.stream = new EventQueue();
  await socket.ask("resume", { application: "app-1" });
});

Deno.test("a client that goes on sending learns nevertheless why its socket is closed", async () => {
  await using server = new TestServer();
  const events = server.core.stream = new EventQueue();
  await using socket = await open(server);
  await socket.ask("phoneInitializeEx", { name: "Test" });
  server.core.during = (name) => name === "request" ? events.end("replaced") : undefined;
  const text = "x".repeat(1_000);
  socket.send("phoneSetLamp", { handle: "own-1", lamp: 1, mode: "off" });
  for (let i = 0; i < 2_000; i++) socket.send("ping", { text });
  deepEqual(await socket.closed, { code: 4001, reason: "resumed elsewhere" });
});

/** What a call with `return` asks. */
const MINIMAL = { handle: "own-1", lamp: 1, mode: "off", return: "minimal" };

Deno.test("1,024 calls of a socket wait for requests to end and no more, and all other calls are served beside them", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  const done = Promise.withResolvers<RequestRecord>();
  server.core.done = () => done.promise;
  const waiting = Array.from({ length: 1_024 }, () => socket.send("phoneSetLamp", MINIMAL));
  const asked = () => server.core.calls.filter(([name]) => name === "request").length;
  const refused = await socket.call("phoneSetLamp", MINIMAL);
  deepEqual([refused.error?.code, asked()], [-32002, 1_024]);
  ok(await socket.ask("phoneClose", { handle: "own-1" }));
  ok(await socket.ask("phoneSetLamp", { handle: "own-1", lamp: 1, mode: "off" }));
  done.resolve(recordOf());
  for (const id of waiting) {
    const answer = socket.nextOne();
    server.clock.advance(2);
    equal((await answer).id, id);
  }
  ok(await socket.ask("phoneSetLamp", MINIMAL));
});

Deno.test("return cannot stand in a batch, whose answers and replies would wait for one another: nothing is asked", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  server.core.done = () => Promise.resolve(recordOf());
  const [refused, accepted] = await answersTo(
    socket,
    batch([["phoneSetLamp", MINIMAL], ["phoneSetLamp", { handle: "own-1", lamp: 2, mode: "off" }]]),
  );
  equal(refused?.error?.code, -32602);
  match(refused?.error?.message ?? "", /^params.return cannot stand in a batch/);
  deepEqual(accepted?.result, { requestId: 1 });
  deepEqual(server.core.calls.flatMap(([name, , , given]) => name === "request" ? [given] : []), [
    { params: { lamp: 2, mode: "off" } },
  ]);
});
