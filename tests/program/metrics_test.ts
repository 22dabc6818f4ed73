import { deepEqual, equal, match, ok } from "node:assert/strict";
import { getMetricsFromIterator } from "prom2javascript";
import { z } from "zod";
import { api, type Call } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";

/** What the parser gives, which knows nothing of us. */
const Families = z.record(
  z.string(),
  z.object({
    type: z.enum(["counter", "gauge", "histogram"]),
    help: z.string(),
    data: z.array(z.object({
      labels: z.record(z.string(), z.string()),
      value: z.number().optional(),
      count: z.number().optional(),
      sum: z.number().optional(),
    })),
  }),
);

/** What `/metrics` says now. */
async function read(call: Call) {
  const { status, body } = await call<string>("GET", "/metrics");
  equal(status, 200);
  const families = Families.parse(await getMetricsFromIterator(body.split("\n").values()));
  const find = (name: string, labels: Record<string, string> = {}) => {
    const family = families[name];
    ok(family, `${name} is there`);
    return family.data.find((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value));
  };
  return {
    families,
    /** The value of a counter or gauge; 0 for one that does not show itself yet. */
    value: (name: string, labels?: Record<string, string>) => find(name, labels)?.value ?? 0,
    /** How often a histogram was observed, and the sum. */
    histogram(name: string, labels?: Record<string, string>) {
      const { count = 0, sum = 0 } = find(name, labels) ?? {};
      return { count, sum };
    },
  };
}

let server: RunningServer;
Deno.test.beforeAll(async () => {
  server = await startServer({ config: { checkpoints: { file: "checkpoints.jsonl" } } });
});
Deno.test.afterAll(async () => {
  equal((await server.stop()).code, 0, server.output());
});

async function openDesk(call: Call) {
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "metrics" },
  });
  const { body: { handle } } = await call<{ handle: string }>("POST", `/v1/applications/${application}/handles`, {
    body: { phone: "virtual:desk-1", privilege: "owner" },
  });
  const ask = (body: object) =>
    call<{ outcome: string }>("POST", `/v1/handles/${handle}/requests`, { body, headers: { prefer: "wait=10" } });
  return { application, handle, ask };
}

Deno.test("the metrics count requests by operation and outcome, and every step of their way", async () => {
  const call = api(server);
  const before = await read(call);
  const { application, handle, ask } = await openDesk(call);
  equal((await ask({ operation: "setLamp", lamp: 20, mode: "steady" })).body.outcome, "succeeded");
  equal((await ask({ operation: "setLamp", lamp: 20, mode: "off" })).body.outcome, "succeeded");
  equal((await ask({ operation: "setLamp", lamp: 99, mode: "off" })).body.outcome, "failed");
  const next = btoa(JSON.stringify({ next: { count: 1, delayMs: 60_000 } }));
  equal((await ask({ operation: "devSpecific", params: next })).body.outcome, "succeeded");
  const asked = await call("POST", `/v1/handles/${handle}/requests`, {
    body: { operation: "setRing", mode: 1, volume: 1 },
  });
  equal(asked.status, 202);
  const during = await read(call);
  equal(during.value("switchroom_requests_in_flight"), 1);
  equal(during.value("switchroom_applications") - before.value("switchroom_applications"), 1);
  equal(during.value("switchroom_handles") - before.value("switchroom_handles"), 1);
  equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);

  const after = await read(call);
  const gained = (name: string, labels: Record<string, string>) =>
    after.value(name, labels) - before.value(name, labels);
  const requests = (operation: string, outcome: string) => gained("switchroom_requests_total", { operation, outcome });
  deepEqual(
    [requests("setLamp", "succeeded"), requests("setLamp", "failed"), requests("devSpecific", "succeeded")],
    [2, 1, 1],
  );
  equal(requests("setRing", "aborted"), 1);
  for (const step of ["accept", "plugin", "complete", "total"]) {
    const [first, last] = [before, after].map((one) => one.histogram("switchroom_request_step_seconds", { step }));
    equal(last!.count - first!.count, 5, step);
    ok(last!.sum > first!.sum, step);
  }
  equal(after.value("switchroom_requests_in_flight"), 0);
  // Accepted and completed each, and what there was to note.
  const rows = (one: typeof after) => one.histogram("switchroom_history_commit_rows").sum;
  ok(rows(after) - rows(before) >= 10, "rows");
  ok(after.histogram("switchroom_history_commit_seconds").sum > 0, "commits");
});

Deno.test("the metrics count answers by route and status, and refusals by reason, of no more kinds than there are", async () => {
  const call = api(server);
  const { application, ask } = await openDesk(call);
  const before = await read(call);
  equal((await ask({ operation: "setLamp", lamp: 20, mode: "nonsense" })).status, 422);
  equal((await ask({ operation: "setLamp", lamp: "x", mode: "off" })).status, 400);
  equal((await call("GET", "/v1/nowhere")).status, 404);
  equal((await call("PROPFIND", "/v1/phones")).status, 405);
  equal((await call("GET", "/v1/phones/virtual:none")).status, 404);
  const after = await read(call);
  const answers = (labels: { method: string; route: string; status: string }) =>
    after.value("switchroom_http_answers_total", labels) - before.value("switchroom_http_answers_total", labels);
  equal(answers({ method: "POST", route: "/v1/handles/:handle/requests", status: "4xx" }), 2);
  equal(answers({ method: "GET", route: "unrouted", status: "4xx" }), 1);
  equal(answers({ method: "other", route: "unrouted", status: "4xx" }), 1);
  equal(answers({ method: "GET", route: "/v1/phones/:phone", status: "4xx" }), 1);
  equal(answers({ method: "GET", route: "/metrics", status: "2xx" }), 1);
  const refusals = (reason: string) =>
    after.value("switchroom_refusals_total", { reason }) - before.value("switchroom_refusals_total", { reason });
  deepEqual(
    ["PHONEERR_INVALLAMPMODE", "HTTP_400", "HTTP_404", "HTTP_405", "PHONEERR_BADDEVICEID"].map(refusals),
    [1, 1, 1, 1, 1],
  );
  equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);
});

Deno.test("the metrics show streams, phones, plugins, memory, processor time and the loop's lag", async () => {
  const call = api(server);
  const { application } = await openDesk(call);
  {
    await using _events = await openEvents(server, application);
    const before = await read(call);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/socket`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    await new Promise((resolve) => socket.onopen = resolve);
    const { value, histogram } = await read(call);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    deepEqual([before.value("switchroom_sockets"), value("switchroom_sockets")], [0, 1]);
    equal(value("switchroom_event_streams"), 1);
    deepEqual([value("switchroom_phones"), value("switchroom_phones_connected")], [2, 2]);
    deepEqual(
      ["ready", "givenUp"].map((state) => value("switchroom_plugins", { state })),
      [1, 0],
    );
    const plugin = { plugin: "virtual" };
    ok(value("switchroom_plugin_resident_memory_bytes", plugin) > 10_000_000, "the plugin's memory");
    equal(value("switchroom_plugin_restarts_total", plugin), 0);
    ok(value("process_resident_memory_bytes") > 10_000_000, "the server's memory");
    ok(value("switchroom_heap_used_bytes") > 1_000_000, "the heap");
    ok(value("process_cpu_seconds_total") > 0, "processor time");
    ok(Math.abs(value("process_start_time_seconds") - Date.now() / 1_000) < 3_600, "the start");
    equal(value("switchroom_build_info", { deno: Deno.version.deno }), 1);
    ok(histogram("switchroom_loop_lag_seconds").count > 0, "the loop is looked at");
    deepEqual([value("switchroom_history_trouble"), value("switchroom_history_failures_total")], [0, 0]);
  }
  equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);
});

Deno.test("GET /metrics needs a token with the scope metrics (api section 1)", async () => {
  const call = api(server);
  const { status, headers } = await call("GET", "/metrics");
  equal(status, 200);
  match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  equal((await call("GET", "/metrics", { headers: { authorization: "" } })).status, 401);
  equal((await call("POST", "/metrics")).status, 405);
});

Deno.test("docs/metrics.md tells of every metric, with its labels and in its words, and of no other", async () => {
  const call = api(server);
  // Only what has happened shows its labels.
  equal((await call("GET", "/v1/nowhere")).status, 404);
  const { families } = await read(call);
  const rows = Object.entries(families).map(([name, { type, help, data }]) => {
    const labels = [...new Set(data.flatMap((one) => Object.keys(one.labels)))].toSorted();
    return [name, type, labels.join(" "), help];
  });
  const text = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
  const told = text.split("\n").filter((line) => line.startsWith("| `")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.replaceAll("`", "").trim())
  );
  deepEqual(told.toSorted(), rows.toSorted());
});
