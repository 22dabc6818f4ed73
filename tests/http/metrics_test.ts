import { deepEqual, equal } from "node:assert/strict";
import { soon } from "../harness/soon.ts";
import { TestServer } from "./support/server.ts";

Deno.test("GET /metrics gives what it is handed, in Prometheus' text format", async () => {
  await using server = new TestServer();
  const response = await soon(server.fetch("GET", "/metrics"));
  deepEqual(
    [response.status, response.headers.get("content-type"), await soon(response.text())],
    [200, "text/plain; version=0.0.4; charset=utf-8", "up 1\n"],
  );
  equal((await server.call("GET", "/metrics", { token: "t-monitor" })).status, 403);
  equal((await server.call("GET", "/metrics", { token: null })).status, 401);
});

Deno.test("every answer is counted by its route and not by its path, those about health left out", async () => {
  await using server = new TestServer();
  const calls = [["GET", "/v1/phones"], ["GET", "/v1/phones/none"], ["PATCH", "/v1/phones"], ["GET", "/x"]] as const;
  for (const [method, path] of [...calls, ["GET", "/healthz"], ["GET", "/readyz"]]) await server.call(method!, path!);
  deepEqual(server.answers, [
    { method: "GET", route: "/v1/phones", status: 200 },
    { method: "GET", route: "/v1/phones/:phone", status: 404 },
    { method: "other", route: "unrouted", status: 405 },
    { method: "GET", route: "unrouted", status: 404 },
  ]);
});
