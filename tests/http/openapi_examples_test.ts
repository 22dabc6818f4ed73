/**
 * The examples of the OpenAPI document, held against what a server that was just started answers: whoever reads them
 * takes them for what comes.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { isErrorValue } from "../../server/core/contract/errors.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";

/** What differs from server to server, by its form. */
const FORMS: readonly [form: string, pattern: RegExp][] = [
  ["a time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ["a token's id", /^t-[0-9a-f]{12}$/],
  ["a secret", /^sr_[\w-]{43}$/],
  ["an id", /^[\w-]{22}$/],
  ["a history's id", /^[0-9a-f]{32}$/],
  ["a hash", /^[0-9a-f]{64}$/],
  ["a changed row", /^row \d+ is not the one that was written$/],
];
const COUNTED = ["seq", "requestId", "block", "row", "blocks", "records", "durationMs"];

/** A value with what differs from server to server in words. */
function formOf(value: unknown, key = ""): unknown {
  if (COUNTED.includes(key)) return typeof value === "number" ? "a number" : value;
  if (typeof value === "string") return FORMS.find(([, pattern]) => pattern.test(value))?.[0] ?? value;
  if (Array.isArray(value)) return value.map((item) => formOf(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, formOf(inner, name)]));
}

Deno.test("every example in the OpenAPI document can be sent, or is what a fresh server answers", async () => {
  await using server = await startServer();
  const call = api(server);
  const { body: document } = await call<{ components: { schemas: Record<string, { examples?: unknown[] }> } }>(
    "GET",
    "/v1/openapi.json",
  );
  const { schemas } = document.components;
  const left = new Set(Object.keys(schemas).filter((name) => schemas[name]?.examples !== undefined));
  const exampleOf = <Example = Record<string, unknown>>(name: string): Example => {
    left.delete(name);
    return schemas[name]?.examples?.[0] as Example;
  };
  const holds = (name: string, answer: unknown) => deepEqual(formOf(answer), formOf(exampleOf(name)), name);
  const get = async (path: string) => (await call("GET", path)).body;

  holds("Readiness", await fetch(`${server.url}/readyz`).then((answer) => answer.json()));
  holds(
    "HistoryEvent",
    (await call<{ events: unknown[] }>("GET", "/v1/history/events?type=serverStarted")).body.events[0],
  );
  holds("MadeToken", (await call("POST", "/v1/tokens", { body: exampleOf("NewToken") })).body);
  const { tokens: [, token] } = (await call<{ tokens: unknown[] }>("GET", "/v1/tokens")).body;
  holds("TokenList", { tokens: [token] });
  const { id } = token as { id: string };
  equal((await call("POST", `/v1/tokens/${id}/rotate`, { body: exampleOf("TokenRotation") })).status, 200);

  const started = (await call("POST", "/v1/applications", { body: exampleOf("NewApplication") })).body;
  holds("StartedApplication", started);
  const handles = `/v1/applications/${started["application"]}/handles`;
  const opened = (await call("POST", handles, { body: exampleOf("NewHandle") })).body;
  holds("OpenedHandle", opened);
  const handle = `/v1/handles/${opened["handle"]}`;
  holds("Masks", (await call("PUT", `${handle}/status-messages`, { body: exampleOf("NewMasks") })).body);

  const names = [...left].filter((name) => exampleOfOperation(schemas[name]?.examples?.[0]));
  equal(names.length, 9);
  for (const name of names) {
    const { status, body } = await call<{ outcome: string; operation: string }>("POST", `${handle}/requests`, {
      body: exampleOf(name),
      headers: { prefer: "wait=10" },
    });
    deepEqual([status, body.outcome], [200, "succeeded"], name);
    if (body.operation !== "setLamp") continue;
    // The example's application has a token of its own, ours is the first admin's.
    holds("RequestRecord", { ...body, token: "t-0123456789ab", tokenName: "front desk" });
  }
  const accepted = await call("POST", `${handle}/requests`, {
    body: { operation: "setLamp", lamp: 20, mode: "steady" },
  });
  holds("AcceptedRequest", accepted.body);
  const minimal = await call("POST", `${handle}/requests`, {
    body: { operation: "setLamp", lamp: 20, mode: "steady" },
    headers: { prefer: "wait=10, return=minimal" },
  });
  holds("CompletedRequest", minimal.body);
  const person = { operation: "devSpecific", params: btoa('{"hook":{"device":"handset","mode":"micSpeaker"}}') };
  for (const operation of [person, { operation: "setHookSwitch", devices: ["speaker"], mode: "onHook" }]) {
    await call("POST", `${handle}/requests`, { body: operation, headers: { prefer: "wait=10" } });
  }
  holds("Lamp", await get(`${handle}/lamps/20`));
  holds("HookSwitch", await get(`${handle}/hookswitch`));
  holds("Ring", await get(`${handle}/ring`));
  holds("Volume", await get(`${handle}/volume/handset`));
  holds("Gain", await get(`${handle}/gain/handset`));
  holds("ButtonInfo", await get(`${handle}/buttons/12`));
  holds("Data", await get(`${handle}/data/0?size=4`));
  holds("ClosedHandle", (await call("DELETE", handle)).body);

  holds("Checkpoint", await get("/v1/history/checkpoint"));
  holds("Verdict", (await call("POST", "/v1/history/verify", { body: {} })).body);

  // Seals what stands there: what is changed now is not as its block says.
  tamper(server.data, "update fact set plugin = 'other' where seq = (select min(seq) from fact)");
  const { events } = (await call<{ events: { damaged?: unknown }[] }>("GET", "/v1/history/events?limit=500")).body;
  const damaged = events.find((event) => event.damaged !== undefined)?.damaged;
  holds("Damage", damaged);
  for (const name of ["DamagedEvent", "DamagedRecord"]) {
    deepEqual(formOf(damaged), formOf(exampleOf<{ damaged: unknown }>(name).damaged), name);
  }

  for (const value of schemas["Result"]?.examples as number[]) equal(value === 0 || isErrorValue(value), true);
  exampleOf("Result");
  equal((await call("GET", `/v1/phones/${exampleOf<string>("PhoneName")}`)).status, 200);
  for (const [name, form] of [["Time", "a time"], ["TokenId", "a token's id"]] as const) {
    equal(formOf(exampleOf(name)), form);
  }
  for (const name of ["ApplicationId", "HandleId"]) match(exampleOf<string>(name), /^[\w-]{22}$/);
  deepEqual([...left], [], "an example that nothing here holds true");
});

function tamper(data: string, sql: string): void {
  using database = new DatabaseSync(`${data}/history.db`, { timeout: 30_000 });
  database.exec(`drop trigger fact_is_never_changed; ${sql}`);
}

/** Whether an example is what one of the nine operations is asked with. */
function exampleOfOperation(example: unknown): boolean {
  return typeof example === "object" && example !== null && "operation" in example && !("requestId" in example);
}
