import { deepEqual, equal, match, ok } from "node:assert/strict";
import { SECRETS, TestServer } from "./support/server.ts";

const PATH = "/v1/handles/own-1/requests";
const LIMIT = 65_536;
const TYPE = { "content-type": "application/json" };

/** A call as bytes, so that it can be wrong where no client library would let it. */
function wire(path: string, { method = "POST", headers = {}, body = "" }: {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}): string {
  const all = { host: "x", authorization: `Bearer ${SECRETS["t-all"]}`, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`;
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

Deno.test("a body that is not JSON is 400 (api section 2)", async () => {
  await using server = new TestServer();
  const bodies = ["", "{", "{'a':1}", "NaN", '{"operation":"setLamp",}', "{}{}", "\u0000", '"\\x"', "// x\n{}"];
  for (const body of bodies) {
    const { status, body: problem } = await server.call("POST", PATH, { body, headers: TYPE });
    equal(status, 400, body);
    match(String(problem?.["detail"]), body === "" ? /is empty/ : /is not valid JSON/);
  }
});

Deno.test("a body that is not declared as JSON is 415 (api section 2)", async () => {
  await using server = new TestServer();
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "application/json; charset=utf-16",
  ];
  for (const type of types) {
    const { status } = await server.call("POST", PATH, { body: "{}", headers: { "content-type": type } });
    equal(status, 415, type);
  }
  equal((await server.call("POST", PATH, { body: new Uint8Array([123, 125]) })).status, 415);
  for (const type of ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']) {
    const { status } = await server.call("POST", PATH, { body: "{}", headers: { "content-type": type } });
    equal(status, 400, type);
  }
});

Deno.test("RFC 9110 8.4: a body in a content coding is 415, which names it, rather than no UTF-8 or no JSON", async () => {
  await using server = new TestServer();
  const post = (coding: string) =>
    server.call("POST", PATH, { body: "{}", headers: { ...TYPE, "content-encoding": coding } });
  for (const coding of ["gzip", "br", "identity, gzip"]) {
    const { status, body: problem } = await post(coding);
    equal(status, 415, coding);
    equal(problem?.["detail"], `The Content-Encoding is "${coding}"; the body must be sent as it is`);
  }
  equal((await post("Identity")).status, 400);
});

Deno.test("a body over 64 KiB is 413, with a Content-Length and without (api section 1)", async () => {
  await using server = new TestServer();
  const start = `{"operation":"devSpecific","params":"`;
  const sized = (bytes: number) => start + "A".repeat(bytes - start.length - 2) + `"}`;
  const chunked = (text: string) =>
    ReadableStream.from([text.slice(0, 30_000), text.slice(30_000)]).pipeThrough(new TextEncoderStream());
  equal(sized(LIMIT).length, LIMIT);
  // 4 does not divide what is left, so that it is no base64: the limit was not what refused it.
  equal((await server.call("POST", PATH, { body: sized(LIMIT), headers: TYPE })).status, 400);
  equal((await server.call("POST", PATH, { body: chunked(sized(LIMIT)), headers: TYPE })).status, 400);
  equal((await server.call("POST", PATH, { body: sized(LIMIT + 1), headers: TYPE })).status, 413);
  equal((await server.call("POST", PATH, { body: chunked(sized(LIMIT + 1)), headers: TYPE })).status, 413);
  const { body } = await server.call("POST", PATH, { body: sized(LIMIT + 1), headers: TYPE });
  equal(body?.["detail"], "The body is larger than 65536 bytes");
});

Deno.test("a chunked body of many megabytes is 413 too", async () => {
  await using server = new TestServer();
  const body = `100000\r\n${" ".repeat(1 << 20)}\r\n`.repeat(16) + "0\r\n\r\n";
  const answer = await server.raw(wire(PATH, { headers: { ...TYPE, "transfer-encoding": "chunked" }, body }));
  equal(statusOf(answer), 413);
});

Deno.test("a call that declares its length in two ways is refused before it reaches us (RFC 9112, 6.1)", async () => {
  await using server = new TestServer();
  const body = "2\r\n{}\r\n0\r\n\r\n";
  const both = wire(PATH, { headers: { ...TYPE, "content-length": "5", "transfer-encoding": "chunked" }, body });
  equal(statusOf(await server.raw(both)), 400);
  const twice = wire(PATH, { headers: { ...TYPE, "content-length": "5", "Content-Length": "6" }, body });
  equal(statusOf(await server.raw(twice)), 400);
  deepEqual(server.facts, []);
});

Deno.test("a body with a Content-Length that it does not reach harms nobody", async () => {
  await using server = new TestServer();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const text = wire(PATH, { headers: { ...TYPE, "content-length": "100" }, body: `{"operation":` });
  await connection.write(new TextEncoder().encode(text));
  connection.close();
  equal((await server.call("GET", "/healthz")).status, 200);
  await server.stop();
  deepEqual(server.reported, []);
  deepEqual(server.core.calls, []);
});

Deno.test("JSON nested more than 16 deep is 400, however deep (api section 1)", async () => {
  await using server = new TestServer();
  const nested = (depth: number) => `{"a":`.repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
  const detail = async (body: string) => (await server.call("POST", PATH, { body, headers: TYPE })).body?.["detail"];
  match(String(await detail(nested(16))), /^body.operation is missing/);
  equal(await detail(nested(17)), "The body is nested too deeply");
  equal(await detail("[".repeat(17) + "]".repeat(17)), "The body is nested too deeply");
  equal(await detail("[".repeat(32_000) + "]".repeat(32_000)), "The body is nested too deeply");
});

Deno.test("a body that is not UTF-8, or not well-formed Unicode, is 400", async () => {
  await using server = new TestServer();
  const prefix = new TextEncoder().encode(`{"operation":"setDisplay","row":0,"column":0,"text":"`);
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const body = new Uint8Array([...prefix, ...bytes, 0x22, 0x7d]);
    const { status, body: problem } = await server.call("POST", PATH, { body, headers: TYPE });
    equal(status, 400);
    equal(problem?.["detail"], "The body is not valid UTF-8");
  }
  const sent = { operation: "setDisplay", row: 0, column: 0, text: "a replacement character of its own: \uFFFD" };
  equal((await server.call("POST", PATH, { json: sent })).status, 202);
  for (const json of [`{"text":"\\ud800"}`, `{"\\udc00":1}`, `["\\ud83d"]`]) {
    const { status, body: problem } = await server.call("POST", PATH, { body: json, headers: TYPE });
    equal(status, 400);
    match(String(problem?.["detail"]), /half a surrogate pair/);
  }
});

Deno.test("a body that names what every object has is refused like any unknown field", async () => {
  await using server = new TestServer();
  for (const field of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const body = `{"operation":"setLamp","lamp":1,"mode":"off","${field}":{"x":1}}`;
    const { status } = await server.call("POST", PATH, { body, headers: TYPE });
    equal(status, 400, field);
  }
  deepEqual(server.core.calls, []);
});

Deno.test("a number that JSON can write and a double cannot hold is 400", async () => {
  await using server = new TestServer();
  const body = `{"operation":"setLamp","lamp":1e999,"mode":"off"}`;
  equal((await server.call("POST", PATH, { body, headers: TYPE })).status, 400);
});

Deno.test("a number that would be changed is 400, never another one (RFC 8259, 6)", async () => {
  await using server = new TestServer();
  for (const number of ["9007199254740993", "123456789012345678901", "0.10000000000000001", "1e-400", "-1e400"]) {
    for (const body of [`{"operation":"setLamp","lamp":${number},"mode":"steady"}`, `{"x":[[${number}]]}`, number]) {
      const { status, body: problem } = await server.call("POST", PATH, { body, headers: TYPE });
      equal(status, 400, body);
      ok(String(problem?.["detail"]).startsWith(`The body has the number "${number}", which would become `), body);
    }
  }
  const asked = `{"operation":"setVolume","device":"handset","volume":100000000000000000000}`;
  equal((await server.call("POST", PATH, { body: asked, headers: TYPE })).status, 202);
  equal(server.core.calls.length, 1);
});

Deno.test("a query key that a route does not know is 400 on every route but those about health (api section 2)", async () => {
  await using server = new TestServer();
  const { body: document } = await server.call("GET", "/v1/openapi.json");
  const paths = Object.entries(document?.["paths"] as Record<string, Record<string, unknown>>);
  for (const [path, methods] of paths) {
    for (const method of Object.keys(methods)) {
      const { status, body } = await server.call(method.toUpperCase(), `${path.replaceAll(/[{}]/g, "")}?nonsense=1`);
      if (path === "/healthz" || path === "/readyz") equal(status, 200);
      // Whether there is such an application or handle comes first.
      else if (status !== 404) {
        equal(status, 400, `${method} ${path}`);
        equal(body?.["detail"], `query has an unknown field "nonsense"`);
      }
    }
  }
  // What is kept of the refusal has the name of a phone that is there.
  deepEqual(server.core.calls.filter(([name]) => name !== "phone"), []);
});

Deno.test("a CONNECT asks for no path: nothing is there, and nothing fails", async () => {
  await using server = new TestServer();
  for (const authority of ["x:80", "#:80", "x?:80", "#", "?"]) {
    equal(
      statusOf(await server.raw(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)),
      404,
      authority,
    );
  }
  deepEqual(server.reported, []);
});

Deno.test("bad percent-encoding in a path names nothing, and in a query is 400", async () => {
  await using server = new TestServer();
  for (const path of ["/v1/phones/%", "/v1/phones/%zz", "/v1/phones/%ff%fe", "/v1/phones/%00", "/v1/phones/a%2Fb"]) {
    equal(statusOf(await server.raw(wire(path, { method: "GET" }))), 404, path);
  }
  for (const query of ["phone=%", "phone=%zz", "%ff=1", "phone=%c3"]) {
    equal(statusOf(await server.raw(wire(`/v1/requests?${query}`, { method: "GET" }))), 400, query);
  }
});

Deno.test("a Host header that is none is not our fault", async () => {
  await using server = new TestServer();
  for (const host of ["", "[[[", "a b", "%", "x:99999", "a/b?c#d", "http://"]) {
    const phones = await server.raw(wire("/v1/phones", { method: "GET", headers: { host } }));
    ok([200, 400, 404].includes(statusOf(phones)), `${host}: ${phones.slice(0, 40)}`);
    const requests = await server.raw(wire("/v1/requests?limit=5", { method: "GET", headers: { host } }));
    ok([200, 400, 404].includes(statusOf(requests)), `${host}: ${requests.slice(0, 40)}`);
  }
  deepEqual(server.reported, []);
});

Deno.test("headers too large or too many are refused before they reach us", async () => {
  await using server = new TestServer();
  const large = await server.raw(wire("/v1/phones", { method: "GET", headers: { x: "y".repeat(1 << 20) } }));
  ok(large === "" || [400, 431].includes(statusOf(large)), large.slice(0, 40));
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, "1"]));
  const refused = await server.raw(wire("/v1/phones", { method: "GET", headers: many }));
  ok(refused === "" || [400, 431].includes(statusOf(refused)), refused.slice(0, 40));
  equal((await server.call("GET", "/healthz")).status, 200);
});

Deno.test("what is no HTTP at all is refused and the server goes on", async () => {
  await using server = new TestServer();
  for (
    const bytes of [
      "\r\n\r\n",
      "GET\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01",
      "x".repeat(1 << 20),
      "GET / HTTP/9.9\r\n\r\n",
    ]
  ) {
    const answer = await server.raw(bytes);
    ok(answer === "" || statusOf(answer) >= 400, answer.slice(0, 40));
  }
  equal((await server.call("GET", "/healthz")).status, 200);
});
