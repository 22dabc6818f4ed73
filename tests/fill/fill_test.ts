import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { FACT_TYPES } from "../../server/core/contract/facts.ts";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { CAUSES, OUTCOMES } from "../../server/core/contract/record.ts";
import { openIn, pieces, query, temporaryFolder, verify } from "../history/support.ts";
import { fill } from "./fill.ts";

const FROM = Date.parse("2024-03-01T00:00:00Z");

const FILLING = { requests: 3_000, from: FROM, perSecond: 0.01, phones: 24, commitRows: 256, seed: 7 };

const RUN = ["run", "--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run"];

const MAIN = new URL("./main.ts", import.meta.url).pathname;

function started(folder: string, ...flags: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...RUN, MAIN, "--folder", folder, ...flags],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a column holds, each thing once. */
function found(path: string, { table, column }: { table: string; column: string }): string[] {
  return query<{ word: string }>(path, `select distinct ${column} as word from ${table} where ${column} is not null`)
    .map(({ word }) => word);
}

/** All that the product tells of a history. */
async function told(path: string): Promise<string> {
  await using opened = await openIn(path);
  return (await pieces(opened.audit)).join("");
}

Deno.test("a filled history holds every operation, outcome, cause and kind of fact, and is whole for the product", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const filled = await fill({ ...FILLING, folder: path });
  ok(filled.requests >= 3_000 && filled.requests < 3_100, `${filled.requests} requests`);

  const without = (all: readonly string[], where: { table: string; column: string }) =>
    all.filter((one) => !found(path, where).includes(one));
  deepEqual(without(OPERATIONS, { table: "accepted", column: "operation" }), []);
  deepEqual(without(OUTCOMES, { table: "completed", column: "outcome" }), []);
  deepEqual(without(CAUSES, { table: "completed", column: "cause" }), []);
  deepEqual(without(FACT_TYPES, { table: "fact", column: "type" }), []);
  ok(found(path, { table: "completed", column: "message" }).length > 5);
  ok(found(path, { table: "accepted", column: "reference" }).length > 500);
  ok(found(path, { table: "withdrawn", column: "request" }).length > 0);
  deepEqual(query(path, "select 1 from accepted where token_name is null"), []);
  const LOST = "outcome = 'lost' and cause = 'serverRestart'";
  deepEqual(query(path, `select 1 from completed where (took_us is null) <> (${LOST})`), []);
  deepEqual(query(path, "select 1 from completed where dispatched_at > at"), []);
  deepEqual(
    query(path, "select 1 from (select at, lag(at) over (order by seq) as before from fact) where at < before"),
    [],
  );

  equal(verify(path).firstBad, undefined);
  await using opened = await openIn(path, { now: () => filled.at });
  equal(opened.recovered, 0);
  equal(opened.damaged, undefined);
  ok((await opened.audit.verify({ signal: new AbortController().signal })).ok);
  ok(opened.lastAt! > FROM && opened.lastAt! <= filled.at);
  equal(opened.head().lastSeq + 1, filled.rows);
  const [newest] = (await opened.reader.requests({}, { limit: 1 })).items;
  ok(newest?.phone !== undefined);
  const { phone } = newest;
  const page = await opened.reader.requests({ phone }, { limit: 100 });
  ok(page.items.length > 20);
  ok(page.items.every((record) => record.phone === phone && record.state === "completed"));
  const { items: [event] } = await opened.reader.events({ type: "callRefused" }, { limit: 1 });
  match(event?.at ?? "", /^2024-/);
  const lines = (await pieces(opened.audit)).join("").split("\n");
  equal(lines.filter((line) => line.startsWith('{"kind":"request"')).length, filled.requests);
});

Deno.test("the same seed makes the same rows", async () => {
  using one = temporaryFolder();
  using other = temporaryFolder();
  using different = temporaryFolder();
  const filling = { ...FILLING, requests: 400 };
  await fill({ ...filling, folder: one.path });
  await fill({ ...filling, folder: other.path, commitRows: 1_000 });
  await fill({ ...filling, folder: different.path, seed: 8 });
  const rows = await told(one.path);
  ok(rows.split("\n").length > 800);
  equal(await told(other.path), rows);
  notEqual(await told(different.path), rows);
});

Deno.test("deno task history:fill is stopped by Ctrl-C with a history that is whole, and touches no folder with something in it", async () => {
  using folder = temporaryFolder();
  const running = started(folder.path, "--requests", "20000000", "--per-second", "20");
  // Its first rows are on disk.
  for await (const _ of Deno.watchFs(folder.path)) {
    if (await Deno.stat(`${folder.path}/history-head.json`).catch(() => undefined)) break;
  }
  running.kill("SIGINT");
  const { code, stdout, stderr } = await running.output();
  equal(new TextDecoder().decode(stderr), "");
  match(new TextDecoder().decode(stdout), /requests, .* rows until .*Z, .* rows\/s; told to stop\n$/);
  equal(code, 130);
  ok(verify(folder.path).ok);
  deepEqual(
    query(folder.path, "select 1 from accepted left join completed on request = accepted.seq where request is null"),
    [],
  );
  const { code: refused, stderr: why } = await started(folder.path, "--requests", "1").output();
  equal(refused, 1);
  match(new TextDecoder().decode(why), /^Cannot fill .*: .* is in it\. Name a folder that is empty, or not there\n$/);
  const { code: misused, stderr: how } = await started(folder.path, "--requests", "0").output();
  equal(misused, 2);
  match(
    new TextDecoder().decode(how),
    /^--requests cannot be "0": it must be an integer from 1 .*\n\ndeno task history:fill /,
  );
});
