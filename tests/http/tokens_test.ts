import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { hashSecret, SCOPES } from "../../server/access/mod.ts";
import { secretSeal } from "../../server/access/secret_seal.ts";
import { type Answer, TestServer } from "./support/server.ts";
import { soon } from "../harness/soon.ts";

const ASKED = { name: "front desk", scopes: ["phones:monitor", "history:read"], phones: ["virtual:desk-?"] };

const sealOf = (secret: unknown) => secretSeal(hashSecret(String(secret)));

/** Makes a call with a secret. */
function as(secret: unknown): { token: null; headers: { authorization: string } } {
  return { token: null, headers: { authorization: `Bearer ${secret}` } };
}

Deno.test("a new token is answered with its secret once, and allows what it says at once (api section 2)", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("POST", "/v1/tokens", { json: ASKED });
  equal(status, 201);
  const { token: secret, id, createdAt, ...rest } = body ?? {};
  deepEqual(rest, ASKED);
  match(String(secret), /^sr_[A-Za-z0-9_-]{43}$/);
  equal(headers.get("location"), `/v1/tokens/${id}`);
  equal((await server.call("GET", "/v1/phones", as(secret))).status, 200);
  const { body: list } = await server.call("GET", "/v1/tokens");
  deepEqual(list, { tokens: [{ id, createdAt, lastUsedAt: "2026-01-01T00:00:00.000Z", ...ASKED }] });
  ok(!JSON.stringify([list, server.facts, server.tokens.tokens]).includes(String(secret)));
  deepEqual(server.facts, [{
    type: "tokenCreated",
    token: "t-all",
    address: "127.0.0.1",
    detail: { subject: id, ...ASKED, secretSeal: sealOf(secret) },
  }]);
});

Deno.test("a token without phones, or with null, sees every phone", async () => {
  await using server = new TestServer();
  for (const phones of [{}, { phones: null }]) {
    const { body } = await server.call("POST", "/v1/tokens", {
      json: { name: "all", scopes: ["metrics", "metrics"], ...phones },
    });
    equal(body?.["phones"], null);
    deepEqual(body?.["scopes"], ["metrics"]);
  }
});

Deno.test("a token that cannot be is 400, and the detail points at the place (api section 2)", async () => {
  await using server = new TestServer();
  const good = { name: "x", scopes: ["metrics"] };
  const asked: [body: unknown, detail: RegExp][] = [
    [{ scopes: ["metrics"] }, /^body\.name is missing/],
    [{ ...good, name: "" }, /^body\.name must have 1 to 128 characters/],
    [{ ...good, name: "x".repeat(129) }, /^body\.name/],
    [{ ...good, name: "a\u202Eb" }, /^body\.name/],
    [{ ...good, scopes: [] }, /^body\.scopes must name at least one of phones:monitor/],
    [{ ...good, scopes: ["root"] }, /^body\.scopes\[0\] must be one of/],
    [{ ...good, scopes: [...SCOPES, "admin"] }, /^body\.scopes names a scope twice/],
    [{ ...good, phones: [] }, /^body\.phones must name at least one glob/],
    [{ ...good, phones: ["[a-z]*"] }, /^body\.phones\[0\] must be a glob of phones/],
    [{ ...good, phones: Array(65).fill("*") }, /^body\.phones must have at most 64 globs/],
    [{ ...good, phones: "*" }, /^body\.phones must be an array/],
    [{ ...good, expiresAt: "tomorrow" }, /^body\.expiresAt must be a time of RFC 3339, such as .*, or null for none/],
    [{ ...good, expiresAt: 1_900_000_000_000 }, /^body\.expiresAt must be a time of RFC 3339/],
    [{ ...good, expiresAt: "2026-02-30T00:00:00Z" }, /^body\.expiresAt must be a time of RFC 3339/],
    [{ ...good, expiresAt: "2026-02-01T00:00:00" }, /^body\.expiresAt must be a time of RFC 3339/],
    [
      { ...good, expiresAt: "2026-01-01T00:00:00Z" },
      /^body\.expiresAt must be to come: here it is 2026-01-01T00:00:00.000Z$/,
    ],
    [
      { ...good, expiresAt: "2036-01-01T00:00:00.001Z" },
      /^body\.expiresAt must be at most 10 years from now, 2036-01-01T/,
    ],
    [{ ...good, hash: "00" }, /^body has an unknown field "hash"/],
  ];
  for (const [json, detail] of asked) {
    const { status, body } = await server.call("POST", "/v1/tokens", { json });
    equal(status, 400, String(detail));
    match(String(body?.["detail"]), detail);
  }
  deepEqual(server.tokens.tokens, []);
});

Deno.test("a revoked token is void when 204 says so, its applications are ended, and the fact names who did it (api section 2)", async () => {
  await using server = new TestServer();
  const { body } = await server.call("POST", "/v1/tokens", { json: ASKED });
  equal((await server.call("GET", "/v1/phones", as(body?.["token"]))).status, 200);
  equal((await server.call("DELETE", `/v1/tokens/${body?.["id"]}`)).status, 204);
  deepEqual(server.core.calls, [["endApplicationsOf", body?.["id"], { token: "t-all", address: "127.0.0.1" }]]);
  const next = await server.call("GET", "/v1/phones", as(body?.["token"]));
  equal(next.status, 401);
  match(String(next.headers.get("www-authenticate")), /invalid_token/);
  deepEqual((await server.call("GET", "/v1/tokens")).body, { tokens: [] });
  deepEqual(server.facts[1], {
    type: "tokenRevoked",
    token: "t-all",
    address: "127.0.0.1",
    detail: { subject: body?.["id"], name: "front desk" },
  });
  equal((await server.call("DELETE", `/v1/tokens/${body?.["id"]}`)).status, 404);
});

Deno.test("a token with an end says so, is void from then on, and its applications are ended (api section 2)", async () => {
  await using server = new TestServer();
  const { body } = await server.call("POST", "/v1/tokens", {
    json: { ...ASKED, expiresAt: "2026-01-01T02:00:00+01:00" },
  });
  const { token: secret, ...view } = body ?? {};
  equal(view["expiresAt"], "2026-01-01T01:00:00.000Z");
  deepEqual((await server.call("GET", "/v1/tokens")).body, { tokens: [view] });
  deepEqual(server.facts, [{
    type: "tokenCreated",
    token: "t-all",
    address: "127.0.0.1",
    detail: { subject: view["id"], ...ASKED, expiresAt: view["expiresAt"], secretSeal: sealOf(secret) },
  }]);
  equal((await server.call("GET", "/v1/phones", as(secret))).status, 200);
  server.clock.advance(3_600_000);
  const next = await server.call("GET", "/v1/phones", as(secret));
  equal(next.status, 401);
  match(String(next.body?.["detail"]), /^The token is not known, or has been revoked or has expired$/);
  deepEqual(server.core.calls.at(-1), ["endApplicationsOf", view["id"], "tokenExpired"]);
  deepEqual(server.facts.at(-1), {
    type: "tokenExpired",
    detail: { subject: view["id"], name: "front desk", expiresAt: view["expiresAt"] },
  });
  deepEqual((await server.call("GET", "/v1/tokens")).body, { tokens: [] });
});

Deno.test("a rotated token shows its new secret once, and is good by the old one until the time that it says (api section 2)", async () => {
  await using server = new TestServer();
  const { token: old, ...view } = (await server.call("POST", "/v1/tokens", { json: ASKED })).body ?? {};
  const path = `/v1/tokens/${view["id"]}/rotate`;
  const { status, body } = await server.call("POST", path);
  const { token: secret, ...rotated } = body ?? {};
  deepEqual([status, rotated], [200, {
    ...view,
    rotatedAt: "2026-01-01T00:00:00.000Z",
    oldSecretUntil: "2026-01-01T01:00:00.000Z",
  }]);
  deepEqual((await server.call("GET", "/v1/tokens")).body, { tokens: [rotated] });
  ok(!JSON.stringify([server.facts, server.tokens.tokens]).includes(String(secret)));
  const expiresAt = "2026-06-01T00:00:00.000Z";
  let newest: unknown;
  for (const [json, end] of [[{ expiresAt }, expiresAt], [{}, expiresAt], [{ expiresAt: null }, undefined]] as const) {
    const { body } = await server.call("POST", path, { json });
    equal(body?.["expiresAt"], end);
    newest = body?.["token"];
  }
  const statusOf = async (secret: unknown) => (await server.call("GET", "/v1/phones", as(secret))).status;
  server.clock.advance(3_599_999);
  deepEqual([await statusOf(old), await statusOf(secret), await statusOf(newest)], [200, 200, 200]);
  server.clock.advance(1);
  deepEqual([await statusOf(old), await statusOf(secret), await statusOf(newest)], [401, 401, 200]);
  deepEqual(server.core.calls.filter(([name]) => name === "endApplicationsOf"), []);
});

Deno.test("a rotation that cannot be is refused, and the token is as it was (api section 2)", async () => {
  await using server = new TestServer();
  const { id } = (await server.call("POST", "/v1/tokens", { json: ASKED })).body ?? {};
  const asked: [body: unknown, status: number, detail: RegExp][] = [
    [{ overlapSeconds: -1 }, 400, /^body\.overlapSeconds must be an integer from 0 to 2592000/],
    [{ overlapSeconds: 2_592_001 }, 400, /^body\.overlapSeconds must be/],
    [{ expiresAt: "2025-12-31T23:59:59Z" }, 400, /^body\.expiresAt must be to come/],
    [{ secret: "mine" }, 400, /^body has an unknown field "secret"/],
  ];
  for (const [json, expected, detail] of asked) {
    const { status, body } = await server.call("POST", `/v1/tokens/${id}/rotate`, { json });
    equal(status, expected);
    match(String(body?.["detail"]), detail);
  }
  equal((await server.call("POST", "/v1/tokens/t-none/rotate")).status, 404);
  equal(server.tokens.tokens[0]?.rotatedAt, undefined);
});

Deno.test("the last token with the scope admin cannot be revoked: nobody could get in any more", async () => {
  await using server = new TestServer();
  const make = async () => (await server.call("POST", "/v1/tokens", { json: { name: "a", scopes: ["admin"] } })).body;
  const [one, two] = [await make(), await make()];
  const both = await Promise.all([one, two].map((made) => server.call("DELETE", `/v1/tokens/${made?.["id"]}`)));
  deepEqual(both.map(({ status }) => status), [204, 409]);
  match(String(both[1]?.body?.["detail"]), /is the last token with the scope admin/);
  equal((await server.call("GET", "/v1/tokens", as(two?.["token"]))).status, 200);
});

Deno.test("a token that is void and still on disk is no admin: the last valid one cannot be revoked, nor can nobody get in", async () => {
  await using server = new TestServer();
  const make = async () => (await server.call("POST", "/v1/tokens", { json: { name: "a", scopes: ["admin"] } })).body;
  const [one, two] = [await make(), await make()];
  server.tokens.failure = new PhoneError("RESOURCEUNAVAIL", "The history cannot be written: disk is full");
  equal((await server.call("DELETE", `/v1/tokens/${one?.["id"]}`)).status, 503);
  server.tokens.failure = undefined;
  const { status, body } = await server.call("DELETE", `/v1/tokens/${two?.["id"]}`);
  equal(status, 409);
  match(String(body?.["detail"]), /is the last token with the scope admin/);
  equal((await server.call("DELETE", `/v1/tokens/${one?.["id"]}`)).status, 204);
});

Deno.test("the disk is waited for as long as configured, and no longer (invariant 9)", async () => {
  await using server = new TestServer({ closeRowsMs: 300 });
  const { body } = await server.call("POST", "/v1/tokens", { json: ASKED });
  const stalled = async (call: () => Promise<Answer>) => {
    const reached = Promise.withResolvers<void>();
    server.tokens.add = server.tokens.remove = () => {
      reached.resolve();
      return new Promise(() => {});
    };
    const answer = call();
    await soon(reached.promise);
    server.clock.advance(300);
    const { status, body } = await answer;
    return [status, body?.["detail"]];
  };
  const why = "The history could not be written within 300 ms";
  deepEqual(await stalled(() => server.call("POST", "/v1/tokens", { json: ASKED })), [
    503,
    `${why}; the token was not made`,
  ]);
  deepEqual(await stalled(() => server.call("DELETE", `/v1/tokens/${body?.["id"]}`)), [
    503,
    `${why}; the token is void, but would be valid again after a restart: revoke it again`,
  ]);
});

Deno.test("a token that the disk does not take is 503 and allows nothing (invariant 9)", async () => {
  await using server = new TestServer();
  server.tokens.failure = new PhoneError("RESOURCEUNAVAIL", "The history cannot be written: disk is full");
  const { status, body } = await server.call("POST", "/v1/tokens", { json: ASKED });
  equal(status, 503);
  equal(body?.["detail"], "The history cannot be written: disk is full; the token was not made");
  deepEqual(server.facts.filter(({ type }) => type === "tokenCreated"), []);
});

Deno.test("a token that the disk does not let go is void nevertheless, and can be revoked again (invariant 9)", async () => {
  await using server = new TestServer();
  const { body } = await server.call("POST", "/v1/tokens", { json: ASKED });
  server.tokens.failure = new PhoneError("RESOURCEUNAVAIL", "The history cannot be written: disk is full");
  const path = `/v1/tokens/${body?.["id"]}`;
  equal((await server.call("DELETE", path)).status, 503);
  equal((await server.call("GET", "/v1/phones", as(body?.["token"]))).status, 401);
  server.tokens.failure = undefined;
  equal((await server.call("DELETE", path)).status, 204);
});

for (const [path, json] of [["/v1/tokens", ASKED], ["/v1/applications", { name: "late" }]] as const) {
  Deno.test(`a token that is revoked between the admission of its POST ${path} and the end of the body gets nothing by it`, async () => {
    await using server = new TestServer();
    const make = async () => (await server.call("POST", "/v1/tokens", { json: { name: "a", scopes: ["admin"] } })).body;
    const [made] = [await make(), await make()];
    const body = JSON.stringify(json);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const send = (text: string) => connection.write(new TextEncoder().encode(text));
    const admitted = Promise.withResolvers<void>();
    server.onAdmitted = (token) => token === made?.["id"] && admitted.resolve();
    await send(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${made?.["token"]}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 3)}`,
    );
    // The server itself says so. `100 Continue` would not: the runtime sends it before anybody looks at the call.
    await soon(admitted.promise);
    equal((await server.call("DELETE", `/v1/tokens/${made?.["id"]}`)).status, 204);
    await send(body.slice(3));
    match(await receive(connection), /^HTTP\/1\.1 401 /);
    equal(server.tokens.tokens.length, 1);
    deepEqual(server.core.calls.map(([name]) => name), ["endApplicationsOf"]);
  });
}

Deno.test("a call without a token that asks whether to send its body is 401, and nobody waits for the body (RFC 9110, 10.1.1)", async () => {
  await using server = new TestServer();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode(
    "POST /v1/applications HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n" +
      "expect: 100-continue\r\n\r\n",
  ));
  let answer = "";
  while (!/HTTP\/1\.1 401 /.test(answer)) {
    const more = await receive(connection);
    ok(more !== "", `The connection was closed after ${answer}`);
    answer += more;
  }
});

/** What comes next over a connection. */
async function receive(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(4_096);
  return new TextDecoder().decode(bytes.subarray(0, await soon(connection.read(bytes)) ?? 0));
}
