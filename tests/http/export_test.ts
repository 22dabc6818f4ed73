import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { soon } from "../harness/soon.ts";
import { TestServer } from "./support/server.ts";

const EXPORT = "/v1/history/export";
const MEBIBYTE = "x".repeat(1_048_576);

Deno.test("api 2 an export is handed through as it is read, with its type and a name that says up to which block of which history", async () => {
  await using server = new TestServer();
  server.audit.pieces = ["first\n", "", "", "second\n"];
  for (
    const [query, type, name] of [
      ["", "application/jsonl", "history-ID-to-block-7.jsonl"],
      ["?format=jsonl", "application/jsonl", "history-ID-to-block-7.jsonl"],
      ["?format=csv", "text/csv; charset=utf-8; header=present", "history-ID-to-block-7.csv"],
      ["?format=chain", "application/jsonl", "history-ID-to-block-7.chain.jsonl"],
    ] as const
  ) {
    const answer = await server.fetch("GET", EXPORT + query);
    equal(answer.status, 200);
    equal(answer.headers.get("content-type"), type);
    equal(answer.headers.get("content-disposition"), `attachment; filename="${name.replace("ID", "0".repeat(32))}"`);
    equal(await answer.text(), "first\nsecond\n");
  }
});

Deno.test("an export's filters reach the history, and what is not understood is 400", async () => {
  await using server = new TestServer();
  const query = new URLSearchParams({
    phone: "virtual:desk-1",
    from: "2026-01-01T00:00:00Z",
    to: "2026-01-02T00:00:00Z",
  });
  await (await server.fetch("GET", `${EXPORT}?${query}`)).body?.cancel();
  deepEqual(server.audit.asked, [{
    filter: { phone: "virtual:desk-1", from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) },
    format: "jsonl",
  }]);
  for (const bad of ["format=xml", "from=yesterday", "limit=5", "format=csv&format=csv"]) {
    equal((await server.call("GET", `${EXPORT}?${bad}`)).status, 400, bad);
  }
  equal((await server.call("GET", EXPORT, { token: "t-monitor" })).status, 403);
});

Deno.test("the CSV of an export begins with a byte order mark where it is asked for, once; JSON never does", async () => {
  await using server = new TestServer();
  server.audit.pieces = ["kind,seq\r\n", "request,1\r\n"];
  const bytesOf = async (query: string) => await (await server.fetch("GET", `/v1/history/export?${query}`)).bytes();
  const plain = await bytesOf("format=csv");
  deepEqual(await bytesOf("format=csv&bom=true"), new Uint8Array([0xef, 0xbb, 0xbf, ...plain]));
  deepEqual(await bytesOf("format=csv&bom=false"), plain);
  for (const query of ["format=jsonl&bom=true", "bom=true"]) deepEqual(await bytesOf(query), plain);
  equal((await server.call("GET", "/v1/history/export?format=csv&bom=1")).status, 400);
});

Deno.test("api 3: a HEAD of an export asks the history for nothing, and so seals nothing", async () => {
  await using server = new TestServer();
  server.audit.pieces = ["first\n"];
  const answer = await server.fetch("HEAD", EXPORT);
  deepEqual([answer.status, answer.headers.get("content-type"), server.audit.read], [200, "application/jsonl", 0]);
  deepEqual(server.audit.asked, []);
});

Deno.test("a history that cannot be read is 503; one that cannot be read on cuts the export off, and why is told to the operator", async () => {
  await using server = new TestServer();
  const failure = new PhoneError("RESOURCEUNAVAIL", "Cannot read row 3 of the history");
  server.audit.pieces = [failure];
  const { status, body } = await server.call("GET", EXPORT);
  deepEqual([status, body?.["detail"]], [503, failure.message]);
  deepEqual(server.reported, []);

  const fault = new TypeError("the inside");
  for (const cut of [failure, fault]) {
    server.audit.pieces = ["first\n", cut];
    const answer = await server.fetch("GET", EXPORT);
    equal(answer.status, 200);
    await rejects(soon(answer.text()));
  }
  deepEqual(server.reported, [fault]);
  deepEqual(server.brokenOff, [failure.message]);
});

Deno.test("a token has two exports at once, and no more: each place is free again when its client is through, hangs up or does not read", async () => {
  await using server = new TestServer();
  const ask = async () => {
    const answer = await server.fetch("GET", EXPORT);
    if (answer.status !== 200) await answer.body?.cancel();
    return answer;
  };
  const untilFree = async (meanwhile: () => void) => {
    let answer = await ask();
    while (answer.status === 429) {
      meanwhile();
      answer = await ask();
    }
    equal(answer.status, 200);
    return answer;
  };
  server.audit.pieces = Array(64).fill(MEBIBYTE);
  const open = [];
  for (let count = 0; count < 2; count++) open.push(await ask());
  equal(server.audit.asked.length, 2);
  const refused = await server.call("GET", EXPORT);
  deepEqual([refused.status, refused.body?.["code"], refused.headers.get("retry-after")], [
    429,
    "PHONEERR_REQUESTOVERRUN",
    "1",
  ]);
  equal(server.audit.asked.length, 2, "what is refused seals nothing");
  ok(server.audit.read < 2 * 64, "nobody has read them, so not all of it has been read from disk");

  await open.pop()?.body?.cancel();
  open.push(await untilFree(() => {}));
  equal((await open.pop()?.text())?.length, 64 * 1_048_576);
  open.push(await untilFree(() => {}));
  // Both stand still from here on.
  await (await untilFree(() => server.clock.advance(60_000))).body?.cancel();
  for (const answer of open) await rejects(soon(answer.text()));
  deepEqual(server.reported, [], "a client that does not read is no fault of ours");
});

Deno.test("an export ends when its token is revoked", async () => {
  await using server = new TestServer();
  server.audit.pieces = Array(64).fill(MEBIBYTE);
  const { body } = await server.call("POST", "/v1/tokens", { json: { name: "auditor", scopes: ["history:read"] } });
  const headers = { authorization: `Bearer ${body?.["token"]}` };
  const answer = await server.fetch("GET", EXPORT, { token: null, headers });
  equal(answer.status, 200);
  equal((await server.call("DELETE", `/v1/tokens/${body?.["id"]}`)).status, 204);
  await rejects(soon(answer.text()));
  ok(server.audit.read < 64);
  deepEqual(server.reported, [], "that is no fault of ours");
});

Deno.test("api 2 the whole history of a real server is exported: every request and event, as the questions answer them", async () => {
  await using server = await startServer();
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "=export" } });
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: "virtual:desk-1", privilege: "owner" },
  });
  for (let lamp = 0; lamp < 3; lamp++) {
    const { status } = await call("POST", `/v1/handles/${handle}/requests`, {
      body: { operation: "setLamp", lamp: 20, mode: "steady" },
      headers: { prefer: "wait=30" },
    });
    equal(status, 200);
  }
  await call("DELETE", `/v1/applications/${application}`);
  const { body: jsonl } = await call<string>("GET", EXPORT);
  const lines: Record<string, unknown>[] = jsonl.trimEnd().split("\n").map((line) => JSON.parse(line));
  const numbers = lines.map(({ requestId, seq }) => Number(requestId ?? seq));
  deepEqual(numbers, numbers.toSorted((one, other) => one - other));
  const of = (wanted: string) =>
    lines.filter(({ kind }) => kind === wanted).map(({ kind: _, ...rest }) => rest).reverse();
  const { body: { requests } } = await call("GET", "/v1/requests?limit=500");
  deepEqual(of("request"), requests);
  const { body: { events } } = await call<{ events: unknown[] }>("GET", "/v1/history/events?limit=500");
  deepEqual(of("event"), events.slice(-of("event").length));
  equal(lines.length, of("request").length + of("event").length);

  const { body: csv } = await call<string>("GET", `${EXPORT}?format=csv&phone=virtual:desk-1`);
  match(csv, /^kind,seq,at,type,phone,.*\r\n/);
  match(csv, /\r\n"request",\d+,[^\r\n]*,"virtual:desk-1","virtual",[^\r\n]*,"'=export",/);
  equal(csv.includes("serverStarted"), false);
});

Deno.test("a token that is limited to phones exports what concerns these and nothing else", async () => {
  await using server = await startServer();
  const call = api(server);
  const { body: { token } } = await call<{ token: string }>("POST", "/v1/tokens", {
    body: { name: "auditor of one", scopes: ["history:read"], phones: ["virtual:mini-?"] },
  });
  const limited = api({ url: server.url, token });
  const { status, body } = await limited<string>("GET", EXPORT);
  equal(status, 200);
  const phones = body.trimEnd().split("\n").map((line) => JSON.parse(line).phone);
  deepEqual([...new Set(phones)], ["virtual:mini-1"]);
  equal((await limited<string | null>("GET", `${EXPORT}?phone=virtual:desk-1`)).body, null);
});

Deno.test("a token that is limited to phones is given the chain, with the hashes of what it may not see", async () => {
  await using server = await startServer();
  const call = api(server);
  const { body: { token } } = await call<{ token: string }>("POST", "/v1/tokens", {
    body: { name: "auditor of one", scopes: ["history:read"], phones: ["virtual:mini-?"] },
  });
  const limited = api({ url: server.url, token });
  const { status, body } = await limited<string>("GET", `${EXPORT}?format=chain`);
  equal(status, 200);
  const [opening, ...lines] = body.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepEqual(opening.filter, { phones: ["virtual:mini-?"] });
  const rows = lines.flatMap(({ row }) => row ? [row] : []);
  deepEqual(rows[0].slice(0, 2), [0, "origin"]);
  ok(rows.length > 1 && rows.slice(1).every((row) => row.includes("virtual:mini-1")));
  ok(lines.some(({ hashes }) => hashes) && !body.includes("virtual:desk-1") && !body.includes("serverStarted"));
});
