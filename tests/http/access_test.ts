import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { type CallOptions, SECRETS, TestServer } from "./support/server.ts";

Deno.test("a call under /v1 without a good token is 401 and says how to authenticate (api section 2)", async () => {
  await using server = new TestServer();
  for (const authorization of [undefined, "Basic abc", "Bearer", "Bearer ", "Bearer wrong", "Bearer a b"]) {
    const options: CallOptions = { token: null, ...(authorization && { headers: { authorization } }) };
    const { status, headers, body } = await server.call("GET", "/v1/phones", options);
    equal(status, 401, authorization);
    match(headers.get("www-authenticate") ?? "", /^Bearer/);
    equal(body?.["type"], "urn:switchroom:problem:unauthorized");
  }
  deepEqual(server.core.calls, []);
});

Deno.test("the scheme of the token is read whatever its case (RFC 9110, 11.1)", async () => {
  await using server = new TestServer();
  const headers = { authorization: `bearer ${SECRETS["t-all"]}` };
  equal((await server.call("GET", "/v1/phones", { token: null, headers })).status, 200);
});

Deno.test("a token without the scope of a call is 403 before anything is looked up (contract 2.0)", async () => {
  await using server = new TestServer();
  const calls: [method: string, path: string, scope: string][] = [
    ["POST", "/v1/applications", "phones:monitor"],
    ["POST", "/v1/applications/none/lease", "phones:monitor"],
    ["DELETE", "/v1/applications/none", "phones:monitor"],
    ["GET", "/v1/applications/none/events", "phones:monitor"],
    ["POST", "/v1/applications/none/handles", "phones:monitor"],
    ["GET", "/v1/phones", "phones:monitor"],
    ["GET", "/v1/phones/none", "phones:monitor"],
    ["DELETE", "/v1/handles/none", "phones:monitor"],
    ["POST", "/v1/handles/none/requests", "phones:control"],
    ["GET", "/v1/handles/none/lamps/1", "phones:monitor"],
    ["PUT", "/v1/handles/none/status-messages", "phones:monitor"],
    ["GET", "/v1/history/events", "history:read"],
  ];
  for (const [method, path, scope] of calls) {
    const { status, headers, body } = await server.call(method, path, { token: "t-nothing" });
    equal(status, 403, path);
    equal(body?.["type"], "urn:switchroom:problem:missing-scope");
    match(headers.get("www-authenticate") ?? "", new RegExp(`scope="${scope}"`));
  }
  // Whether that is a phone is asked for the row of the refusal.
  deepEqual(server.core.calls, [["phone", "none"]]);
});

Deno.test("what belongs to another token is 404, as if it did not exist (api section 2)", async () => {
  await using server = new TestServer();
  equal((await server.call("GET", "/v1/handles/own-1/ring", { token: "t-monitor" })).status, 404);
  equal((await server.call("DELETE", "/v1/applications/app-1", { token: "t-monitor" })).status, 404);
});

Deno.test("a refused call with a token is a fact of the history, with its path's template (api section 5)", async () => {
  await using server = new TestServer();
  server.core.failure = new PhoneError("INVALLAMPMODE", `x${"y".repeat(5_000)}`);
  const json = { operation: "setLamp", lamp: 1, mode: "wink" };
  await server.call("POST", "/v1/handles/own-1/requests", { json });
  deepEqual(server.facts, [{
    type: "callRefused",
    token: "t-all",
    address: "127.0.0.1",
    application: "app-1",
    handle: "own-1",
    phone: "virtual:desk-1",
    result: -1879048175,
    code: "PHONEERR_INVALLAMPMODE",
    detail: {
      method: "POST",
      path: "/v1/handles/:handle/requests",
      operation: "setLamp",
      params: ["lamp=1", "mode=wink"],
      status: 422,
      detail: `x${"y".repeat(499)}`,
    },
  }]);
});

Deno.test("a refusal names no handle that is not the caller's", async () => {
  await using server = new TestServer();
  await server.call("GET", "/v1/handles/nobody's/ring");
  const [fact] = server.facts;
  ok(fact?.type === "callRefused");
  equal(fact.handle, undefined);
  equal(fact.code, "PHONEERR_INVALPHONEHANDLE");
});

Deno.test("calls without a valid token are folded into one fact for each address, reason and minute (api section 5)", async () => {
  await using server = new TestServer();
  for (let i = 0; i < 3; i++) await server.call("GET", "/v1/phones", { token: null });
  await server.call("GET", "/v1/phones", { token: null, headers: { authorization: "Bearer wrong" } });
  deepEqual(server.facts, []);
  server.clock.advance(60_000);
  const fact = (reason: string, count: number) => ({
    type: "accessRefused",
    address: "127.0.0.1",
    detail: { reason, count },
  });
  deepEqual(server.facts, [fact("noToken", 3), fact("unknownToken", 1)]);
  await server.call("GET", "/v1/phones", { token: null });
  await server.stop();
  deepEqual(server.facts.slice(2), [fact("noToken", 1)]);
});
