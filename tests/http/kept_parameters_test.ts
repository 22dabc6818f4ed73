import { deepEqual, equal, match, ok } from "node:assert/strict";
import { keptOf as parametersOf } from "../../server/api/refusals/kept_parameters.ts";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { OPERATION_TABLE } from "../../server/core/contract/operation_table.ts";
import type { Parameter } from "../../server/core/contract/parameter.ts";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { methodName } from "../../server/core/contract/socket.ts";
import type { FactDetail } from "../../server/core/contract/facts.ts";
import { startServer } from "../harness/start_server.ts";
import { TestSocket } from "../socket/support/socket.ts";
import { access, eventsOf, open } from "./support/access.ts";
import { TestServer } from "./support/server.ts";

/** What is told of a call: the operation and the parameters of the newest fact. */
type Kept = Pick<FactDetail<"callRefused">, "operation" | "params">;

/** What nobody may read in the history that wanted it on a phone. */
const PIN = "4711";

async function keptOf(
  server: TestServer,
  { method = "POST", path, json }: { method?: string; path: string; json?: unknown },
): Promise<Kept> {
  const { status } = await server.call(method, path, json === undefined ? {} : { json });
  ok(status >= 400, `${status}`);
  const fact = server.facts.at(-1);
  ok(fact?.type === "callRefused");
  const { operation, params } = fact.detail;
  return { ...(operation && { operation }), ...(params && { params }) };
}

Deno.test("a refused call keeps operation and parameters: numbers and the contract's names with their values, texts, bytes and buttons by their names alone (api section 5)", async () => {
  await using server = new TestServer();
  const path = "/v1/handles/mon-1/requests";
  const asked = {
    devSpecific: { params: btoa(PIN) },
    setButtonInfo: { button: 12, mode: "feature", function: "hold", text: PIN, devSpecific: btoa(PIN) },
    setData: { dataId: 3, data: btoa(PIN) },
    setDisplay: { row: 0, column: 1, text: PIN },
    setGain: { device: "handset", gain: 5 },
    setHookSwitch: { devices: ["handset", "speaker"], mode: "onHook" },
    setLamp: { lamp: 20, mode: "steady" },
    setRing: { mode: 1, volume: 2 },
    setVolume: { device: "speaker", volume: 7 },
  };
  const kept: Record<keyof typeof asked, string[]> = {
    devSpecific: ["params"],
    setButtonInfo: ["button", "mode=feature", "function=hold", "text", "devSpecific"],
    setData: ["dataId=3", "data"],
    setDisplay: ["row=0", "column=1", "text"],
    setGain: ["device=handset", "gain=5"],
    setHookSwitch: ["devices=handset,speaker", "mode=onHook"],
    setLamp: ["lamp=20", "mode=steady"],
    setRing: ["mode=1", "volume=2"],
    setVolume: ["device=speaker", "volume=7"],
  };
  deepEqual(Object.keys(asked).sort(), OPERATIONS.toSorted());
  for (const operation of OPERATIONS) {
    // Refused for what is beside them, so that the operation that a monitor may ask for is refused, too.
    const json = { operation, ...asked[operation], reference: PIN, deadlineMs: "soon", [PIN]: 1 };
    deepEqual(await keptOf(server, { path, json }), {
      operation,
      params: [...kept[operation], "reference", "deadlineMs"],
    });
  }
  ok(!JSON.stringify(server.facts.map((fact) => fact.type === "callRefused" && fact.detail.params)).includes(PIN));
});

Deno.test("what else is called keeps what it wanted: body, path and query, and nothing that nobody knows as a parameter", async () => {
  await using server = new TestServer();
  deepEqual(
    await keptOf(server, {
      path: "/v1/applications/app-1/handles",
      json: { phone: "virtual:desk-1", privilege: "boss", [PIN]: PIN },
    }),
    { params: ["phone=virtual:desk-1", "privilege"] },
  );
  deepEqual(await keptOf(server, { method: "GET", path: "/v1/requests/9041" }), { params: ["requestId=9041"] });
  deepEqual(await keptOf(server, { method: "GET", path: `/v1/handles/own-1/volume/horn?${PIN}=${PIN}` }), {
    params: ["device"],
  });
  deepEqual(
    await keptOf(server, { method: "GET", path: `/v1/requests?phone=virtual:desk-1&limit=0&reference=${PIN}` }),
    { params: ["phone=virtual:desk-1", "limit=0", "reference"] },
  );
  deepEqual(await keptOf(server, { path: "/v1/applications/app-1/handles", json: [PIN] }), {});
});

Deno.test("a refused call keeps nothing that was typed: a value that is no number where one belongs, none of the parameter's own words and no phone is its name alone, and a refusal is kept without its quotations (SECURITY.md, api section 5)", async () => {
  await using server = new TestServer();
  const typed = `PIN${PIN}`;
  const requests = "/v1/handles/own-1/requests";
  const refused: { method?: string; path: string; json?: unknown; kept: string[]; told?: RegExp; noted?: string }[] = [
    {
      path: requests,
      json: { operation: "setHookSwitch", devices: [typed, "handset"], mode: typed },
      kept: ["devices=?,handset", "mode"],
      told: /devices "PIN4711" is not one of/,
      noted: "devices … is not one of handset, speaker, headset",
    },
    { path: requests, json: { operation: "setVolume", device: typed, volume: typed }, kept: ["device", "volume"] },
    { path: requests, json: { operation: "setLamp", lamp: typed, mode: "blink" }, kept: ["lamp", "mode"] },
    { path: requests, json: { operation: "setLamp", lamp: 1, mode: [[typed]] }, kept: ["lamp=1", "mode=?"] },
    {
      path: requests,
      json: { operation: "setButtonInfo", button: 1, mode: "feature", function: typed, text: "" },
      kept: ["button", "mode=feature", "function", "text"],
    },
    {
      path: requests,
      json: { operation: "setLamp", lamp: 1, mode: "off", [typed]: 1 },
      kept: ["lamp=1", "mode=off"],
      told: /unknown field "PIN4711"/,
      noted: "body has an unknown field …",
    },
    { path: "/v1/applications/app-1/handles", json: { phone: typed, privilege: typed }, kept: ["phone", "privilege"] },
    { method: "GET", path: `/v1/requests?phone=${typed}&limit=${typed}`, kept: ["phone", "limit"] },
    {
      method: "GET",
      path: `/v1/history/events?type=${typed}&from=${typed}&plugin=${typed}`,
      kept: ["type", "from", "plugin"],
    },
    { path: "/v1/tokens", json: { name: typed, scopes: [typed, "admin"] }, kept: ["name", "scopes=?,admin"] },
    {
      method: "PUT",
      path: "/v1/handles/own-1/status-messages",
      json: { states: [typed], buttonModes: { [typed]: typed }, buttonStates: [typed, "down"] },
      kept: ["states=?", "buttonModes", "buttonStates=?,down"],
    },
  ];
  // The core of this server takes what it is given: the words are those of the contract's own check.
  for (const { method = "POST", path, json, kept, told, noted } of refused) {
    server.core.failure = contractFailure(json);
    const { status, body } = await server.call(method, path, json === undefined ? {} : { json });
    server.core.failure = undefined;
    ok(status >= 400, `${path}: ${status}`);
    const fact = server.facts.at(-1);
    ok(fact?.type === "callRefused");
    deepEqual(fact.detail.params, kept, path);
    if (told) match((body as { detail: string }).detail, told);
    if (noted !== undefined) equal(fact.detail.detail, noted);
    ok(!JSON.stringify(fact).includes(typed), JSON.stringify(fact));
  }
});

/** What the core refuses of the parameters of an operation; else it is an open. */
function contractFailure(json: unknown): Error | undefined {
  const { operation, ...params } = (json ?? {}) as Record<string, unknown>;
  const name = OPERATIONS.find((name) => name === operation);
  if (name === undefined) return new PhoneError("INVALPRIVILEGE", `privilege "${params["privilege"]}" is neither`);
  for (const [key, { check }] of Object.entries<Parameter>(OPERATION_TABLE[name].parameters)) {
    try {
      check(params[key], key);
    } catch (error) {
      return error instanceof Error ? error : undefined;
    }
  }
  return undefined;
}

/** Parameters of which a refused call keeps nothing among its parameters, and why. */
const NOT_KEPT: Readonly<Record<string, string>> = {
  operation: "it is the operation that the fact tells of",
  application: "it stands in a field of the fact",
  handle: "it stands in a field of the fact",
};

/** A schema of one of the documents, as far as its properties are looked for. */
interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

type Schemas = Readonly<Record<string, Schema>>;

/** The names of what an object of a schema has. */
function propertiesOf(schema: Schema, schemas: Schemas): string[] {
  const { $ref, properties = {}, oneOf = [], anyOf = [], allOf = [] } = schema;
  const named = $ref === undefined ? undefined : schemas[$ref.replace("#/components/schemas/", "")];
  ok($ref === undefined || named, $ref);
  return [
    ...Object.keys(properties),
    ...[...named ? [named] : [], ...oneOf, ...anyOf, ...allOf].flatMap((part) => propertiesOf(part, schemas)),
  ];
}

/** Every parameter of every route and method, with where it is, as the documents say. */
async function everyParameter(server: TestServer): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { body: api } = await server.call("GET", "/v1/openapi.json");
  const { paths, components: { schemas } } = api as unknown as {
    paths: Record<
      string,
      Record<string, {
        parameters?: { name: string; in: string }[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }>
    >;
    components: { schemas: Schemas };
  };
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      const names = [
        ...parameters.filter((one) => one.in !== "header").map(({ name }) => name),
        ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => propertiesOf(schema, schemas)),
      ];
      for (const name of names) found.set(name, `${method} ${path}`);
    }
  }
  const { body: socket } = await server.call("GET", "/v1/asyncapi.json");
  const { components } = socket as unknown as {
    components: { messages: Record<string, { payload?: Schema }>; schemas: Schemas };
  };
  for (const [method, { payload: { properties: { id, params } = {} } = {} }] of Object.entries(components.messages)) {
    // An event has no id, and an answer no parameters.
    if (id && params) { for (const name of propertiesOf(params, components.schemas)) found.set(name, method); }
  }
  return found;
}

Deno.test("every parameter of a route and of a method is one that a refused call keeps, or is known to be left out (api section 5)", async () => {
  await using server = new TestServer();
  const every = await everyParameter(server);
  for (const name of ["phone", "lamp", "leaseSeconds", "limit", "device", "checkpoint", "lastEvent"]) {
    ok(every.has(name), `${name} is not found in the documents: this test looks past something`);
  }
  const isKept = (name: string) =>
    parametersOf({ given: [{ [name]: "x" }] }, { isPhone: () => false }).params?.[0] === name;
  const unknown = [...every].filter(([name]) => !isKept(name) && !Object.hasOwn(NOT_KEPT, name));
  deepEqual(unknown, [], "add it to server/api/refusals/kept_parameters.ts, or here with the reason");
  deepEqual(Object.keys(NOT_KEPT).filter((name) => isKept(name) || !every.has(name)), []);
});

Deno.test("what is kept of a list is bounded", async () => {
  await using server = new TestServer();
  const path = "/v1/handles/own-1/status-messages";
  const json = { states: Array(20).fill("\u001b[31m"), buttonModes: { a: 1 }, buttonStates: [["up"]] };
  deepEqual(await keptOf(server, { method: "PUT", path, json }), {
    params: ["states=?,?,?,?,?,?,?,?,…", "buttonModes", "buttonStates=?"],
  });
});

Deno.test("a refused call keeps the same over a socket, on disk and told by the history of a real server", async () => {
  await using server = await startServer();
  const { id, token, call } = await access(server, { scopes: ["phones:monitor", "phones:control"] });
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${token}` });
  await socket.ask("phoneInitializeEx", { name: "monitor" });
  const { handle } = await socket.ask("phoneOpen", { phone: "virtual:desk-1", privilege: "monitor" });
  equal(
    (await socket.call("phoneSetDisplay", { handle, row: 0, column: 0, text: PIN })).error?.data?.code,
    "PHONEERR_NOTOWNER",
  );
  equal((await socket.call("phoneGetLamp", { handle, lamp: 9_999 })).error?.data?.code, "PHONEERR_INVALBUTTONLAMPID");
  const monitor = await open(call, { privilege: "monitor" });
  const body = { operation: "setDisplay", row: 0, column: 0, text: PIN };
  equal((await call("POST", `/v1/handles/${monitor.handle}/requests`, { body })).status, 403);
  // It waits for its row, which stands behind those of the refusals.
  await call("DELETE", `/v1/handles/${monitor.handle}`);
  const facts = (await eventsOf(server, "callRefused")).reverse();
  deepEqual(
    facts.map(({ token, address, phone, detail: { method, operation, params } }) => [
      [token, address, phone],
      method,
      operation,
      params,
    ]),
    [
      [[id, "127.0.0.1", "virtual:desk-1"], methodName("setDisplay"), "setDisplay", ["row=0", "column=0", "text"]],
      [[id, "127.0.0.1", "virtual:desk-1"], "phoneGetLamp", undefined, ["lamp=9999"]],
      [[id, "127.0.0.1", "virtual:desk-1"], "POST", "setDisplay", ["row=0", "column=0", "text"]],
    ],
  );
  ok(!JSON.stringify(facts).includes(PIN));
  equal(OPERATION_TABLE.setDisplay.parameters.text.kind, "text");
});
