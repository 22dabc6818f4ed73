import { deepEqual, equal, ok } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { type RpcMessage, TestSocket } from "./support/socket.ts";

const open = (server: { url: string; token: string }) =>
  TestSocket.open(server, { authorization: `Bearer ${server.token}` });

/** A socket whose application owns a phone. */
async function owner(server: { url: string; token: string }) {
  const socket = await open(server);
  const { application } = await socket.ask("phoneInitializeEx", { name: "Socket" });
  const { handle } = await socket.ask("phoneOpen", { phone: "virtual:desk-1", privilege: "owner" });
  return { socket, application: String(application), handle: String(handle) };
}

/** The next message that fits; those before it are passed over. */
async function nextWhere(socket: TestSocket, fits: (message: RpcMessage) => boolean): Promise<RpcMessage> {
  for (;;) {
    const message = await socket.nextOne();
    if (fits(message)) return message;
  }
}

Deno.test("the real server: over the socket", async (t) => {
  await using server = await startServer();

  await t.step("every method does what its name says (api section 3)", async () => {
    const { socket, application, handle } = await owner(server);
    await using _socket = socket;
    const answerTo = async (method: string, params: object = {}) => {
      const id = socket.send(method, params);
      const { result, error } = await nextWhere(socket, (message) => message.id === id);
      equal(error, undefined, method);
      return result as Record<string, unknown>;
    };
    deepEqual(await answerTo("ping"), {});
    const { phones } = await answerTo("phoneGetPhones");
    const [desk] = phones as Record<string, unknown>[];
    const caps = await answerTo("phoneGetDevCaps", { phone: "virtual:desk-1" });
    deepEqual(caps, desk);
    deepEqual(await answerTo("phoneGetDevCaps", { phone: 0 }), caps);
    const masks = { states: ["lamp"], buttonModes: [], buttonStates: [] };
    deepEqual(await answerTo("phoneSetStatusMessages", { handle, ...masks }), masks);
    deepEqual(await answerTo("phoneGetStatusMessages", { handle }), masks);

    const nine: [method: string, params: object][] = [
      ["phoneDevSpecific", { params: btoa(`{"press":12}`) }],
      ["phoneSetButtonInfo", { button: 12, mode: "feature", function: "hold", text: "Hold" }],
      ["phoneSetData", { dataId: 0, data: "AAEC" }],
      ["phoneSetDisplay", { row: 0, column: 0, text: "Hello" }],
      ["phoneSetGain", { device: "handset", gain: 1_000 }],
      ["phoneSetHookSwitch", { devices: ["speaker"], mode: "micSpeaker" }],
      ["phoneSetLamp", { lamp: 20, mode: "wink" }],
      ["phoneSetRing", { mode: 1, volume: 2_000 }],
      ["phoneSetVolume", { device: "handset", volume: 3_000 }],
    ];
    for (const [method, params] of nine) {
      const id = socket.send(method, { handle, ...params, reference: method, deadlineMs: 5_000 });
      const accepted = await nextWhere(socket, (message) => message.id === id || message.method === "PHONE_REPLY");
      equal(accepted.id, id, `${method} was replied to before it was answered, or by another`);
      const { requestId } = accepted.result as { requestId: number };
      const { params: reply } = await nextWhere(socket, (message) => message.method === "PHONE_REPLY");
      equal(reply?.["requestId"], requestId);
      equal(reply?.["reference"], method);
      equal(reply?.["type"], "PHONE_REPLY");
      const record = await answerTo("phoneGetRequest", { requestId });
      equal(record["state"], "completed");
      equal(record["outcome"], reply?.["outcome"]);
      deepEqual(record["application"], { id: application, name: "Socket" });
    }

    const status = await answerTo("phoneGetStatus", { handle });
    equal(status["ownerName"], "Socket");
    deepEqual(await answerTo("phoneGetLamp", { handle, lamp: 20 }), { lamp: 20, mode: "wink" });
    equal((await answerTo("phoneGetButtonInfo", { handle, button: 12 }))["text"], "Hold");
    ok(String((await answerTo("phoneGetDisplay", { handle }))["rows"]).startsWith("Hello"));
    deepEqual(await answerTo("phoneGetRing", { handle }), { mode: 1, volume: 2_000 });
    deepEqual(await answerTo("phoneGetVolume", { handle, device: "handset" }), { device: "handset", volume: 3_000 });
    deepEqual(await answerTo("phoneGetGain", { handle, device: "handset" }), { device: "handset", gain: 1_000 });
    deepEqual(await answerTo("phoneGetHookSwitch", { handle }), { offHook: ["speaker"] });
    equal((await answerTo("phoneGetData", { handle, dataId: 0, size: 3 }))["data"], "AAEC");

    deepEqual(await answerTo("phoneClose", { handle }), { handle, lastHandle: true, completed: 0 });
    deepEqual(await answerTo("phoneShutdown"), {});
    equal((await socket.closed).code, 1000);
  });

  await t.step(
    "a telephony error has its number and its name, and a missing scope is -32001 (api section 2)",
    async () => {
      const { socket, handle } = await owner(server);
      await using _socket = socket;
      const lamp = await socket.call("phoneSetLamp", { handle, lamp: 20, mode: "blue" });
      deepEqual([lamp.error?.code, lamp.error?.data], [-1879048175, { code: "PHONEERR_INVALLAMPMODE" }]);
      const { token } = (await api(server)("POST", "/v1/tokens", {
        body: { name: "Monitor", scopes: ["phones:monitor"] },
      })).body;
      await using monitor = await open({ url: server.url, token: String(token) });
      await monitor.ask("phoneInitializeEx", { name: "Monitor" });
      for (
        const [method, params] of [["phoneOpen", { phone: "virtual:desk-1", privilege: "owner" }], [
          "phoneSetLamp",
          {},
        ]] as const
      ) {
        equal((await monitor.call(method, params)).error?.code, -32001);
      }
      equal((await monitor.call("phoneGetRing", { handle })).error?.data?.code, "PHONEERR_INVALPHONEHANDLE");
      await socket.ask("phoneShutdown");
    },
  );

  await t.step("requests that are sent at once reach the phone in their order (api section 5)", async () => {
    const { socket, handle } = await owner(server);
    await using _socket = socket;
    const text = (i: number) => `line ${i}`.padEnd(10);
    const ids = Array.from(
      { length: 200 },
      (_, i) => socket.send("phoneSetDisplay", { handle, row: 0, column: 0, text: text(i), idempotencyKey: `k${i}` }),
    );
    const requests = new Map<unknown, number>();
    let replies = 0;
    while (requests.size < ids.length || replies < ids.length) {
      const { id, result, method, params } = await socket.nextOne();
      if (id !== undefined) requests.set(id, (result as { requestId: number }).requestId);
      else if (method === "PHONE_REPLY") {
        replies++;
        ok([...requests.values()].includes(Number(params?.["requestId"])), "a reply overtook its answer (R33)");
      }
    }
    const order = ids.map((id) => requests.get(id) ?? 0);
    deepEqual(order, order.toSorted((a, b) => a - b));
    const { rows } = await socket.ask("phoneGetDisplay", { handle });
    ok((rows as string[])[0]?.startsWith(text(199)));
    const again = await socket.ask("phoneSetDisplay", { handle, row: 0, column: 0, text: "x", idempotencyKey: "k7" });
    equal(again["requestId"], order[7]);
    await socket.ask("phoneShutdown");
  });

  await t.step(
    "another stream takes the events over, be it a socket's or not, and this socket is closed with 4001",
    async () => {
      const { socket, application, handle } = await owner(server);
      await using second = await open(server);
      const resumed = await second.ask("resume", { application });
      deepEqual(resumed["handles"], [{ handle, phone: "virtual:desk-1", privilege: "owner" }]);
      deepEqual(await socket.closed, { code: 4001, reason: "resumed elsewhere" });
      const stream = await fetch(`${server.url}/v1/applications/${application}/events`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      equal((await second.closed).code, 4001);
      await stream.body?.cancel();
      await using third = await open(server);
      equal((await third.call("resume", { application, lastEvent: 1e6 })).error?.data?.code, "PHONEERR_INVALPARAM");
      await third.ask("resume", { application });
      await third.ask("phoneShutdown");
    },
  );

  await t.step("a lost socket leaves its application to be resumed, with the lease that it had", async () => {
    const first = await open(server);
    const { application } = await first.ask("phoneInitializeEx", { name: "Short", leaseSeconds: 5 });
    await first[Symbol.asyncDispose]();
    await using second = await open(server);
    equal((await second.ask("resume", { application }))["leaseSeconds"], 5);
  });

  await t.step(
    "revoking a token closes its sockets with 4003, those without an application too (api section 2)",
    async () => {
      const call = api(server);
      const { token, id } = (await call("POST", "/v1/tokens", {
        body: { name: "Short", scopes: ["phones:control", "phones:monitor"] },
      })).body;
      await using socket = await open({ url: server.url, token: String(token) });
      await socket.ask("phoneInitializeEx", { name: "Revoked" });
      await using idle = await open({ url: server.url, token: String(token) });
      equal((await call("DELETE", `/v1/tokens/${id}`)).status, 204);
      deepEqual(await socket.closed, { code: 4003, reason: "the token was revoked" });
      equal((await idle.closed).code, 4003);
    },
  );

  await t.step(
    "a socket is closed with 4006 when the secret that opened it is void, and the application is resumed by the new one; with 4005 when the token has expired",
    async () => {
      const call = api(server);
      const { token, id } = (await call("POST", "/v1/tokens", {
        body: { name: "Rotated", scopes: ["phones:control", "phones:monitor"] },
      })).body;
      await using first = await open({ url: server.url, token: String(token) });
      const { application } = await first.ask("phoneInitializeEx", { name: "Rotated" });
      const rotate = async (body: object) => (await call("POST", `/v1/tokens/${id}/rotate`, { body })).body["token"];
      const second = String(await rotate({ overlapSeconds: 0 }));
      deepEqual(await first.closed, { code: 4006, reason: "the token has another secret now" });
      await using resumed = await open({ url: server.url, token: second });
      equal((await resumed.ask("resume", { application }))["application"], application);
      await using idle = await open({ url: server.url, token: second });
      await rotate({ overlapSeconds: 3_600, expiresAt: new Date(Date.now() + 1_000).toISOString() });
      deepEqual(await resumed.closed, { code: 4005, reason: "the token has expired" });
      equal((await idle.closed).code, 4005);
    },
  );

  await t.step("an operator's release is told to the end, and then the socket is closed", async () => {
    const call = api(server);
    const { token } = (await call("POST", "/v1/tokens", {
      body: { name: "Other", scopes: ["phones:control", "phones:monitor"] },
    })).body;
    const { socket, application } = await owner({ ...server, token: String(token) });
    equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);
    const { params } = await nextWhere(socket, ({ method }) => method === "PHONE_CLOSE");
    equal(params?.["cause"], "operatorRelease");
    equal((await socket.closed).code, 1000);
  });
});

Deno.test("a stop of the real server tells a socket to the end, closes it with 1001 and exits 0 (api section 1)", async () => {
  await using server = await startServer();
  const { socket, handle } = await owner(server);
  await using idle = await open(server);
  await socket.ask("phoneSetStatusMessages", { handle, states: [], buttonModes: [], buttonStates: [] });
  const stopped = server.stop();
  const { params } = await nextWhere(socket, ({ method }) => method === "PHONE_CLOSE");
  equal(params?.["cause"], "serverStop");
  deepEqual(await socket.closed, { code: 1001, reason: "the server is stopping" });
  deepEqual(await idle.closed, { code: 1001, reason: "the server is stopping" });
  equal((await stopped).code, 0);
});
