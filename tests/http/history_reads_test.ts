import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { historyReads } from "../../server/api/mod.ts";
import type { Fact } from "../../server/core/contract/facts.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { startServer } from "../harness/start_server.ts";
import { TestSocket } from "../socket/support/socket.ts";
import { access, CONTROL, light, open } from "./support/access.ts";
import { TestServer } from "./support/server.ts";

Deno.test("reading the history is a fact: one for each token, kind and minute, with a count and from where (api section 5)", () => {
  const clock = new ManualClock();
  const facts: Fact[] = [];
  const reads = historyReads(clock, (fact) => facts.push(fact));
  const [HERE, THERE] = ["192.0.2.1", "2001:db8::1"];
  for (let i = 0; i < 1_000; i++) reads.count("request", { token: "t-1", address: HERE });
  reads.count("export", { token: "t-1", address: HERE });
  reads.count("export", { token: "t-1", address: THERE });
  for (let i = 0; i < 40; i++) reads.count("events", { token: "t-2", address: `198.51.100.${i}` });
  deepEqual(facts, [], "nobody is told before the minute is over");
  clock.advance(60_000);
  const others = Array.from({ length: 15 }, (_, nth) => `198.51.100.${nth + 1}`);
  deepEqual(facts, [
    { type: "historyRead", token: "t-1", address: HERE, detail: { what: "request", count: 1_000 } },
    { type: "historyRead", token: "t-1", address: HERE, detail: { what: "export", count: 2, others: [THERE] } },
    { type: "historyRead", token: "t-2", address: "198.51.100.0", detail: { what: "events", count: 40, others } },
  ]);
  reads.count("request", { token: "t-1", address: THERE });
  reads.flush();
  deepEqual(facts.slice(3), [
    { type: "historyRead", token: "t-1", address: THERE, detail: { what: "request", count: 1 } },
  ]);
});

Deno.test("neither health nor metrics are reading, nor is what was refused, nor the head of an export or a checkpoint", async () => {
  await using server = new TestServer();
  for (const path of ["/healthz", "/readyz", "/metrics", "/v1/phones", "/v1/openapi.json"]) {
    const answer = await server.fetch("GET", path);
    await answer.body?.cancel();
    equal(answer.status, 200, path);
  }
  for (const what of ["export", "checkpoint"]) equal((await server.call("HEAD", `/v1/history/${what}`)).status, 200);
  equal((await server.call("GET", "/v1/requests/17")).status, 404);
  equal((await server.call("GET", "/v1/history/events", { token: "t-monitor" })).status, 403);
  server.clock.advance(60_000);
  deepEqual(server.facts.filter(({ type }) => type === "historyRead"), []);
});

Deno.test("whoever has read what, over HTTP and a socket, stands in the history of a real server, the last minute's at its stop", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using server = await startServer({ data });
    const auditor = await access(server, { name: "auditor", scopes: ["history:read"] });
    const user = await access(server, { name: "user", ...CONTROL });
    const { handle } = await open(user.call);
    const { body: { requestId } } = await light(user.call, handle);
    await using socket = await TestSocket.open(server, { authorization: `Bearer ${user.token}` });
    await socket.ask("phoneInitializeEx", { name: "reader" });
    await socket.ask("phoneGetRequest", { requestId });
    equal((await user.call("GET", `/v1/requests/${requestId}`)).status, 200);
    for (
      const path of ["requests", "history/events", "history/export", "history/export?format=csv", "history/checkpoint"]
    ) {
      equal((await auditor.call("GET", `/v1/${path}`)).status, 200, path);
    }
    equal((await auditor.call("POST", "/v1/history/verify")).body["ok"], true);
    await server.stop();
    using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
    const rows = database.prepare(
      "select token, token_name, address, detail from fact where type = 'historyRead' order by token_name, detail",
    ).all();
    const told = rows.map(({ token, token_name, address, detail }) => {
      const { what, count, ...rest } = JSON.parse(String(detail));
      deepEqual([address, rest], ["127.0.0.1", {}]);
      return [token, token_name, what, count];
    });
    deepEqual(told, [
      [auditor.id, "auditor", "checkpoint", 1],
      [auditor.id, "auditor", "events", 1],
      [auditor.id, "auditor", "export", 2],
      [auditor.id, "auditor", "requests", 1],
      [auditor.id, "auditor", "verify", 1],
      [user.id, "user", "request", 2],
    ]);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("while the history cannot be written reading goes on, nobody waits, and what could not be told is counted", async () => {
  const data = await Deno.makeTempDir();
  try {
    // Of two rows that wait, each further one that nobody waits for is dropped.
    await using server = await startServer({ data, config: { data, bounds: { historyRows: 2 } } });
    const auditor = await access(server, { name: "auditor", scopes: ["history:read"] });
    {
      // The server may be at a row of its own.
      using database = new DatabaseSync(`${data}/history.db`, { timeout: 10_000 });
      database.exec("begin immediate");
      // Rows that wait for the disk: each refusal is one, until there is no more room for them.
      for (let i = 0; i < 5; i++) equal((await auditor.call("POST", "/v1/tokens")).status, 403);
      for (let i = 0; i < 20; i++) equal((await auditor.call("GET", "/v1/history/events")).status, 200);
      database.exec("rollback");
    }
    for (let status = 0; status !== 200;) ({ status } = await auditor.call("GET", "/readyz"));
    await server.stop();
    using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
    const details = database.prepare(
      "select type, detail from fact where type in ('historyRead', 'callRefused', 'historyResumed', 'serverStopped') order by seq",
    ).all().map(({ type, detail }) => ({ type, ...JSON.parse(String(detail)) }));
    const read = details.find(({ type }) => type === "historyRead");
    ok(read?.count === 20, JSON.stringify(details));
    const dropped = details.reduce((sum, { dropped = 0 }) => sum + dropped, 0);
    const refused = details.filter(({ type }) => type === "callRefused").length;
    deepEqual([refused + dropped, dropped > 0], [5, true], JSON.stringify(details));
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
