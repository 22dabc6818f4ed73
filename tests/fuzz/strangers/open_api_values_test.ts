import { deepEqual, ok } from "node:assert/strict";
import { createGeneratorSync, type JsonSchema } from "json-schema-faker";
import { api } from "../../harness/api.ts";
import { startServer } from "../../harness/start_server.ts";
import { type OpenApi, type Route, routesOf } from "../../http/support/open_api.ts";
import { open } from "../../http/support/access.ts";
import { DocumentedAnswers } from "../world/documented.ts";

const ROUNDS = 20;
/** With another one some calls may have no luck: see LUCK. */
const SEED = 2;

/** What there is, or an earlier answer has given: no generator can make it up. */
const KNOWN = { phone: "virtual:desk-1", plugin: "virtual", cursor: "bz" };

/** What only an operator does, and what must stay as it is so that the other calls have something to call. */
const LEFT_OUT = /^(stopPlugin|startPlugin|reloadPlugin|closeHandle|endApplication|openSocket)$/;

/** What succeeds only for a number or name that there is. */
const LUCK = /^(getLamp|getButtonInfo|getData|readRequest|rotateToken|revokeToken|openPhone)$/;

Deno.test("what a generator that knows nothing of us makes of the OpenAPI document is answered as it says (api section 2)", async () => {
  await using server = await startServer();
  const call = api(server);
  const { body: document } = await call<OpenApi>("GET", "/v1/openapi.json");
  const answers = new DocumentedAnswers(document);
  const { application, handle } = await open(call);
  const generator = createGeneratorSync({ seed: SEED });
  const value = (schema: object) =>
    generator.generate({ ...schema, components: document.components } as unknown as JsonSchema);
  const taken = new Set<string>();

  for (let round = 0; round < ROUNDS; round++) {
    for (const route of routesOf(document)) {
      const { operationId, requestBody } = route.operation;
      if (LEFT_OUT.test(operationId)) continue;
      const path = pathOf(route, { value, known: { ...KNOWN, application, handle } });
      const sent = toCome(requestBody && value(requestBody.content["application/json"].schema as object));
      const response = await fetch(server.url + path, {
        method: route.method,
        headers: {
          authorization: `Bearer ${server.token}`,
          ...sent !== undefined && { "content-type": "application/json" },
        },
        ...sent !== undefined && { body: JSON.stringify(sent) },
      });
      const { status, headers } = response;
      const endless = headers.get("content-type") === "text/event-stream";
      const text = endless ? undefined : await response.text();
      if (endless) await response.body?.cancel();
      const words = `${operationId} ${path} ${JSON.stringify(sent)} ${status} ${text}`;
      answers.check({ method: route.method, route: route.path }, { status, headers, text });
      // What fits the document is never malformed: a value may be one that telephony does not know, and that has names of its own.
      const { type } = status === 400 ? JSON.parse(text ?? "{}") : { type: "" };
      ok(type !== "urn:switchroom:problem:bad-request", words);
      if (status < 300) taken.add(operationId);
    }
  }
  const never = routesOf(document).map(({ operation }) => operation.operationId)
    .filter((id) => !LEFT_OUT.test(id) && !LUCK.test(id) && !taken.has(id));
  deepEqual(never, []);
});

/** With an end that is to come: no document can say that of a time. */
function toCome(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null || !("expiresAt" in sent) || sent.expiresAt === null) return sent;
  return { ...sent, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
}

function pathOf(
  { path, operation }: Route,
  { value, known }: { value: (schema: object) => unknown; known: Record<string, string> },
): string {
  const query = new URLSearchParams();
  let filled = path;
  for (
    const { name, in: place, required, schema } of operation
      .parameters as (Route["operation"]["parameters"][number] & { schema: object })[]
  ) {
    const made = known[name] ?? String(value(schema));
    // A path with nothing between two slashes is another path.
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(made) || "-");
    else if (place === "query" && (required || made.length % 2 === 0)) query.set(name, made);
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}
