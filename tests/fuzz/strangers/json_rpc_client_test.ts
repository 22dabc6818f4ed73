import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  isJSONRPCResponses,
  JSONRPCClient,
  JSONRPCErrorException,
  JSONRPCServer,
  JSONRPCServerAndClient,
} from "json-rpc-2.0";
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import { sharedServer } from "../../harness/shared_server.ts";
import type { RunningServer } from "../../harness/start_server.ts";
import { soon } from "../../harness/soon.ts";

const server = sharedServer();

/** The package `json-rpc-2.0`, which knows nothing of us, on an open socket. */
async function connect({ url, token }: RunningServer) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/socket`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await soon(new Promise((resolve) => socket.onopen = resolve));
  const peer = new JSONRPCServerAndClient(
    new JSONRPCServer(),
    new JSONRPCClient((message: unknown) => socket.send(JSON.stringify(message))),
  );
  socket.onmessage = ({ data }) => void peer.receiveAndSend(JSON.parse(data), undefined, undefined);
  return {
    peer,
    ask: <Result>(method: string, params: object = {}): Promise<Result> =>
      soon(Promise.resolve(peer.request(method, params, undefined))),
    async [Symbol.asyncDispose]() {
      socket.close();
      await soon(closed);
    },
  };
}

Deno.test("a client of JSON-RPC 2.0 that knows nothing of us begins, opens, asks and hears the reply (api section 3)", async () => {
  await using stranger = await connect(server());
  const { ask, peer } = stranger;
  const replied = Promise.withResolvers<PhoneEvent>();
  peer.addMethod("PHONE_REPLY", (event) => replied.resolve(event));

  await ask("phoneInitializeEx", { name: "Stranger" });
  const { handle } = await ask<{ handle: string }>("phoneOpen", { phone: "virtual:desk-1", privilege: "owner" });
  const { requestId } = await ask<{ requestId: number }>("phoneSetLamp", { handle, lamp: 20, mode: "steady" });
  const { seq, at, ...reply } = await soon(replied.promise);
  equal(typeof seq, "number");
  equal(new Date(at).toISOString(), at);
  deepEqual(reply, { type: "PHONE_REPLY", requestId, handle, result: 0, outcome: "succeeded" });
  deepEqual(await ask("phoneGetLamp", { handle, lamp: 20 }), { lamp: 20, mode: "steady" });
  await ask("phoneShutdown");
});

Deno.test("what such a client is refused is an exception with our number and its name", async () => {
  await using stranger = await connect(server());
  const refused = (method: string, { params = {}, ...expected }: { params?: object; code: number; data: unknown }) =>
    rejects(stranger.ask(method, params), (error) => {
      if (!(error instanceof JSONRPCErrorException)) throw error;
      deepEqual({ code: error.code, data: error.data }, expected);
      return true;
    });
  await refused("nothing", { code: -32601, data: undefined });
  await refused("phoneGetPhones", { code: -1879048158, data: { code: "PHONEERR_UNINITIALIZED" } });
  await stranger.ask("phoneInitializeEx", { name: "Stranger" });
  await refused("phoneOpen", {
    params: { phone: "none:none", privilege: "owner" },
    code: -1879048190,
    data: { code: "PHONEERR_BADDEVICEID" },
  });
  await refused("phoneOpen", { params: { phone: 1 }, code: -32602, data: undefined });
  await stranger.ask("phoneShutdown");
});

Deno.test("a batch of such a client is answered as one, whatever is in it (JSON-RPC 2.0, 6)", async () => {
  await using stranger = await connect(server());
  const answers = await soon(Promise.resolve(stranger.peer.requestAdvanced([
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { jsonrpc: "2.0", id: "two", method: "nothing" },
    { jsonrpc: "2.0", id: 3, method: "ping", params: {} },
  ], undefined)));
  equal(isJSONRPCResponses(answers), true);
  deepEqual(answers.map(({ id, result, error }) => [id, error?.code ?? result]), [[1, {}], ["two", -32601], [3, {}]]);
});
