import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PHONE_ERRORS, PhoneError, type PhoneErrorName } from "../../server/core/contract/errors.ts";
import { TELEPHONY_PROBLEMS } from "../../server/api/mod.ts";
import { TestServer } from "./support/server.ts";

/** The table of api.md section 2; every name that is not in it and begins with INVAL is 422. */
const STATUSES: [status: number, names: string][] = [
  [400, "INVALPRIVILEGE INVALAPPNAME"],
  [403, "NOTOWNER"],
  [404, "BADDEVICEID INVALPHONEHANDLE INVALAPPHANDLE UNINITIALIZED"],
  [409, "INUSE ALLOCATED INVALPHONESTATE REINIT INCOMPATIBLEAPIVERSION INCOMPATIBLEEXTVERSION"],
  [410, "NODEVICE"],
  [429, "REQUESTOVERRUN"],
  [501, "OPERATIONUNAVAIL"],
  [502, "OPERATIONFAILED NODRIVER NOMEM INIFILECORRUPT STRUCTURETOOSMALL"],
  [503, "RESOURCEUNAVAIL DISCONNECTED SERVICE_NOT_RUNNING"],
];
const STATUS_OF = new Map(STATUSES.flatMap(([status, names]) => names.split(" ").map((name) => [name, status])));

Deno.test("every telephony error is answered with the status, number and name that api section 2 gives it", async () => {
  await using server = new TestServer();
  for (const [name, { value, meaning }] of Object.entries(PHONE_ERRORS)) {
    server.core.failure = new PhoneError(name as PhoneErrorName, `because of ${name}`);
    const { status, headers, body } = await server.call("DELETE", "/v1/handles/own-1");
    equal(status, STATUS_OF.get(name) ?? (name.startsWith("INVAL") ? 422 : undefined), name);
    equal(headers.get("content-type"), "application/problem+json");
    equal(headers.get("retry-after"), status === 429 || status === 503 ? "1" : null);
    const { kind } = TELEPHONY_PROBLEMS[name as PhoneErrorName];
    deepEqual(body, {
      type: `urn:switchroom:problem:${kind}`,
      title: meaning,
      status,
      detail: `because of ${name}`,
      code: `PHONEERR_${name}`,
      value,
    });
  }
});

Deno.test("no two telephony errors share the type of their problem (RFC 9457)", () => {
  const kinds = Object.values(TELEPHONY_PROBLEMS).map(({ kind }) => kind);
  equal(new Set(kinds).size, kinds.length);
});

Deno.test("a vendor's own error is 502 with its signed number and without a code (api section 2)", async () => {
  await using server = new TestServer();
  server.core.failure = new PhoneError(0xC0000001);
  const { status, body } = await server.call("GET", "/v1/handles/own-1/ring");
  equal(status, 502);
  equal(body?.["value"], -1073741823);
  ok(!("code" in body));
});

Deno.test("an error that nobody foresaw is 500, told to the operator and not to the caller", async () => {
  await using server = new TestServer();
  server.core.failure = new Error("the secret inside");
  const { status, body } = await server.call("GET", "/v1/handles/own-1/ring");
  equal(status, 500);
  equal(body?.["type"], "urn:switchroom:problem:internal");
  ok(!JSON.stringify(body).includes("secret inside"));
  deepEqual(server.reported, [server.core.failure]);
});

Deno.test("a path without a route is 404, with a token or, outside /v1, without", async () => {
  await using server = new TestServer();
  for (const path of ["/", "/v1/", "/v1/phone", "/v1/handles/own-1", "/v1/phones/", "/v2/phones"]) {
    const { status, headers, body } = await server.call("GET", path);
    equal(status, path === "/v1/handles/own-1" ? 405 : 404, path);
    equal(headers.get("content-type"), "application/problem+json");
    equal(body?.["status"], status);
  }
  equal((await server.call("GET", "/nothing", { token: null })).status, 404);
  equal((await server.call("GET", "/v1/nothing", { token: null })).status, 401);
});

Deno.test("a method that a path does not have is 405 and Allow tells which it has", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("POST", "/v1/handles/own-1/status-messages");
  equal(status, 405);
  equal(headers.get("allow"), "GET, HEAD, PUT");
  match(String(body?.["detail"]), /^"POST" is not possible here; GET or PUT is/);
  equal((await server.call("OPTIONS", "/v1/phones")).status, 405);
  equal((await server.call("POST", "/healthz", { token: null })).status, 405);
});

Deno.test("a method that HTTP does not know is one word in the history and is quoted shortly, one that it knows is itself (RFC 9110, 9)", async () => {
  await using server = new TestServer();
  const methodOf = async (method: string) => {
    const { status, body } = await server.call(method, "/v1/phones");
    equal(status, 405);
    ok(String(body?.["detail"]).length < 200);
    const fact = server.facts.at(-1);
    return fact?.type === "callRefused" ? fact.detail.method : undefined;
  };
  for (const method of ["PATCH", "OPTIONS", "DELETE"]) equal(await methodOf(method), method);
  for (const method of ["BREW", "Patch2", "X".repeat(8_000)]) equal(await methodOf(method), "other");
});

Deno.test("every answer forbids caching and guessing at its type", async () => {
  await using server = new TestServer();
  for (const path of ["/healthz", "/v1/phones", "/v1/nothing"]) {
    const { headers } = await server.call("GET", path);
    equal(headers.get("cache-control"), "no-store");
    equal(headers.get("x-content-type-options"), "nosniff");
  }
});
