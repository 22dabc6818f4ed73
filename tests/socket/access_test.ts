import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { EventQueue } from "../http/support/event_queue.ts";
import { SECRETS, TestServer } from "../http/support/server.ts";
import { soon } from "../harness/soon.ts";
import { TestSocket } from "./support/socket.ts";

const BEARER = { authorization: `Bearer ${SECRETS["t-all"]}` };
const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** What the server answers to a handshake, as a status. */
async function statusOf(server: TestServer, headers: Record<string, string>): Promise<number> {
  const all = { host: `127.0.0.1:${server.port}`, ...HANDSHAKE, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode(`GET /v1/socket HTTP/1.1\r\n${lines}\r\n`));
  const start = new Uint8Array(12);
  await soon(connection.read(start));
  return Number(new TextDecoder().decode(start).slice("HTTP/1.1 ".length));
}

/** Begins a session and gives the cookie as a browser sends it. */
async function cookieOf(server: TestServer): Promise<string> {
  const { headers } = await server.call("POST", "/v1/session");
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

Deno.test("a socket is asked for its token before it is opened (api section 3)", async () => {
  await using server = new TestServer();
  equal(await statusOf(server, {}), 401);
  equal(await statusOf(server, { authorization: "Bearer wrong" }), 401);
  equal(await statusOf(server, { authorization: `Bearer ${SECRETS["t-nothing"]}` }), 403);
  deepEqual(server.core.calls, []);
  await using socket = await TestSocket.open(server, BEARER);
  deepEqual(await socket.ask("ping"), {});
});

Deno.test("a call that asks for no WebSocket is 426 and told what to ask for", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("GET", "/v1/socket");
  equal(status, 426);
  equal(headers.get("upgrade"), "websocket");
  equal(body?.["type"], "urn:switchroom:problem:upgrade-required");
  equal(await statusOf(server, { ...BEARER, "sec-websocket-version": "8" }), 426);
  equal(await statusOf(server, { ...BEARER, upgrade: "h2c" }), 426);
  equal((await server.call("HEAD", "/v1/socket", { headers: HANDSHAKE })).status, 426);
  deepEqual(server.reported, []);
});

Deno.test("a token has so many sockets and no more: 429, until one is closed (api section 1)", async () => {
  await using server = new TestServer({ sockets: 2 });
  await using _first = await TestSocket.open(server, BEARER);
  const second = await TestSocket.open(server, BEARER);
  equal((await server.call("GET", "/v1/socket")).status, 429);
  await rejects(TestSocket.open(server, BEARER));
  await using _other = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-monitor"]}` });
  await second[Symbol.asyncDispose]();
  // The client has heard of the close; the server may hear of it a moment later.
  while ((await server.call("GET", "/v1/socket")).status === 429);
  await using _third = await TestSocket.open(server, BEARER);
});

Deno.test("a session's cookie is for the browser alone, and opens the socket from a page of this server (api section 3)", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("POST", "/v1/session");
  equal(status, 204);
  equal(body, undefined);
  const cookie = headers.get("set-cookie") ?? "";
  match(cookie, /^switchroom_session=[\w-]{43}; Max-Age=43200; Path=\/v1; HttpOnly; SameSite=Strict$/);
  await using socket = await TestSocket.open(server, { cookie: cookie.split(";")[0] ?? "", origin: server.url });
  await socket.ask("phoneInitializeEx", { name: "Page" });
  const [name, , options] = server.core.calls[0] ?? [];
  deepEqual([name, options], ["initialize", { token: "t-all", address: "127.0.0.1" }]);
});

Deno.test("a session's cookie is refused from another page, and without an Origin (api section 3)", async () => {
  await using server = new TestServer();
  const cookie = await cookieOf(server);
  const own = { cookie, origin: server.url };
  equal(await statusOf(server, own), 101);
  const foreign = [
    "https://evil.example",
    server.url.replace("http:", "https:"),
    `http://127.0.0.1:${server.port + 1}`,
    `http://localhost:${server.port}`,
    `${server.url}.evil.example`,
    "null",
    "",
  ];
  for (const origin of foreign) equal(await statusOf(server, { ...own, origin }), 403, origin);
  equal(await statusOf(server, { cookie }), 403);
  equal(await statusOf(server, { ...own, host: "evil.example" }), 403);
  // A bearer token is sent by nobody who was not given it: where it comes from does not matter.
  equal(await statusOf(server, { ...BEARER, origin: "https://elsewhere.example" }), 101);
});

Deno.test("a session's cookie says who calls on no other route", async () => {
  await using server = new TestServer();
  const headers = { cookie: await cookieOf(server), origin: server.url };
  equal((await server.call("GET", "/v1/phones", { token: null, headers })).status, 401);
  equal((await server.call("POST", "/v1/session", { token: null, headers })).status, 401);
});

Deno.test("a session ends when it is told to, which its own cookie may say from a page of this server", async () => {
  await using server = new TestServer();
  const cookie = await cookieOf(server);
  const end = (origin: string) => server.call("DELETE", "/v1/session", { token: null, headers: { cookie, origin } });
  equal((await end("https://evil.example")).status, 403);
  const { status, headers } = await end(server.url);
  equal(status, 204);
  match(headers.get("set-cookie") ?? "", /^switchroom_session=; Max-Age=0; Path=\/v1;/);
  equal(await statusOf(server, { cookie, origin: server.url }), 401);
});

Deno.test("the end of a session closes the sockets that were opened with it, and no others", async () => {
  await using server = new TestServer();
  const cookie = await cookieOf(server);
  const page = { cookie, origin: server.url };
  server.core.stream = new EventQueue();
  await using socket = await TestSocket.open(server, page);
  await socket.ask("phoneInitializeEx", { name: "Page" });
  await using idle = await TestSocket.open(server, page);
  await using another = await TestSocket.open(server, { cookie: await cookieOf(server), origin: server.url });
  await using bearer = await TestSocket.open(server, { ...BEARER, cookie });
  equal((await server.call("DELETE", "/v1/session", { token: null, headers: page })).status, 204);
  deepEqual(await socket.closed, { code: 4004, reason: "the session was ended" });
  equal((await idle.closed).code, 4004);
  deepEqual(server.core.held, ["hold app-1", "release app-1"], "its application may be resumed");
  for (const open of [another, bearer]) deepEqual(await open.ask("ping"), {});
});

Deno.test("a session ends 12 hours after its last use, and with its token", async () => {
  await using server = new TestServer();
  const cookie = await cookieOf(server);
  const asked = () => statusOf(server, { cookie, origin: server.url });
  server.clock.advance(11 * 3_600_000);
  equal(await asked(), 101);
  server.clock.advance(11 * 3_600_000);
  equal(await asked(), 101);
  server.clock.advance(12 * 3_600_000 + 1);
  equal(await asked(), 401);

  const json = { name: "Page", scopes: ["phones:monitor"] };
  const { token, id } = (await server.call("POST", "/v1/tokens", { json })).body ?? {};
  const { headers } = await server.call("POST", "/v1/session", {
    token: null,
    headers: { authorization: `Bearer ${token}` },
  });
  const other = { cookie: headers.get("set-cookie")?.split(";")[0] ?? "", origin: server.url };
  equal(await statusOf(server, other), 101);
  equal((await server.call("DELETE", `/v1/tokens/${id}`)).status, 204);
  equal(await statusOf(server, other), 401);
});

Deno.test("a cookie that is no session's is 401, and one that is no cookie is none", async () => {
  await using server = new TestServer();
  for (const cookie of ["switchroom_session=x", "switchroom_session=", `switchroom_session=${"x".repeat(9_000)}`]) {
    equal(await statusOf(server, { cookie, origin: server.url }), 401, cookie);
  }
  for (const cookie of ["=", ";;;", "switchroom_session", "%=%", "a=\u00ff"]) {
    equal(await statusOf(server, { cookie, origin: server.url }), 401, cookie);
  }
});

Deno.test("a session that is none is folded into the history like a wrong token", async () => {
  await using server = new TestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  equal(await statusOf(server, { cookie: "switchroom_session=guessed", origin }), 401);
  server.clock.advance(60_000);
  deepEqual(server.facts.map((fact) => fact.type === "accessRefused" && fact.detail.reason), ["unknownSession"]);
});

Deno.test("the subprotocol that a client offers is given back if it is ours (RFC 6455, 4.2.2)", async () => {
  await using server = new TestServer();
  const protocolOf = async (offered: string) => {
    const all = { host: `127.0.0.1:${server.port}`, ...HANDSHAKE, ...BEARER, "sec-websocket-protocol": offered };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(`GET /v1/socket HTTP/1.1\r\n${lines}\r\n`));
    const bytes = new Uint8Array(4_096);
    const head = new TextDecoder().decode(bytes.subarray(0, await soon(connection.read(bytes)) ?? 0));
    match(head, /^HTTP\/1\.1 101 /);
    return /^sec-websocket-protocol: *(.*)\r$/im.exec(head)?.[1];
  };
  for (const name of ["jsonrpc", "switchroom"]) {
    equal(await protocolOf(name), name);
    equal(await protocolOf(`other, ${name},mqtt`), name);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/socket`, {
      headers: BEARER,
      protocols: [name],
    });
    await soon(
      new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = reject;
      }),
    );
    equal(socket.protocol, name);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await soon(closed);
  }
  for (const none of ["mqtt", "jsonrpc2", "JSONRPC"]) equal(await protocolOf(none), undefined);
});
