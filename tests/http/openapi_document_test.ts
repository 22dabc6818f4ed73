import { deepEqual, equal, match } from "node:assert/strict";
import { type Schema, Validator } from "@cfworker/json-schema";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { faultsOf, type Published } from "./support/json_schema.ts";
import { TestServer } from "./support/server.ts";

const PATH = "/v1/openapi.json";

/** The rules that are not kept, and where. */
const ALLOWED = [
  // 101 is what an upgrade is answered.
  "operation-2xx-response #/paths/~1v1~1socket/get/responses",
  // Neither takes anything that could be wrong.
  "operation-4xx-response #/paths/~1healthz/get/responses",
  "operation-4xx-response #/paths/~1readyz/get/responses",
];

async function readDocument(): Promise<{ text: string; document: Published & Record<string, unknown> }> {
  await using server = new TestServer();
  const response = await server.fetch("GET", PATH);
  const text = await response.text();
  return { text, document: JSON.parse(text) };
}

Deno.test("the OpenAPI document is given to any token, and to no caller without one (api section 2)", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("GET", PATH, { token: "t-nothing" });
  equal(status, 200);
  equal(headers.get("content-type"), "application/json");
  match(String(body?.["openapi"]), /^3\.1\./);
  equal((await server.call("GET", PATH, { token: null })).status, 401);
});

Deno.test("the OpenAPI document passes the recommended rules of Redocly's linter", async () => {
  const { text } = await readDocument();
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source: text, absoluteRef: "openapi.json", config });
  deepEqual(problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`), ALLOWED);
});

Deno.test("every example in the OpenAPI document is what its schema says", async () => {
  const { document } = await readDocument();
  const { examples } = document.components as unknown as { examples: Record<string, { value: unknown }> };
  const named = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
    (schema["examples"] as unknown[] ?? []).map((example) => ({ name, schema, example }))
  );
  const problems = Object.entries(examples).map(([name, { value }]) => ({
    name,
    schema: { $ref: "#/components/schemas/Problem" } satisfies Schema,
    example: value,
  }));
  for (const { name, schema, example } of [...named, ...problems]) {
    deepEqual(faultsOf(example, { schema, document }), [], name);
  }
});

Deno.test("clients may be sent fields that the OpenAPI document does not name, and these tests would tell (api, its head)", async () => {
  const { document } = await readDocument();
  const schema: Schema = { $ref: "#/components/schemas/RequestRecord" };
  const [example] = document.components.schemas["RequestRecord"]?.["examples"] as object[];
  const newer = { ...example, application: { id: "a", name: "b", colour: "blue" } };
  equal(new Validator({ ...schema, components: document.components }, "2020-12").validate(newer).valid, true);
  match(String(faultsOf(newer, { schema, document })), /colour/);
});
