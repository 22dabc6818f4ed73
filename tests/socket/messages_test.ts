import { deepEqual, equal, match, ok } from "node:assert/strict";
import { EventQueue } from "../http/support/event_queue.ts";
import { SECRETS, TestServer } from "../http/support/server.ts";
import { type RpcMessage, TestSocket } from "./support/socket.ts";

const open = (server: TestServer) => TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
const codeOf = (message: RpcMessage) => message.error?.code;

/** A socket whose application has begun. */
async function begun(server: TestServer): Promise<TestSocket> {
  server.core.stream = new EventQueue();
  const socket = await open(server);
  await socket.ask("phoneInitializeEx", { name: "Test" });
  return socket;
}

Deno.test("what is not JSON is -32700, and the socket goes on (JSON-RPC 2.0, 7)", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  const texts = [
    `{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`,
    `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]`,
    "",
    "NaN",
    "\u0000",
  ];
  for (const text of texts) {
    socket.sendRaw(text);
    const { error, ...rest } = await socket.nextOne();
    deepEqual(rest, { jsonrpc: "2.0", id: null });
    equal(error?.code, -32700, text);
  }
  deepEqual(await socket.ask("ping"), {});
});

Deno.test("what is JSON and no call is -32600, with the id if it has one (JSON-RPC 2.0, 7)", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  const messages: [text: string, id: string | number | null][] = [
    [`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`, null],
    [`[]`, null],
    [`1`, null],
    [`"ping"`, null],
    [`null`, null],
    [`{}`, null],
    [`{"id": 3, "method": "ping"}`, 3],
    [`{"jsonrpc": "1.0", "id": 4, "method": "ping"}`, 4],
    [`{"jsonrpc": "2.0", "id": "a"}`, "a"],
    [`{"jsonrpc": "2.0", "id": {}, "method": "ping"}`, null],
    [`{"jsonrpc": "2.0", "id": true, "method": "ping"}`, null],
    [`{"jsonrpc": "2.0", "id": 5, "method": "ping", "params": null}`, 5],
    [`{"jsonrpc": "2.0", "id": 6, "method": "ping", "params": 7}`, 6],
  ];
  for (const [text, id] of messages) {
    socket.sendRaw(text);
    const answer = await socket.nextOne();
    equal(codeOf(answer), -32600, text);
    equal(answer.id, id, text);
  }
  deepEqual(server.reported, []);
});

Deno.test("a method that there is not is -32601, also one that every object has (JSON-RPC 2.0, 5.1)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  for (
    const method of ["foobar", "", "setLamp", "constructor", "__proto__", "phoneGetID", "rpc.x", "x".repeat(9_000)]
  ) {
    const answer = await socket.call(method);
    equal(codeOf(answer), -32601, method);
    ok((answer.error?.message.length ?? 0) < 200);
  }
});

Deno.test("parameters have names: an array is -32602, and so is what does not fit (api section 2)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  const refused = async ({ method, params }: { method: string; params: unknown }, words: RegExp) => {
    const answer = await socket.call(method, params);
    equal(codeOf(answer), -32602, JSON.stringify(answer));
    match(answer.error?.message ?? "", words);
    equal(answer.error?.data, undefined);
  };
  await refused({ method: "ping", params: [] }, /^params is an array/);
  await refused({ method: "phoneSetLamp", params: ["own-1", 12, "steady"] }, /^params is an array/);
  await refused({ method: "phoneSetLamp", params: {} }, /^params.handle is missing: it must be a string$/);
  await refused(
    { method: "phoneSetLamp", params: { handle: "own-1", lamp: "12", mode: "off" } },
    /^params.lamp must be a number$/,
  );
  await refused({ method: "phoneSetLamp", params: { handle: "own-1", lamp: 12 } }, /^params.mode is missing/);
  await refused(
    { method: "phoneSetLamp", params: { handle: "own-1", lamp: 12, mode: "off", x: 1 } },
    /^params has an unknown field "x"$/,
  );
  await refused(
    { method: "phoneSetLamp", params: { handle: "own-1", operation: "setLamp", lamp: 1, mode: "off" } },
    /unknown field/,
  );
  await refused(
    { method: "phoneSetLamp", params: { handle: "own-1", lamp: 1, mode: "off", deadlineMs: "5" } },
    /^params.deadlineMs must be/,
  );
  await refused(
    { method: "phoneSetLamp", params: { handle: "own-1", lamp: 1, mode: "off", idempotencyKey: "a b" } },
    /^params.idempotencyKey/,
  );
  for (const wrong of ["representation", "Minimal", true, null]) {
    await refused(
      { method: "phoneSetLamp", params: { handle: "own-1", lamp: 1, mode: "off", return: wrong } },
      /^params.return must be "minimal"$/,
    );
  }
  await refused({ method: "phoneOpen", params: { phone: true, privilege: "owner" } }, /^params.phone must be/);
  await refused({ method: "phoneClose", params: { handle: "own-1", now: true } }, /unknown field/);
  await refused({ method: "phoneGetLamp", params: { handle: "own-1", lamp: [1] } }, /^params.lamp/);
  await refused({ method: "phoneGetPhones", params: { x: 1 } }, /unknown field/);
  await refused({ method: "phoneGetRequest", params: { requestId: "1" } }, /^params.requestId/);
  await refused(
    { method: "ping", params: { deep: JSON.parse("[".repeat(20) + "]".repeat(20)) } },
    /^The message is nested too deeply$/,
  );
  await refused({ method: "ping", params: { half: "\ud800" } }, /half a surrogate pair/);
  equal(server.core.calls.length, 2);
});

Deno.test("an id is given back as it was, whatever JSON-RPC allows it to be (JSON-RPC 2.0, 4)", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  for (const id of [0, -1, 1.5, "", "a", "\u{1F4DE}", null]) {
    socket.sendRaw(JSON.stringify({ jsonrpc: "2.0", method: "ping", id }));
    deepEqual(await socket.nextOne(), { jsonrpc: "2.0", id, result: {} });
  }
});

Deno.test("an id that would be given back changed is -32600 with id null, and only its own call of a batch (rskj#169, erpc#1092)", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  for (const id of ["9007199254740993", "-9007199254740993", "123456789012345678", "1e400", "0.10000000000000001"]) {
    socket.sendRaw(`{"jsonrpc":"2.0","method":"ping","id":${id}}`);
    const answer = await socket.nextOne();
    deepEqual([answer.id, codeOf(answer)], [null, -32600], id);
    ok(answer.error?.message.includes(`id is the number "${id}"`), answer.error?.message);
  }
  for (const id of ["9007199254740991", "9007199254740992", "1e3", "0.30000000000000004", "100000000000000000000"]) {
    socket.sendRaw(`{"jsonrpc":"2.0","method":"ping","id":${id}}`);
    deepEqual(await socket.nextOne(), { jsonrpc: "2.0", id: Number(id), result: {} });
  }
  socket.sendRaw(`[{"jsonrpc":"2.0","method":"ping","id":1},{"jsonrpc":"2.0","method":"ping","id":9007199254740993}]`);
  const answers = await socket.next() as RpcMessage[];
  deepEqual(answers.map(({ id, result, error }) => [id, result ?? error?.code]), [[1, {}], [null, -32600]]);
});

Deno.test("a number that would be changed is -32602 wherever it stands in params (RFC 8259, 6)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  for (const params of [`{"handle":"own-1","lamp":9007199254740993,"mode":"off"}`, `{"deep":[{"x":1e400}]}`]) {
    socket.sendRaw(`{"jsonrpc":"2.0","id":1,"method":"phoneSetLamp","params":${params}}`);
    const answer = await socket.nextOne();
    deepEqual([answer.id, codeOf(answer)], [1, -32602]);
    match(answer.error?.message ?? "", /^The message has the number "(9007199254740993|1e400)", which would become/);
  }
  equal(server.core.calls.length, 2);
});

Deno.test("an answer to what nobody asked is passed over, alone and in a batch", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  const answers = [`{"jsonrpc":"2.0","id":7,"result":{}}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600}}`];
  for (const text of [...answers, `[${answers}]`]) socket.sendRaw(text);
  socket.sendRaw(`[${answers},{"jsonrpc":"2.0","method":"ping","id":1}]`);
  deepEqual(await socket.next(), [{ jsonrpc: "2.0", id: 1, result: {} }]);
  deepEqual(await socket.ask("ping"), {});
  deepEqual(server.facts, []);
});

Deno.test("a notification is done and not answered, not even with an error (JSON-RPC 2.0, 4.1)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  const note = (method: string, params: unknown) => socket.sendRaw(JSON.stringify({ jsonrpc: "2.0", method, params }));
  note("phoneClose", { handle: "own-1" });
  note("phoneClose", { handle: "gone" });
  note("foobar", {});
  note("phoneClose", []);
  deepEqual(await socket.ask("ping"), {});
  deepEqual(server.core.calls.at(-1), ["close", "own-1"]);
});

Deno.test("a batch is answered by one array, its notifications left out (JSON-RPC 2.0, 6)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  socket.sendRaw(JSON.stringify([
    { jsonrpc: "2.0", method: "ping", id: "1" },
    { jsonrpc: "2.0", method: "ping" },
    { foo: "boo" },
    { jsonrpc: "2.0", method: "foo.get", params: { name: "myself" }, id: "5" },
    { jsonrpc: "2.0", method: "phoneSetLamp", params: { handle: "own-1", lamp: 1, mode: "off" }, id: "9" },
    [],
  ]));
  const answers = await socket.next();
  ok(Array.isArray(answers));
  deepEqual(answers.map(({ id, result, error }) => [id, result ?? error?.code]), [
    ["1", {}],
    [null, -32600],
    ["5", -32601],
    ["9", { requestId: 1 }],
    [null, -32600],
  ]);
  socket.sendRaw("[1,2,3]");
  const bad = await socket.next();
  ok(Array.isArray(bad));
  deepEqual(bad.map(codeOf), [-32600, -32600, -32600]);
  socket.sendRaw(JSON.stringify([{ jsonrpc: "2.0", method: "ping" }, { jsonrpc: "2.0", method: "ping" }]));
  deepEqual(await socket.ask("ping"), {});
});

Deno.test("a batch of more than 100 is -32600, and none of it is done (api section 1)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  const batch = (length: number) =>
    JSON.stringify(Array.from({ length }, (_, id) => ({ jsonrpc: "2.0", method: "ping", params: {}, id })));
  socket.sendRaw(batch(100));
  equal((await socket.next() as RpcMessage[]).length, 100);
  socket.sendRaw(batch(101));
  equal(codeOf(await socket.nextOne()), -32600);
  equal(server.core.calls.length, 2);
});

Deno.test("a message of more than 64 KiB closes the socket with 1009, counted in UTF-8 (api section 1)", async () => {
  await using server = new TestServer();
  const sized = (bytes: number, filler: string) => {
    const start = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"`;
    return `${start}${filler.repeat((bytes - start.length - 3) / new TextEncoder().encode(filler).length)}"}}`;
  };
  for (const filler of ["x", "\u20ac"]) {
    await using socket = await open(server);
    socket.sendRaw(sized(65_536, filler));
    equal(codeOf(await socket.nextOne()), -32602);
    socket.sendRaw(sized(65_536 + 3, filler));
    deepEqual(await socket.closed, { code: 1009, reason: "the message is too large" });
  }
});

Deno.test("a message that is not text closes the socket with 1003", async () => {
  await using server = new TestServer();
  await using socket = await open(server);
  socket.sendRaw(new TextEncoder().encode(`{"jsonrpc":"2.0","id":1,"method":"ping"}`));
  equal((await socket.closed).code, 1003);
});

Deno.test("1,024 calls of a socket wait for an answer and no more: -32002 (api section 1)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  const answered = Promise.withResolvers<void>();
  server.core.during = (name) => name === "get" ? answered.promise : undefined;
  for (let i = 0; i < 1_024; i++) socket.send("phoneGetLamp", { handle: "own-1", lamp: i });
  equal(codeOf(await socket.call("phoneGetLamp", { handle: "own-1", lamp: 0 })), -32002);
  equal(codeOf(await socket.call("phoneGetPhones")), -32002);
  // The core bounds requests, and a ping waits for nothing.
  deepEqual(await socket.ask("phoneSetLamp", { handle: "own-1", lamp: 1, mode: "off" }), { requestId: 1 });
  deepEqual(await socket.ask("ping"), {});
  answered.resolve();
  for (let i = 0; i < 1_024; i++) {
    // So many at once are sent in portions, each when the one before is written.
    const answer = socket.nextOne();
    server.clock.advance(2);
    equal(codeOf(await answer), undefined);
  }
  equal(codeOf(await socket.call("phoneGetPhones")), undefined);
});

Deno.test("a fault of ours is -32603, tells nothing of itself and is reported", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  server.core.failure = new Error("the inside");
  const { error } = await socket.call("phoneGetRing", { handle: "own-1" });
  equal(error?.code, -32603);
  ok(!error?.message.includes("inside"));
  equal(server.reported.length, 1);
});

Deno.test("a refused call over a socket is a fact of the history (api section 5)", async () => {
  await using server = new TestServer();
  await using socket = await begun(server);
  await socket.call("phoneSetLamp", { handle: "mon-1", lamp: 1, mode: "off" });
  await socket.call("nothing");
  const common = { type: "callRefused", token: "t-all", address: "127.0.0.1", application: "app-1" };
  deepEqual(server.facts, [
    {
      ...common,
      handle: "mon-1",
      phone: "virtual:desk-1",
      result: -1879048165,
      code: "PHONEERR_NOTOWNER",
      detail: {
        method: "phoneSetLamp",
        path: "/v1/socket",
        operation: "setLamp",
        params: ["lamp=1", "mode=off"],
        status: 403,
        detail: "setLamp is for owners",
      },
    },
    {
      ...common,
      detail: { method: "other", path: "/v1/socket", status: 400, detail: "There is no method …" },
    },
  ]);
});
