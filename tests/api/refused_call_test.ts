import { deepEqual, equal, ok } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import { foldedRefusals } from "../../server/api/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { TestServer } from "../http/support/server.ts";

Deno.test("refused calls of a token are a row each up to 60 in a minute, past that one row for each status and path, with a count", () => {
  const clock = new ManualClock();
  const facts: Fact[] = [];
  const folded = foldedRefusals(clock, (fact) => facts.push(fact));
  const refused = (token: string, path: string): Fact => ({
    type: "callRefused",
    token,
    address: "192.0.2.1",
    detail: { method: "GET", path, status: 403, detail: "words" },
  });
  for (let i = 0; i < 60; i++) folded.noteOptional(refused("t-1", "/v1/phones"));
  equal(facts.length, 60);
  for (let i = 0; i < 1_000; i++) folded.noteOptional(refused("t-1", i % 4 === 0 ? "/v1/tokens" : "/v1/phones"));
  equal(facts.length, 60);
  folded.noteOptional(refused("t-2", "/v1/phones"));
  folded.noteOptional({ type: "accessRefused", detail: { reason: "noToken", count: 1 } });
  equal(facts.length, 62, "other tokens and other facts are not folded");
  clock.advance(60_000);
  deepEqual(facts.slice(62), [
    { type: "callRefused", token: "t-1", detail: { path: "/v1/tokens", status: 403, count: 250 } },
    { type: "callRefused", token: "t-1", detail: { path: "/v1/phones", status: 403, count: 750 } },
  ]);
  folded.noteOptional(refused("t-1", "/v1/phones"));
  equal(facts.length, 65, "each minute begins anew");
});

Deno.test("refused calls of a token come to 16 KiB of rows in a minute, past that they are folded, however long their words", () => {
  const clock = new ManualClock();
  const facts: Fact[] = [];
  const folded = foldedRefusals(clock, (fact) => facts.push(fact));
  for (let i = 0; i < 1_000; i++) {
    folded.noteOptional({
      type: "callRefused",
      token: "t-1",
      address: "192.0.2.1",
      detail: { method: "GET", path: "/v1/phones", status: 400, detail: "\u20ac".repeat(500) },
    });
  }
  ok(new TextEncoder().encode(JSON.stringify(facts)).length <= 16_384 + facts.length, `${facts.length} rows`);
  ok(facts.length > 5);
  const told = facts.length;
  clock.advance(60_000);
  deepEqual(facts.slice(told).map(({ detail }) => detail), [{ path: "/v1/phones", status: 400, count: 1_000 - told }]);
});

Deno.test("what has been folded is told when the server stops", async () => {
  const server = new TestServer();
  for (let i = 0; i < 70; i++) equal((await server.call("GET", "/v1/requests/0")).status, 404);
  await server[Symbol.asyncDispose]();
  equal(server.facts.length, 61);
  deepEqual(server.facts.at(-1)?.detail, { path: "/v1/requests/:requestId", status: 404, count: 10 });
});
