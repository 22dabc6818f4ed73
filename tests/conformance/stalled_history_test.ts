import { deepEqual, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { access, CONTROL, open } from "../http/support/access.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { configuration } from "./support/shared_server.ts";
import { beginOverSocket } from "./support/socket.ts";

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };

/** Keeps the server from writing its history until the end of the block: somebody else holds the database's write lock. */
function stall(data: string): Disposable {
  const database = new DatabaseSync(`${data}/history.db`, { timeout: 5_000 });
  database.exec("begin immediate");
  return { [Symbol.dispose]: () => database.close() };
}

Deno.test("invariant 2 nobody is told of a completion before it is on disk", async () => {
  await using server = await startServer({ config: configuration() });
  await using bench = await makeBench(server);
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await owner.want({ states: ["lamp"] });
  await bench.tell({ do: "plan", call: "setLamp", plans: [{ hold: true }] });
  await bench.tell({ do: "plan", call: "getVolume", plans: [{ release: true }] });
  const requestId = await owner.request(LAMP);
  await bench.until("setLamp");
  {
    using _stalled = stall(server.data);
    equal((await owner.get("volume/handset")).status, 200);
    // The lamp has changed, and what the plugin said afterwards has been heard: all but the reply may be told.
    await application.events.next("PHONE_STATE");
    await owner.status();
    deepEqual(application.events.seen.map(({ type }) => type), ["PHONE_STATE"]);
    equal((await bench.requestRecord(requestId)).state, "dispatched");
  }
  equal((await application.events.next("PHONE_REPLY")).requestId, requestId);
  equal((await bench.requestRecord(requestId)).outcome, "succeeded");
});

Deno.test("invariants 1 and 9 while history cannot be written nothing is accepted nor reaches the plugin, a close still releases the phone, and service resumes", async () => {
  await using server = await startServer({ config: configuration({ bounds: { closeRowsMs: 300 } }) });
  await using bench = await makeBench(server);
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  const record = async () => {
    const { call } = await bench.until("open");
    return [call, ...(await bench.calls()).slice(1)];
  };
  {
    using _stalled = stall(server.data);
    for (const answer of [await owner.ask(LAMP), await application.tryOpen("probe:first", "owner")]) {
      deepEqual([answer.status, answer.body.code, answer.headers.has("retry-after")], [
        503,
        "PHONEERR_RESOURCEUNAVAIL",
        true,
      ]);
    }
    equal((await fetch(`${server.url}/readyz`).then(async (ready) => (await ready.body?.cancel(), ready))).status, 503);
    deepEqual(await record(), ["open"]);
    const closed = await application.call("DELETE", `/v1/handles/${owner.id}`);
    deepEqual([closed.status, closed.body.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
    equal((await owner.get("status")).body.code, "PHONEERR_INVALPHONEHANDLE");
    deepEqual(await record(), ["open", "close"]);
  }
  let opened = await application.tryOpen(bench.phone, "owner");
  while (opened.status === 503) opened = await application.tryOpen(bench.phone, "owner");
  equal(opened.status, 201);
  const { body } = await application.call<{ requests: unknown[] }>("GET", `/v1/requests?phone=${bench.phone}`);
  deepEqual(body.requests, []);
});

Deno.test("invariant 9 while history cannot be written an operator's release still releases the phone and answers 503, and PHONE_CLOSE follows when it can be", async () => {
  await using server = await startServer({ config: configuration({ bounds: { closeRowsMs: 300 } }) });
  await using bench = await makeBench(server);
  const holder = await access(server, CONTROL);
  const released = await open(holder.call, { phone: bench.phone });
  const ended = await open(holder.call, { phone: "probe:first" });
  await using first = await openEvents(holder, released.application);
  await using second = await openEvents(holder, ended.application);
  {
    using _stalled = stall(server.data);
    for (const path of [`/v1/handles/${released.handle}`, `/v1/applications/${ended.application}`]) {
      const { status, body } = await api(server)<{ code: string; detail: string }>("DELETE", path);
      deepEqual([status, body.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
      match(body.detail, /within 300 ms; .* released all the same$/);
    }
    for (const { handle } of [released, ended]) {
      equal((await holder.call("GET", `/v1/handles/${handle}/status`)).status, 404);
    }
    deepEqual((await bench.calls()).at(-1), "close");
    for (const { seen } of [first, second]) equal(seen.some(({ type }) => type === "PHONE_CLOSE"), false);
  }
  equal((await first.next("PHONE_CLOSE")).cause, "operatorRelease");
  equal((await second.next("PHONE_CLOSE")).cause, "operatorRelease");
});

Deno.test("invariant 9 a server whose disk stalls while it starts still listens, and ends in order when it is told to", async () => {
  const data = await Deno.makeTempDir({ prefix: "switchroom_test_" });
  try {
    const token = crypto.randomUUID();
    await (await startServer({ data, token, args: ["--safe"] })).stop();
    using _stalled = stall(data);
    await using server = await startServer({ data, token, args: ["--safe"], untilListening: true });
    equal((await server.stop()).code, 0);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("invariant 4 a request that is accepted and has not gone out when its phone closes is answered and aborted, and the plugin never hears of it", async () => {
  await using server = await startServer({ config: configuration() });
  await using bench = await makeBench(server);
  await using application = await beginOverSocket(server, { name: "test" });
  const { operation: _, ...lamp } = LAMP;
  const open = async () => {
    for (;;) {
      const { result } = await application.ask("phoneOpen", { phone: bench.phone, privilege: "owner" });
      if (result) return { handle: result.handle };
    }
  };
  const closeWhileStalled = async () => {
    const { handle } = await open();
    using _stalled = stall(server.data);
    const [asked, closing] = [
      application.ask("phoneSetLamp", { handle, ...lamp }),
      application.ask("phoneClose", { handle }),
    ];
    // What one socket sends is taken in its order: both are under way when this is answered.
    await application.call("ping");
    return { asked, closing };
  };
  for (;;) {
    const { asked, closing } = await closeWhileStalled();
    const [{ result: accepted }, { result: closed }] = [await asked, await closing];
    // On a busy machine the writer may have given up before it could go on: then the request was refused.
    if (!accepted) continue;
    deepEqual([closed?.lastHandle, closed?.completed], [true, 1]);
    const { outcome, cause, result, dispatchedAt, reply } = await bench.requestRecord(Number(accepted.requestId));
    deepEqual([outcome, cause, result, dispatchedAt, reply], ["aborted", "close", -1879048164, null, "suppressed"]);
    break;
  }
  equal((await bench.calls()).includes("setLamp"), false);
});
