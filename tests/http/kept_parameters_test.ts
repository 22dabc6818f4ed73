import { deepEqual, equal, ok } from "node:assert/strict";
import { OPERATION_TABLE } from "../../server/core/contract/operation_table.ts";
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
      params: [...kept[operation], "reference", "deadlineMs=soon"],
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
    { params: ["phone=virtual:desk-1", "privilege=boss"] },
  );
  deepEqual(await keptOf(server, { method: "GET", path: "/v1/requests/9041" }), { params: ["requestId=9041"] });
  deepEqual(await keptOf(server, { method: "GET", path: `/v1/handles/own-1/volume/horn?${PIN}=${PIN}` }), {
    params: ["device=horn"],
  });
  deepEqual(
    await keptOf(server, { method: "GET", path: `/v1/requests?phone=virtual:desk-1&limit=0&reference=${PIN}` }),
    { params: ["phone=virtual:desk-1", "limit=0", "reference"] },
  );
  deepEqual(await keptOf(server, { path: "/v1/applications/app-1/handles", json: [PIN] }), {});
});

Deno.test("what is kept of a parameter is bounded, and cannot give orders", async () => {
  await using server = new TestServer();
  const path = "/v1/handles/own-1/status-messages";
  const json = {
    states: Array(20).fill(`\u001b[31m${"x".repeat(500)}`),
    buttonModes: { a: 1 },
    buttonStates: [[1]],
  };
  const { params } = await keptOf(server, { method: "PUT", path, json });
  equal(params?.length, 3);
  const [states = "", ...others] = params ?? [];
  deepEqual(others, ["buttonModes", "buttonStates=?"]);
  ok(states.startsWith("states=\\u001b[31mxxx") && states.endsWith(",…") && states.length < 700, states);
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
