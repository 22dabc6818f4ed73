import { equal, match } from "node:assert/strict";
import fc from "fast-check";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { recordOf, TestServer } from "./support/server.ts";

const RUNS = 3_000;

const segment = fc.oneof(
  fc.constantFrom("app-1", "own-1", "mon-1", "virtual:desk-1", "1", "handset"),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom("%", "%zz", "%ff", "%00", "..", "%2e%2e", "%2F", "", "*", ":handle"),
);

const template = fc.constantFrom(
  "/v1/applications",
  "/v1/applications/$/lease",
  "/v1/applications/$",
  "/v1/applications/$/events",
  "/v1/applications/$/handles",
  "/v1/phones/$",
  "/v1/handles/$",
  "/v1/handles/$/requests",
  "/v1/handles/$/status-messages",
  "/v1/handles/$/lamps/$",
  "/v1/handles/$/volume/$",
  "/v1/handles/$/data/$",
  "/v1/requests",
  "/v1/requests/$",
  "/v1/history/events",
  "/$/$/$",
);

const query = fc.oneof(
  fc.constant(""),
  fc.array(
    fc.tuple(
      fc.constantFrom("limit", "cursor", "from", "state", "size", "phone", "type", "", "__proto__", "%", "x"),
      fc.oneof(fc.constantFrom("5", "b1", "%", "+", "completed", "2026-01-01T00:00:00Z"), segment),
    ).map(([name, value]) => `${name}=${value}`),
    { maxLength: 4 },
  ).map((pairs) => `?${pairs.join("&")}`),
);

/** Bodies that come near to being right, so that what lies behind the first check is reached too. */
const nearly = fc.record({
  operation: fc.oneof(fc.constantFrom(...OPERATIONS), fc.jsonValue()),
  lamp: fc.oneof(fc.double(), fc.jsonValue()),
  mode: fc.oneof(fc.constantFrom("steady", "mic"), fc.double(), fc.jsonValue()),
  devices: fc.oneof(fc.constant(["handset"]), fc.jsonValue()),
  params: fc.oneof(fc.base64String(), fc.jsonValue()),
  name: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()),
  phone: fc.oneof(fc.string(), fc.integer(), fc.jsonValue()),
  privilege: fc.constantFrom("owner", "monitor", "both", 1),
  states: fc.jsonValue(),
}, { requiredKeys: [] });

const body = fc.oneof(
  nearly.map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 20 }),
  fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
);

const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,30}[\x21-\x7e])?$/);

const headers = fc.record({
  "content-type": fc.oneof({ weight: 4, arbitrary: fc.constant("application/json") }, value),
  "prefer": fc.oneof(fc.constantFrom("wait=0", "wait=5", 'wait="', "wait=,", "wait=5, return=minimal"), value),
  "last-event-id": fc.oneof(fc.constantFrom("5", "-1"), value),
  "x-anything": value,
}, { requiredKeys: [] });

Deno.test("nothing that a client sends is answered 500, and every refusal is a problem (SECURITY.md)", async () => {
  await using server = new TestServer();
  server.core.done = () => Promise.resolve(recordOf());
  server.reader.record = recordOf();
  const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH");
  const path = fc.tuple(template, fc.infiniteStream(segment))
    .map(([template, segments]) => template.replaceAll("$", () => segments.next().value));
  const token = fc.constantFrom("t-all" as const, "t-all" as const, "t-monitor" as const, null);
  await fc.assert(
    fc.asyncProperty(fc.record({ method, path, query, headers, body, token }), async (call) => {
      const { method, path, query, headers, body, token } = call;
      const given = method === "GET" || method === "HEAD" ? {} : { body };
      const response = await server.fetch(method, path + query, { token, headers, ...given });
      const text = await response.text();
      equal(server.reported.length, 0, String(server.reported[0]));
      if (response.status < 400 || method === "HEAD") return;
      match(response.headers.get("content-type") ?? "", /^application\/problem\+json$/);
      equal(JSON.parse(text).status, response.status);
    }),
    { numRuns: RUNS },
  );
});
