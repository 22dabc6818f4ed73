import { deepEqual, equal, ok } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { type Asked, beginApplication } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { configuration } from "./support/shared_server.ts";

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const LOGGING = { plugins: [{ name: "logging", source: "probe", config: { log: true } }] };

Deno.test("R79 Q23 an orderly end closes every open phone before its plugin is stopped, completes, replies, then PHONE_CLOSE, and exits 0", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using server = await startServer({ data, config: configuration(LOGGING) });
    await using bench = await makeBench(server, { plugin: "logging" });
    const [a, b] = [await bench.application(), await bench.application()];
    const owner = await a.open(bench.phone);
    const monitor = await b.open(bench.phone, "monitor");
    const plans = [{ hold: true }, { hold: true, onAbort: "fulfil" as const }];
    await bench.tell({ do: "plan", call: "setLamp", plans });
    const [aborted, fulfilled] = [await owner.request(LAMP), await owner.request(LAMP)];
    await bench.until("setLamp", 2);

    const { code } = await server.stop();
    equal(code, 0, server.output());

    for (const application of [a, b]) await application.events.ended;
    deepEqual(
      a.events.seen.map((event) =>
        event.type === "PHONE_REPLY"
          ? [event.requestId, event.outcome, event.cause]
          : event.type === "PHONE_CLOSE" && [event.handle, event.cause]
      ),
      [[aborted, "aborted", "serverStop"], [fulfilled, "succeeded", undefined], [owner.id, "serverStop"]],
    );
    deepEqual(
      b.events.seen.map((event) => event.type === "PHONE_CLOSE" && [event.handle, event.cause]),
      [[monitor.id, "serverStop"]],
    );
    const logged = [...server.output().matchAll(/record (close|stop) (\S*)/g)].map(([, call, phone]) => [call, phone]);
    deepEqual(logged, [["close", bench.id], ["stop", ""]]);

    await using again = await startServer({ data, token: server.token, config: configuration() });
    const call = api(again);
    const records = await Promise.all([aborted, fulfilled].map((id) => call("GET", `/v1/requests/${id}`)));
    deepEqual(records.map(({ body }) => [body.outcome, body.cause, body.reply]), [
      ["aborted", "serverStop", "sent"],
      ["succeeded", undefined, "sent"],
    ]);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("R79 while the phones are being closed nothing new is taken, and a close that does not end cannot keep the server", async () => {
  await using server = await startServer({ config: configuration({ ...LOGGING, bounds: { closeMs: 1_000 } }) });
  await using bench = await makeBench(server, { plugin: "logging" });
  const application = await bench.application();
  const owner = await application.open(bench.phone);
  await application.open("probe:first");
  await bench.tell({ do: "plan", call: "close", plans: [{ hold: true }] });
  const stopped = server.stop();
  await application.events.next("PHONE_CLOSE", ({ phone }) => phone === "probe:first");
  const late = [
    await application.call("POST", "/v1/applications", { body: { name: "late" } }),
    await application.tryOpen("probe:first", "monitor"),
  ];
  deepEqual(late.map(({ status, body }) => [status, body.code]), [
    [503, "PHONEERR_RESOURCEUNAVAIL"],
    [503, "PHONEERR_RESOURCEUNAVAIL"],
  ]);
  equal((await stopped).code, 0, server.output());
  await application.events.next("PHONE_CLOSE", ({ handle, cause }) => handle === owner.id && cause === "serverStop");
});

Deno.test("R26 invariant 7 after kill -9 every request that was accepted and not completed is lost, and its id never comes again", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using killed = await startServer({ data, config: configuration() });
    await using bench = await makeBench(killed);
    const application = await beginApplication(killed, "doomed");
    const owner = await application.open(bench.phone);
    const before = await owner.perform(LAMP);
    await bench.tell({ do: "plan", call: "setLamp", plans: Array.from({ length: 3 }, () => ({ hold: true })) });
    const open = [await owner.request(LAMP), await owner.request(LAMP), await owner.request(LAMP)];
    await bench.until("setLamp", 4);
    equal((await killed.kill()).signal, "SIGKILL");
    for (const { events } of [application, bench.controller]) await events[Symbol.asyncDispose]();

    await using server = await startServer({ data, token: killed.token, config: configuration() });
    const call = api(server);
    for (const requestId of open) {
      const { body } = await call("GET", `/v1/requests/${requestId}`);
      deepEqual([body.state, body.outcome, body.result, body.code, body.cause, body.reply], [
        "completed",
        "lost",
        -1879048164,
        "PHONEERR_OPERATIONFAILED",
        "serverRestart",
        "suppressed",
      ]);
    }
    const { body: kept } = await call("GET", `/v1/requests/${before.requestId}`);
    deepEqual([kept.outcome, kept.completedAt], ["succeeded", before.completedAt]);
    // Ids of applications and handles do not outlive the server.
    equal((await call("GET", `/v1/handles/${owner.id}/status`)).body.code, "PHONEERR_INVALPHONEHANDLE");
    equal((await call("POST", `/v1/applications/${application.id}/lease`)).body.code, "PHONEERR_INVALAPPHANDLE");
    await using next = await beginApplication(server, "next");
    const { requestId } = await (await next.open("probe:first")).perform(LAMP);
    ok(requestId > Math.max(...open));
    const { body } = await call<{ events: HistoryEvent<"serverStarted">[] }>(
      "GET",
      "/v1/history/events?type=serverStarted",
    );
    equal(body.events[0]?.detail.recovered, open.length);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
