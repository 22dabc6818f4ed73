import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Scope, SCOPES } from "../../server/access/mod.ts";
import { startServer } from "../harness/start_server.ts";
import { access, open } from "./support/access.ts";
import { TestServer } from "./support/server.ts";

/** Every call that wants a token, and the scope that api.md section 2 gives it; null = any token will do. */
const CALLS: Record<string, Scope | null> = {
  "POST /v1/applications": "phones:monitor",
  "GET /v1/applications": "admin",
  "POST /v1/applications/{application}/lease": "phones:monitor",
  "DELETE /v1/applications/{application}": "phones:monitor",
  "GET /v1/applications/{application}/events": "phones:monitor",
  "POST /v1/applications/{application}/handles": "phones:monitor",
  "GET /v1/phones": "phones:monitor",
  "GET /v1/phones/{phone}": "phones:monitor",
  "DELETE /v1/handles/{handle}": "phones:monitor",
  "PUT /v1/handles/{handle}/status-messages": "phones:monitor",
  "GET /v1/handles/{handle}/status-messages": "phones:monitor",
  "POST /v1/handles/{handle}/requests": "phones:control",
  "GET /v1/handles/{handle}/status": "phones:monitor",
  "GET /v1/handles/{handle}/hookswitch": "phones:monitor",
  "GET /v1/handles/{handle}/ring": "phones:monitor",
  "GET /v1/handles/{handle}/display": "phones:monitor",
  "GET /v1/handles/{handle}/volume/{device}": "phones:monitor",
  "GET /v1/handles/{handle}/gain/{device}": "phones:monitor",
  "GET /v1/handles/{handle}/lamps/{id}": "phones:monitor",
  "GET /v1/handles/{handle}/buttons/{id}": "phones:monitor",
  "GET /v1/handles/{handle}/data/{id}": "phones:monitor",
  "GET /v1/requests": null,
  "GET /v1/requests/{requestId}": null,
  "GET /v1/history/events": "history:read",
  "GET /v1/history/export": "history:read",
  "GET /v1/history/checkpoint": "history:read",
  "POST /v1/history/verify": "history:read",
  "POST /v1/tokens": "admin",
  "GET /v1/tokens": "admin",
  "POST /v1/tokens/{id}/rotate": "admin",
  "DELETE /v1/tokens/{id}": "admin",
  "GET /v1/plugins": "admin",
  "POST /v1/plugins/{plugin}/start": "admin",
  "POST /v1/plugins/{plugin}/stop": "admin",
  "POST /v1/plugins/{plugin}/reload": "admin",
  "GET /v1/plugins/{plugin}/logs": "admin",
  "GET /metrics": "metrics",
  "GET /v1/socket": "phones:monitor",
  "POST /v1/session": "phones:monitor",
  "DELETE /v1/session": null,
  "GET /v1/openapi.json": null,
  "GET /v1/asyncapi.json": null,
};

const WITHOUT_TOKEN = ["GET /healthz", "GET /readyz"];

type Document = { paths: Record<string, Record<string, { security?: { bearer?: string[] }[] }>> };

Deno.test("every route has the scope that api section 2 gives it, and says so in its description", async () => {
  await using server = new TestServer();
  const { paths } = (await server.call("GET", "/v1/openapi.json")).body as unknown as Document;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({ call: `${method.toUpperCase()} ${path}`, security }))
  );
  const [there, expected] = [described.map(({ call }) => call), [...Object.keys(CALLS), ...WITHOUT_TOKEN]];
  deepEqual(there.filter((call) => !expected.includes(call)), []);
  deepEqual(expected.filter((call) => !there.includes(call)), []);
  for (const { call, security } of described) {
    const scope = CALLS[call];
    const scopes = WITHOUT_TOKEN.includes(call) ? undefined : scope ? [scope] : [];
    deepEqual(security?.[0]?.bearer, scopes, call);
  }
});

for (const scope of [...SCOPES, undefined]) {
  Deno.test(`a token with ${scope ?? "no scope"} may make exactly the calls that api section 2 gives it; the others are 403`, async () => {
    await using server = new TestServer();
    // A token has one scope at least: the one with none is among those of the test server.
    const made = scope && await server.call("POST", "/v1/tokens", { json: { name: "one", scopes: [scope] } });
    const secret = made?.body?.["token"];
    for (const [call, needed] of Object.entries(CALLS)) {
      const [method = "", path = ""] = call.split(" ");
      const response = await server.fetch(method, path.replaceAll(/[{}]/g, ""), {
        ...(secret === undefined
          ? { token: "t-nothing" }
          : { token: null, headers: { authorization: `Bearer ${secret}` } }),
        // No shape at all, so that nothing is done by those who may.
        ...(method === "POST" || method === "PUT" ? { json: 0 } : {}),
      });
      const { status, headers } = response;
      const text = await response.text();
      if (needed === null || scope === needed || scope === "admin") {
        ok(status !== 401 && status !== 403, `${call} is ${status} with ${scope}`);
      } else {
        equal(status, 403, `${call} with ${scope}`);
        equal(JSON.parse(text).type, "urn:switchroom:problem:missing-scope");
        match(
          headers.get("www-authenticate") ?? "",
          new RegExp(`^Bearer error="insufficient_scope", scope="${needed}"$`),
        );
      }
    }
    // Nothing was asked of the core by a call that was refused, but whether the phone that it named is there.
    if (scope === undefined) deepEqual(server.core.calls.filter(([name]) => name !== "phone"), []);
  });
}

Deno.test("opening as owner needs phones:control (api section 2)", async () => {
  await using server = await startServer();
  const { call } = await access(server, { scopes: ["phones:monitor"] });
  const { application } = await open(call, { phone: "virtual:desk-1", privilege: "monitor" });
  const { status, headers } = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: "virtual:desk-1", privilege: "owner" },
  });
  equal(status, 403);
  match(headers.get("www-authenticate") ?? "", /scope="phones:control"/);
});
