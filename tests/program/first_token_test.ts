import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { cli, jsonLines } from "../cli/support/cli.ts";
import { refused } from "../cli/support/refused.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type StartOptions, startServer } from "../harness/start_server.ts";

const SECRET = /\bsr_[\w-]{43}\b/;

/** A server that makes its first token by itself. */
const plain: StartOptions = { withoutToken: true, untilListening: true, args: ["--safe"] };

Deno.test("a first start prints the admin's token, this once (api section 1)", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const first = await startServer({ ...plain, data });
  const [, token = ""] = /^token (sr_[\w-]{43})\n/m.exec(first.output()) ?? [];
  equal((await api({ url: first.url, token })("GET", "/v1/applications")).status, 200);
  await first.stop();
  await using again = await startServer({ ...plain, data });
  doesNotMatch(again.output(), SECRET);
  doesNotMatch(again.output(), /no token yet/);
});

for (const variable of ["NOTIFY_SOCKET", "INVOCATION_ID"]) {
  Deno.test(`a service with ${variable} prints no token, and token first shows it, once and to whoever may read the data folder (api section 1)`, async () => {
    using folder = temporaryFolder();
    const data = `${folder.path}/data`;
    const service = { ...plain, data, env: { [variable]: "/run/of/the/manager" } };
    for (const start of ["first", "second"]) {
      const server = await startServer(service);
      await server.stop();
      match(server.output(), new RegExp(`^no token yet: switchroom token first --data ${data}\\n`, "m"), start);
      doesNotMatch(server.output(), SECRET, start);
    }
    await using server = await startServer(service);
    const shown = await cli(["token", "first", "--data", data]);
    match(shown.stdout, /^sr_[\w-]{43}\n$/);
    match(shown.stderr, /^t-[0-9a-f]{12} "bootstrap", admin; its secret is shown this once:\n$/);
    const { status, body } = await api({ url: server.url, token: shown.stdout.trim() })<
      { events: HistoryEvent<"tokenCreated">[] }
    >(
      "GET",
      "/v1/history/events?type=tokenCreated",
    );
    equal(status, 200);
    deepEqual(body.events.map(({ token, detail: { name, scopes } }) => [token, name, scopes]), [
      ["operator", "bootstrap", ["admin"]],
    ]);

    refused(await cli(["token", "first", "--data", data]), { code: 1, words: /There has been a token already/ });
    await server.stop();
    refused(await cli(["token", "first", "--data", data]), { code: 1, words: /There has been a token already/ });
    await using again = await startServer(service);
    doesNotMatch(again.output(), /no token yet/);
  });
}

Deno.test("without a running service token first makes it in the data folder; one that was revoked since counts", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const service = { ...plain, data, env: { INVOCATION_ID: "1" } };
  await (await startServer(service)).stop();
  const [made] = jsonLines(await cli(["token", "first", "--json", "--data", data]));
  await using server = await startServer(service);
  equal((await api({ url: server.url, token: String(made?.["token"]) })("GET", "/v1/applications")).status, 200);
  const other = await cli(["token", "create", "other", "--scope", "admin", "--data", data]);
  equal(other.code, 0, other.stderr);
  const revoked = await cli(["token", "revoke", String(made?.["id"]), "--data", data]);
  equal(revoked.code, 0, revoked.stderr);
  refused(await cli(["token", "first", "--data", data]), { code: 1, words: /There has been a token already/ });
});

Deno.test("a service that is given its first token needs none shown", async () => {
  await using server = await startServer({ ...plain, withoutToken: false, env: { INVOCATION_ID: "1" } });
  doesNotMatch(server.output(), /no token yet/);
  equal((await api(server)("GET", "/v1/applications")).status, 200);
  refused(await cli(["token", "first", "--data", server.data]), { code: 1, words: /There has been a token already/ });
});
