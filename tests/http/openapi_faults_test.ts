import { equal } from "node:assert/strict";
import { PhoneError, type PhoneErrorName } from "../../server/core/contract/errors.ts";
import { AnswerCheck, type OpenApi } from "./support/open_api.ts";
import { TestServer } from "./support/server.ts";

const HANDLE = "/v1/handles/own-1";
const MASKS = { states: [], buttonModes: [], buttonStates: [] };

/** Calls that come down to the core. */
const CALLS: readonly [method: string, path: string, json?: object][] = [
  ["POST", "/v1/applications", { name: "Test" }],
  ["DELETE", "/v1/applications/app-1"],
  ["GET", "/v1/applications/app-1/events"],
  ["GET", "/v1/phones/virtual:desk-1"],
  ["POST", "/v1/applications/app-1/handles", { phone: 0, privilege: "owner" }],
  ["POST", `${HANDLE}/requests`, { operation: "setLamp", lamp: 20, mode: "off" }],
  ["PUT", `${HANDLE}/status-messages`, MASKS],
  ["GET", `${HANDLE}/status-messages`],
  ["GET", `${HANDLE}/status`],
  ["GET", `${HANDLE}/lamps/20`],
  ["GET", `${HANDLE}/data/0`],
  ["DELETE", HANDLE],
];

/** Calls for which the plugin is asked, so that any error of its can be the answer. */
const ASKING = CALLS.filter(([method, path]) => /handles$|(status|20|0)$/.test(path) || method === "PUT");

/** Calls of which the core bounds how many there are. */
const BOUNDED = CALLS.filter(([, path]) => /(requests|handles)$/.test(path));

/** Makes the core fail, and holds what each call is answered against the document. */
async function failWith(failure: Error, { calls, status }: { calls: typeof CALLS; status: number }): Promise<void> {
  await using server = new TestServer();
  const { body: document } = await server.call("GET", "/v1/openapi.json");
  const check = new AnswerCheck(document as unknown as OpenApi);
  server.core.failure = failure;
  for (const [method, path, json] of calls) {
    const { body = null, ...answer } = await server.call(method, path, json ? { json } : {});
    equal(answer.status, status, path);
    check.check({ method, path }, { ...answer, body });
  }
}

Deno.test("what a server at fault answers is documented (api section 2)", async () => {
  await failWith(new Error("the inside"), { calls: CALLS, status: 500 });
});

Deno.test("what a server that cannot work now answers is documented (api section 2)", async () => {
  await failWith(new PhoneError("RESOURCEUNAVAIL"), { calls: CALLS, status: 503 });
});

Deno.test("what is answered when a bound is reached is documented (api section 2)", async () => {
  await failWith(new PhoneError("REQUESTOVERRUN"), { calls: BOUNDED, status: 429 });
});

Deno.test("what a driver that fails is answered as is documented (api section 2)", async () => {
  const failures: [PhoneErrorName, number][] = [["OPERATIONFAILED", 502], ["NODRIVER", 502], ["ALLOCATED", 409]];
  for (const [name, status] of failures) await failWith(new PhoneError(name), { calls: ASKING, status });
  await failWith(new PhoneError(0xC0000001), { calls: ASKING, status: 502 });
});
