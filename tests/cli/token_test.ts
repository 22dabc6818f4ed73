import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

/** The status of a call with a token. */
async function statusOf(server: RunningServer, { token, path }: { token: string; path: string }): Promise<number> {
  return (await api({ url: server.url, token })("GET", path)).status;
}

Deno.test("the secret of a new token is all that standard output holds, and it works at once", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const made = await cli(["token", "create", "front desk", "--phones", "virtual:mini-*", ...at]);
  equal(made.code, 0);
  match(made.stdout, /^sr_[\w-]{43}\n$/);
  match(made.stderr, /^t-[0-9a-f]{12} "front desk", phones:monitor phones:control; its secret is shown this once:\n$/);
  const token = made.stdout.trim();
  const { body } = await api({ url: server.url, token })<{ phones: { phone: string }[] }>("GET", "/v1/phones");
  deepEqual(body.phones.map(({ phone }) => phone), ["virtual:mini-1"]);
  equal(await statusOf(server, { token, path: "/v1/history/events" }), 403);

  const both = ["--scope", "history:read,metrics", "--json"];
  deepEqual(jsonLines(await cli(["token", "create", "auditor", ...both, ...at]))[0]?.["scopes"], both[1]?.split(","));
  const list = await cli(["token", "list", "--json", ...at]);
  deepEqual(jsonLines(list).map(({ name, scopes, phones }) => [name, scopes, phones]), [
    ["bootstrap", ["admin"], null],
    ["front desk", ["phones:monitor", "phones:control"], ["virtual:mini-*"]],
    ["auditor", ["history:read", "metrics"], null],
  ]);
  ok(!list.stdout.includes(token));
  match(
    (await cli(["token", "list", "--wide", ...at])).stdout,
    /^ID +CREATED +USED +EXPIRES +SCOPES +PHONES +NAME\nt-\w+ .* never +admin +all +bootstrap\n/,
  );

  match(
    (await cli(["token", "list", ...at])).stdout,
    /^ID +EXPIRES +SCOPES +PHONES +NAME\nt-\w+ +never +admin +all +bootstrap\n/,
  );

  const { id } = jsonLines(list)[1]!;
  const rotated = await cli(["token", "rotate", String(id), "--overlap", "1h", "--expires", "30d", ...at]);
  match(rotated.stdout, /^sr_[\w-]{43}\n$/);
  match(
    rotated.stderr,
    /^t-\w+ "front desk", .*; the one before is valid until 20[-\d:TZ]+; its secret is shown this once:\n$/,
  );
  for (const each of [token, rotated.stdout.trim()]) {
    equal(await statusOf(server, { token: each, path: "/v1/phones" }), 200);
  }
  const last = jsonLines(
    await cli(["token", "rotate", String(id), "--overlap", "0", "--expires", "never", "--json", ...at]),
  )[0]!;
  deepEqual([last["oldSecretUntil"], last["expiresAt"]], [undefined, undefined]);
  equal(await statusOf(server, { token, path: "/v1/phones" }), 401);
  refused(await cli(["token", "rotate", String(id), "--overlap", "31d", ...at]), {
    code: 2,
    words: /--overlap cannot be "31d": it must be as 30m, 12h or 1d, at most 30d, or 0/,
  });

  deepEqual(await cli(["token", "revoke", String(id), ...at]), { code: 0, stdout: "", stderr: "" });
  equal(await statusOf(server, { token, path: "/v1/phones" }), 401);
  refused(await cli(["token", "revoke", String(id), ...at]), { code: 1, words: /No token has the id/ });
});

Deno.test("what a new token cannot be is wrong use: exit 2", async () => {
  using folder = temporaryFolder();
  const create = (...args: string[]) => cli(["token", "create", ...args, "--data", folder.path]);
  refused(await create("x", "--scope", "everything"), {
    code: 2,
    words: /--scope cannot be "everything": it must be one of phones:monitor/,
  });
  refused(await create("x", "--phones", "[a-z]"), { code: 2, words: /--phones must be a glob of phones/ });
  refused(await create(""), { code: 2, words: /NAME must have/ });
  refused(await create("x", "--expires", "soon"), {
    code: 2,
    words: /--expires cannot be "soon": it must be as 2026-03-01, 2026-03-01T09:30:00Z, 90d, 12h or 30m/,
  });
  refused(await create("x", "--expires", "2026-01-01"), {
    code: 2,
    words: /--expires cannot be "2026-01-01": it must be to come: here it is 20/,
  });
  refused(await create("x", "--expires", "99999d"), { code: 2, words: /--expires .* at most 10 years from now, 20/ });
});

Deno.test("without a server tokens are made and revoked in the data folder, on the record, so that a lost one locks nobody out", async () => {
  using folder = temporaryFolder();
  const at = ["--data", folder.path];
  const first = crypto.randomUUID();
  {
    await using server = await startServer({ data: folder.path, token: first });
    await server.kill();
  }
  const before = Date.now();
  const rescue = jsonLines(
    await cli(["token", "create", "rescue", "--scope", "admin", "--expires", "90d", "--json", ...at]),
  )[0]!;
  ok(Math.abs(Date.parse(String(rescue["expiresAt"])) - before - 90 * 86_400_000) < 3_600_000);
  const again = jsonLines(await cli(["token", "rotate", String(rescue["id"]), "--overlap", "0", "--json", ...at]))[0]!;
  const lost = jsonLines(await cli(["token", "list", "--json", ...at])).find(({ name }) => name === "bootstrap")!;
  equal((await cli(["token", "revoke", String(lost["id"]), ...at])).code, 0);
  refused(await cli(["token", "revoke", "t-none", ...at]), {
    code: 1,
    words: /No token has the id t-none: token list says which there are/,
  });

  await using server = await startServer({ data: folder.path, token: String(again["token"]) });
  equal(await statusOf(server, { token: server.token, path: "/v1/tokens" }), 200);
  equal(await statusOf(server, { token: String(rescue["token"]), path: "/v1/tokens" }), 401);
  equal(await statusOf(server, { token: first, path: "/v1/tokens" }), 401);
  const facts = jsonLines<HistoryEvent<"tokenCreated" | "tokenRotated" | "tokenRevoked">>(
    await cli(["history", "events", "--json", ...at]),
  ).filter(({ type }) => type.startsWith("token"));
  deepEqual(facts.map(({ type, token, detail }) => [type, token, detail.subject]), [
    ["tokenRevoked", "operator", lost["id"]],
    ["tokenRotated", "operator", rescue["id"]],
    ["tokenCreated", "operator", rescue["id"]],
    ["tokenCreated", undefined, lost["id"]],
  ]);
  equal((await cli(["history", "verify", ...at])).code, 0);
});

Deno.test("a data folder that no server has run on is not made by a slip of the hand", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/dta`;
  refused(await cli(["token", "create", "x", "--data", data]), {
    code: 1,
    words: /There is no .*dta\/history\.db: start a server/,
  });
  refused(await cli(["token", "list", "--data", data]), { code: 1, words: /There is no/ });
  deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("the operator's token is for this run alone, in a file of its owner's, and nowhere on the record or in the list", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/server.json`;
  const token = crypto.randomUUID();
  let old: string;
  {
    await using server = await startServer({ data: folder.path, token, args: ["--safe"] });
    old = JSON.parse(await Deno.readTextFile(path)).token;
    match(old, /^sr_[\w-]{43}$/);
    equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    equal(await statusOf(server, { token: old, path: "/v1/tokens" }), 200);
    equal(jsonLines(await cli(["token", "list", "--json", "--data", folder.path])).length, 1);
    ok(!server.output().includes(old));
    await server.kill();
  }
  await using server = await startServer({ data: folder.path, token, args: ["--safe"] });
  equal(await statusOf(server, { token: old, path: "/v1/tokens" }), 401);
});
