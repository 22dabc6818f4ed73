import { deepEqual } from "node:assert/strict";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { makeBench } from "../conformance/support/bench.ts";
import { configuration } from "../conformance/support/shared_server.ts";
import { methodName } from "../../server/core/contract/socket.ts";
import { METHODS } from "../../server/socket/methods.ts";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { type AsyncApi, MessageCheck } from "./support/async_api.ts";
import { OPERATIONS } from "../http/support/good_use.ts";
import { TestServer } from "../http/support/server.ts";
import { type Message, openSocket, type SocketClient } from "./support/socket_client.ts";

const PATH = "/v1/asyncapi.json";

/** Every type of event (api section 4). */
const TYPES: PhoneEvent["type"][] = [
  "GAP",
  "PHONE_BUTTON",
  "PHONE_CLOSE",
  "PHONE_CREATE",
  "PHONE_DEVSPECIFIC",
  "PHONE_REMOVE",
  "PHONE_REPLY",
  "PHONE_STATE",
];

Deno.test("the AsyncAPI document passes the recommended rules of Redocly's linter", async () => {
  await using server = new TestServer();
  const source = await (await server.fetch("GET", PATH)).text();
  const config = await createConfig({ extends: ["recommended"] });
  deepEqual(await lintFromString({ source, absoluteRef: "asyncapi.json", config }), []);
});

Deno.test("events of every type are what the AsyncAPI document says (api section 4)", async () => {
  await using server = await startServer({ config: configuration({ bounds: { eventBytes: 1_024 } }) });
  await using bench = await makeBench(server);
  const { body: document } = await bench.controller.call<AsyncApi>("GET", PATH);
  const check = new MessageCheck(document);

  const application = await bench.application();
  const { events } = application;
  const handle = await application.open(bench.phone);
  await handle.want({ states: ["other"], buttonModes: ["feature"], buttonStates: ["down", "up"] });
  await handle.perform({ operation: "setLamp", lamp: 99, mode: "steady", reference: "a lamp that is not there" });
  await events.next("PHONE_REPLY");
  await bench.tell({ do: "state", states: ["other"] });
  await bench.tell({ do: "button", button: 0, mode: "feature", state: "down" });
  await bench.tell({ do: "devSpecific", text: "ding" });
  await bench.tell({ do: "add", phone: "another" });
  await bench.tell({ do: "forceClose" });
  await events.next("PHONE_CLOSE");
  await bench.tell({ do: "remove", phone: "another" });
  await events.next("PHONE_REMOVE");
  await using late = await openEvents(server, bench.controller.id, { lastEventId: 0 });
  await late.next("GAP");

  for (const event of [events, bench.controller.events, late].flatMap(({ seen }) => seen)) {
    check.check(event.type, event);
  }
  deepEqual([...check.seen].sort(), TYPES);
});

Deno.test("every method of the socket is called and answered as the AsyncAPI document says (api section 3)", async () => {
  await using server = await startServer();
  const { body: document } = await api(server)<AsyncApi>("GET", PATH);
  const check = new MessageCheck(document);
  const asked = new Map<unknown, string>();
  const hold = (message: Message, from: "client" | "server") => {
    const method = String(message["method"]);
    if (from === "client") asked.set(message["id"], method);
    if (from === "client") check.check(method, message);
    else if ("method" in message) check.check(`${method}.notification`, message);
    else check.check("error" in message ? "failure" : `${asked.get(message["id"])}.answer`, message);
  };

  let application: unknown;
  {
    await using socket = await openSocket(server, hold);
    ({ application } = resultOf(await socket.call("phoneInitializeEx", { name: "Test" })));
    await useMethods(socket);
  }
  await using socket = await openSocket(server, hold);
  await socket.call("resume", { application, lastEvent: 0 });
  await socket.call("phoneShutdown");

  const methods = methodsIn(document);
  const messages = [...methods, ...methods.map((name) => `${name}.answer`), "failure"];
  deepEqual(messages.filter((name) => !check.seen.has(name)), []);
});

Deno.test("every method that the socket knows is in the AsyncAPI document", async () => {
  await using server = new TestServer();
  const { body } = await server.call("GET", PATH);
  const documented = methodsIn(body as unknown as AsyncApi);
  deepEqual(documented.sort(), [...METHODS.keys()].sort());
});

function methodsIn({ operations }: AsyncApi): string[] {
  return Object.entries(operations).filter(([, { action }]) => action === "receive").map(([name]) => name);
}

function resultOf({ result }: Message): Record<string, unknown> {
  return result as Record<string, unknown>;
}

async function useMethods({ call, until }: SocketClient): Promise<void> {
  await call("ping");
  await call("phoneGetPhones");
  await call("phoneGetDevCaps", { phone: 0 });
  const { handle } = resultOf(await call("phoneOpen", { phone: "virtual:desk-1", privilege: "owner" }));
  await call("phoneOpen", { phone: "virtual:desk-1", privilege: "owner" });
  await call("phoneSetStatusMessages", { handle, states: ["lamp"], buttonModes: [], buttonStates: [] });
  await call("phoneGetStatusMessages", { handle });
  for (const { operation, ...params } of OPERATIONS) {
    await call(methodName(operation), { handle, ...params });
    await call(methodName(operation), { handle, ...params, return: "minimal" });
  }
  const { requestId } = resultOf(await call("phoneSetLamp", { handle, lamp: 12, mode: "flash", reference: "last" }));
  await until(({ method, params }) =>
    method === "PHONE_REPLY" && (params as { requestId: unknown }).requestId === requestId
  );
  await call("phoneGetRequest", { requestId });
  for (const getter of ["getStatus", "getHookSwitch", "getRing", "getDisplay"] as const) {
    await call(methodName(getter), { handle });
  }
  for (const getter of ["getVolume", "getGain"] as const) await call(methodName(getter), { handle, device: "handset" });
  await call("phoneGetLamp", { handle, lamp: 12 });
  await call("phoneGetButtonInfo", { handle, button: 12 });
  await call("phoneGetData", { handle, dataId: 0, size: 4 });
  await call("phoneClose", { handle });
}
