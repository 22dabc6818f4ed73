import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { PhoneError } from "../../server/core/contract/errors.ts";
import type { Verdict } from "../../server/core/contract/history.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { CHECKPOINT } from "./support/recording_audit.ts";
import { soon } from "../harness/soon.ts";
import { TestServer } from "./support/server.ts";

const VERIFY = "/v1/history/verify";

Deno.test("api 2 the checkpoint is answered with its four fields, to a token with history:read", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("GET", "/v1/history/checkpoint");
  deepEqual([status, body], [200, CHECKPOINT]);
  equal((await server.call("GET", "/v1/history/checkpoint", { token: "t-monitor" })).status, 403);
  equal((await server.call("POST", VERIFY, { token: "t-monitor" })).status, 403);
});

Deno.test("RFC 9110 9.3.2 a HEAD of the checkpoint has the head of its GET and asks the history for none, and so seals nothing", async () => {
  await using server = new TestServer();
  const headOf = async (method: string) => {
    const answer = await server.fetch(method, "/v1/history/checkpoint");
    // How long it is, its content alone tells.
    const headers = [...answer.headers].filter(([name]) => name !== "content-length" && name !== "date");
    return { status: answer.status, headers, isEmpty: (await answer.bytes()).length === 0 };
  };
  const head = await headOf("HEAD");
  equal(server.audit.made, 0);
  deepEqual(head, { ...await headOf("GET"), isEmpty: true });
  equal(server.audit.made, 1);
  for (const token of ["t-monitor", null] as const) {
    const [asked, got] = [
      await server.fetch("HEAD", "/v1/history/checkpoint", { token }),
      await server.fetch("GET", "/v1/history/checkpoint", { token }),
    ];
    equal(asked.status, got.status);
    await got.body?.cancel();
  }
});

Deno.test("a check may be given a checkpoint that was kept, as it was answered; another body is refused", async () => {
  await using server = new TestServer();
  const found = { ok: true, blocks: 8, records: 20 };
  for (const json of [undefined, {}, { checkpoint: CHECKPOINT }, { checkpoint: { block: 7, hash: "a".repeat(64) } }]) {
    const { status, body } = await server.call("POST", VERIFY, { ...(json && { json }) });
    deepEqual([status, body], [200, found]);
  }
  const { at: _, ...kept } = CHECKPOINT;
  deepEqual(server.audit.asked.splice(0), [
    { kept: [] },
    { kept: [] },
    { kept: [kept] },
    { kept: [{ block: 7, hash: "a".repeat(64) }] },
  ]);
  for (
    const checkpoint of [
      {},
      { block: 7 },
      { block: -1, hash: "a".repeat(64) },
      { block: 7, hash: "A".repeat(64) },
      { ...CHECKPOINT, historyId: "x" },
    ]
  ) {
    equal((await server.call("POST", VERIFY, { json: { checkpoint } })).status, 400, JSON.stringify(checkpoint));
  }
  equal((await server.call("POST", VERIFY, { body: "{}" })).status, 415);
  deepEqual(server.audit.asked, []);
});

Deno.test("api 2 a check may be given many checkpoints, with what else stands in them, and one that it begins behind", async () => {
  await using server = new TestServer();
  const [one, from] = [{ block: 1, hash: "1".repeat(64) }, { block: 7, hash: "7".repeat(64) }];
  const json = { checkpoints: [one, { ...from, signature: "x", key: "y" }], checkpoint: from, from };
  equal((await server.call("POST", VERIFY, { json })).status, 200);
  deepEqual(server.audit.asked.splice(0), [{ kept: [one, from, from], from }]);
  const many = Array.from({ length: 401 }, () => one);
  for (const bad of [{ checkpoints: one }, { checkpoints: many }, { from: { block: 7 } }]) {
    equal((await server.call("POST", VERIFY, { json: bad })).status, 400);
  }
  deepEqual(server.audit.asked, []);
});

/** A token that a test makes. */
async function made(server: TestServer, asked: object) {
  const { body } = await server.call("POST", "/v1/tokens", {
    json: { name: "auditor", scopes: ["history:read"], ...asked },
  });
  const options = { token: null, headers: { authorization: `Bearer ${body?.["token"]}` } };
  return {
    id: String(body?.["id"]),
    options,
    ask: (method: string, path: string) => server.call(method, path, options),
  };
}

Deno.test("one check of a token at a time: a second is 429 until the first has ended, and another token's is done", async () => {
  await using server = new TestServer();
  const found = Promise.withResolvers<Verdict>();
  server.audit.verdict = () => found.promise;
  const first = await server.fetch("POST", VERIFY);
  equal((await server.call("POST", VERIFY)).status, 429);
  const [other, third] = [await made(server, {}), await made(server, {})];
  const second = await server.fetch("POST", VERIFY, other.options);
  equal(second.status, 200);
  equal((await third.ask("POST", VERIFY)).status, 429);
  found.resolve({ ok: true, blocks: 1, records: 1 });
  for (const answer of [first, second]) deepEqual(await answer.json(), { ok: true, blocks: 1, records: 1 });
  equal((await server.call("POST", VERIFY)).status, 200);
});

Deno.test("a token that is limited to phones learns nothing of the chain, which is of all of them", async () => {
  await using server = new TestServer();
  const limited = await made(server, { phones: ["virtual:mini-*"] });
  for (const [method, path] of [["GET", "/v1/history/checkpoint"], ["POST", VERIFY]] as const) {
    const { status, body } = await limited.ask(method, path);
    equal(status, 403);
    match(String(body?.["detail"]), /for some phones only/);
  }
  deepEqual(server.audit.asked, []);
});

Deno.test("a token that is revoked while the body comes checks nothing", async () => {
  await using server = new TestServer();
  const { id, options: { headers } } = await made(server, {});
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const answer = server.fetch("POST", VERIFY, {
    token: null,
    headers: { ...headers, "content-type": "application/json" },
    body: readable,
  });
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("{"));
  equal((await server.call("DELETE", `/v1/tokens/${id}`)).status, 204);
  await writer.write(new TextEncoder().encode("}"));
  await writer.close();
  const { status, body } = await soon(answer);
  await body?.cancel();
  equal(status, 401);
  deepEqual(server.audit.asked, []);
});

Deno.test("a check is given up when its client hangs up, and the next can begin", async () => {
  await using server = new TestServer();
  const givenUp = Promise.withResolvers<void>();
  server.audit.verdict = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        givenUp.resolve();
        reject(signal.reason);
      });
    });
  const answer = await server.fetch("POST", VERIFY);
  equal(answer.status, 200);
  await answer.body?.cancel();
  await soon(givenUp.promise);
  server.audit.verdict = () => Promise.resolve({ ok: true, blocks: 1, records: 1 });
  equal((await server.call("POST", VERIFY)).status, 200);
  deepEqual(server.reported, []);
});

Deno.test("a check that takes long gives signs of life that JSON does not mind, and one that fails breaks its answer off", async () => {
  await using server = new TestServer();
  const found = Promise.withResolvers<Verdict>();
  server.audit.verdict = () => found.promise;
  const answer = await server.fetch("POST", VERIFY);
  ok(answer.body);
  const reader = answer.body.getReader();
  const first = soon(reader.read());
  server.clock.advance(15_000);
  equal(new TextDecoder().decode((await first).value), "\n");
  found.reject(new PhoneError("RESOURCEUNAVAIL", "The history could not be checked"));
  await rejects(soon(reader.read()));
  deepEqual(server.reported, [], "whoever gives up at a stop has no fault of ours to report");
});

Deno.test("api 2 a real server checks its own chain, with a checkpoint that was kept, and names the row that somebody changed", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const call = api(server);
  const { body: kept } = await call<{ historyId: string; block: number; hash: string }>(
    "GET",
    "/v1/history/checkpoint",
  );
  match(kept.historyId, /^[0-9a-f]{32}$/);
  const { body: begun } = await call("POST", "/v1/applications", { body: { name: "auditor" } });
  ok(begun["application"]);
  const { status, body } = await call<Verdict>("POST", VERIFY, { body: { checkpoint: kept } });
  equal(status, 200);
  equal(body.ok, true, JSON.stringify(body));
  ok(body.blocks > kept.block && body.records >= body.blocks);

  using database = new DatabaseSync(`${server.data}/history.db`, { timeout: 5_000 });
  database.exec(`drop trigger fact_is_never_changed; update fact set address = 'x' where type = 'applicationStarted'`);
  const { body: changed } = await call<Verdict>("POST", VERIFY);
  equal(changed.ok, false);
  ok(Number(changed.firstBad?.block) > 0, JSON.stringify(changed));
  match(String(changed.firstBad?.problem), /^row \d+ is not the one that was written$/);
  ok(Number(changed.firstBad?.row) > 0);
});
