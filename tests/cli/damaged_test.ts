import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { cli, jsonLines } from "./support/cli.ts";

type Item = Record<string, unknown> & { damaged?: { block?: number; row: number; problem: string } };

/** Changes a history as whoever owns its file can, also while a server has it open. */
function tamper(data: string, sql: string): void {
  using database = new DatabaseSync(`${data}/history.db`, { timeout: 30_000 });
  for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all()) {
    database.exec(`drop trigger ${name}`);
  }
  database.exec(sql);
}

/** What a server tells of its requests: in the list, one by one, and in the export, and all alike. */
async function requestsOf(server: RunningServer): Promise<Item[]> {
  const call = api(server);
  // What is not sealed yet is taken as it is.
  equal((await call("GET", "/v1/history/checkpoint")).status, 200);
  const { status, body: { requests } } = await call<{ requests: Item[] }>("GET", "/v1/requests");
  equal(status, 200);
  for (const listed of requests) {
    deepEqual((await call<Item>("GET", `/v1/requests/${listed["requestId"]}`)).body, listed);
  }
  const { body } = await call<string>("GET", "/v1/history/export");
  const lines = body.trim().split("\n").map((line): Item => JSON.parse(line));
  deepEqual(
    lines.filter(({ kind }) => kind === "request").map(({ kind: _, ...record }) => record),
    requests.toReversed(),
  );
  return requests;
}

const lamp = (data: string) =>
  cli(["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=steady", "--json", "--data", data]);

Deno.test("SECURITY what was changed of a history is told as damaged by a running server, tampered with before and meanwhile", async () => {
  using folder = temporaryFolder();
  const token = crypto.randomUUID() + crypto.randomUUID();
  const at = ["--data", folder.path];
  let ids: unknown[];
  {
    await using server = await startServer({ data: folder.path, token });
    for (let asked = 0; asked < 3; asked++) await lamp(folder.path);
    const sound = await requestsOf(server);
    ids = sound.map(({ requestId }) => requestId);
    equal(ids.length, 3);
    ok(sound.every((record) => record.damaged === undefined));
  }
  const [newest, middle, oldest] = ids;
  tamper(folder.path, `update accepted set token = 't-forged' where seq = ${middle}`);
  await using server = await startServer({ data: folder.path, token });
  const [, forged, ...others] = await requestsOf(server);
  equal(forged?.["token"], "t-forged");
  deepEqual([forged?.damaged?.row, forged?.damaged?.problem], [
    middle,
    `row ${middle} is not the one that was written`,
  ]);
  ok(others.every((record) => record.damaged === undefined));

  tamper(folder.path, `update accepted set operation = 'explode', params = '{' where seq = ${newest}`);
  const damaged = await requestsOf(server);
  deepEqual(damaged.map((record) => record.damaged?.row), [newest, middle, undefined]);
  const { operation, params, phone } = damaged[0] ?? {};
  deepEqual([operation, params, phone], [undefined, undefined, "virtual:desk-1"]);

  const list = await cli(["history", "list", ...at]);
  equal(list.code, 1);
  match(
    list.stdout,
    new RegExp(
      `\n${newest} .* \\? +DAMAGED succeeded\n${middle} .* setLamp +DAMAGED succeeded\n${oldest} .* succeeded\n`,
    ),
  );
  match(list.stderr, /2 of these are damaged, not as written: see history verify/);
  const one = await cli(["history", "list", "--limit", "1", ...at]);
  match(one.stderr, /^1 of these is damaged, not as written/);
  equal((await cli(["history", "list", "--limit", "1", "--phone", "virtual:mini-1", ...at])).code, 0);
  const shown = await cli(["history", "show", String(middle), "--json", ...at]);
  deepEqual([shown.code, jsonLines(shown)], [1, [forged]]);
  equal((await cli(["history", "show", String(oldest), ...at])).code, 0);

  const [started] = jsonLines(
    await cli(["history", "events", "--type", "serverStarted", "--limit", "1", "--json", ...at]),
  );
  tamper(folder.path, `update fact set type = 'serverStopped' where seq = ${started?.["seq"]}`);
  const events = await cli(["history", "events", "--type", "serverStopped", "--limit", "1", ...at]);
  equal(events.code, 1);
  match(events.stdout, /DAMAGED serverStopped/);
  const { body: csv } = await api(server)<string>("GET", "/v1/history/export?format=csv");
  equal(csv.split("\r\n").filter((line) => / is not the one that was written"$/.test(line)).length, 3);
  for (const format of ["jsonl", "csv", "chain"]) {
    const out = `${folder.path}/export.${format}`;
    const { code, stderr } = await cli(["history", "export", "--format", format, "--out", out, ...at]);
    match(
      stderr,
      /^Exported to \S+, up to block \d+ of history [0-9a-f]{32}: .*\n3 items are damaged, not as written: see history verify\n$/,
    );
    equal(code, 1);
    ok((await Deno.stat(out)).size > 0);
  }
  const limited = await cli(["history", "export", "--phone", "virtual:mini-1", ...at]);
  deepEqual([limited.code, limited.stderr], [0, ""]);
  await server.stop();
  const alone = await cli(["history", "export", "--out", `${folder.path}/alone.jsonl`, ...at]);
  match(alone.stderr, /up to block \d+ of history [0-9a-f]{32}: .*\n3 items are damaged/);
  equal(alone.code, 1);
});
