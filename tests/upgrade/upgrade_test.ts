/**
 * A data folder of commit 149c9f3 under this build and under one that comes after it, and the way back.
 *
 * `data-149c9f3.tar.gz` was made by that commit's own server and command line: `token create` twice, `request` five
 * times, an orderly end, another start, `request` once more, and SIGKILL, so that its write-ahead log lies there.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import { cli, jsonLines } from "../cli/support/cli.ts";
import { refused } from "../cli/support/refused.ts";
import { fill } from "../faults/full_disk.ts";
import { smallDisk, whyNoMount } from "../faults/mounts.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { REPOSITORY } from "../harness/server_command.ts";
import { startServer } from "../harness/start_server.ts";

const TOKEN = "first-token-of-an-old-data-folder";
const OLD = ["0001_history", "0002_access"];
const PLANTED = "0099_planted";
/** Requests of the old folder. */
const REQUESTS = [11, 18, 25, 37, 53];

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stderr: "piped" }).output();
  ok(success, new TextDecoder().decode(stderr));
}

/** The old data folder. */
async function oldData(folder: string): Promise<string> {
  const data = `${folder}/data`;
  await Deno.mkdir(data, { mode: 0o700 });
  await run("tar", "xzf", fileURLToPath(new URL("data-149c9f3.tar.gz", import.meta.url)), "-C", data);
  await Deno.chmod(data, 0o700);
  return data;
}

/** A build that comes after this one: it has a migration more. */
async function nextBuild(folder: string): Promise<URL> {
  const here = fileURLToPath(REPOSITORY);
  const next = `${folder}/next/`;
  await Deno.mkdir(`${next}tests`, { recursive: true });
  for (
    const part of [
      "bin",
      "server",
      "migrations",
      "plugins",
      "packaging",
      "deno.json",
      "deno.lock",
      "tests/deno.json",
      "tests/std",
    ]
  ) {
    await run("cp", "-r", `${here}${part}`, `${next}${part}`);
  }
  await Deno.writeTextFile(
    `${next}migrations/${PLANTED}.ts`,
    'export default { async up(db) { await db.schema.createTable("planted").addColumn("id", "integer").execute(); } };\n',
  );
  const file = `${next}server/history/sqlite/migrate.ts`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    // A name without a number of ours: it is no migration that there will be.
    `import planted from "../../../migrations/${PLANTED}.ts";\n${
      text.replace('  "0004_token_life": tokenLife,', `  "0004_token_life": tokenLife,\n  "${PLANTED}": planted,`)
    }`,
  );
  return new URL(`file://${next}`);
}

/** The migrations that a history has had, and the requests that it holds. */
function contents(file: string): { had: unknown[]; requests: unknown[] } {
  using database = new DatabaseSync(file);
  const all = (query: string) => database.prepare(query).all().map((row) => Object.values(row)[0]);
  return {
    had: all("select name from kysely_migration order by name"),
    requests: all("select seq from accepted order by seq"),
  };
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a data folder of 149c9f3 goes through every migration and one of a build to come, and back, and nothing is lost", async () => {
  using folder = temporaryFolder();
  const data = await oldData(folder.path);
  const before = namesIn(data);
  const next = await nextBuild(folder.path);
  const program = fileURLToPath(new URL("bin/switchroom", next));
  const LATER = [...Object.keys(MIGRATIONS).filter((name) => !OLD.includes(name)), PLANTED];

  // What the build to come says beforehand.
  const check = await cli(["upgrade", "check", "--json", "--data", data], { program });
  equal(check.code, 0, check.stdout + check.stderr);
  const says = new Map(jsonLines(check).map(({ part, says }) => [part, String(says)]));
  match(says.get("history") ?? "", new RegExp(`migrates it: ${LATER.join(", ")}$`));
  match(says.get("time") ?? "", /^About 2 s, an estimate/);
  match(says.get("disk") ?? "", /^The copy needs 1 MiB, and \d+ MiB are free$/);
  match(says.get("copy") ?? "", /TIME-before-0003_format_2\.db/);
  match(says.get("way back") ?? "", /upgrade back/);
  match(says.get("plugin virtual") ?? "", /^virtual \d/);
  deepEqual(namesIn(data), before);

  // It goes on for a while.
  {
    await using server = await startServer({ data, token: TOKEN, checkout: next });
    const lit = await cli(["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash", "--data", data], {
      program,
    });
    equal(lit.code, 0, lit.stderr);
    const { body } = await api(server)<{ requests: { requestId: number }[] }>("GET", "/v1/requests");
    deepEqual(body.requests.map(({ requestId }) => requestId).reverse().slice(0, 5), REQUESTS);
    const again = await cli(["upgrade", "check", "--data", data], { program });
    match(again.stdout, /way back: A build with these tables starts on it as it is; an older one after upgrade back$/m);
  }
  deepEqual(contents(`${data}/history.db`).had, [...OLD, ...LATER]);

  // This build does not know its tables, and says what to do.
  refused(await cli(["migrate", "up", "--data", data]), { code: 57, words: /0099_planted.*upgrade back/ });
  equal((await cli(["upgrade", "check", "--data", data])).code, 57);
  const inBackups = namesIn(`${data}/backups`);
  const [asked] = jsonLines(await cli(["upgrade", "back", "--json", "--data", data]));
  deepEqual([asked?.["done"], asked?.["requests"], asked?.["undoes"]], [false, 1, LATER]);
  deepEqual(namesIn(`${data}/backups`), inBackups, "asked only, nothing is made");

  const back = await cli(["upgrade", "back", "--yes", "--data", data]);
  equal(back.code, 0, back.stderr);
  match(back.stdout, /^It does not hold 1 request and \d+ other facts since 20/m);
  const [, exported = ""] = /^They are exported to (.*)$/m.exec(back.stdout) ?? [];
  const lines = (await Deno.readTextFile(exported)).trimEnd().split("\n").map((line) => JSON.parse(line));
  deepEqual(
    lines.filter(({ kind }) => kind !== "event").map(({ operation, outcome }) => [operation, outcome]),
    [["setLamp", "succeeded"]],
  );
  ok(lines.some(({ type }) => type === "serverStopped"));
  const [, kept = ""] = /^The history of now is kept as (.*)\. Start/m.exec(back.stdout) ?? [];
  equal(contents(kept).requests.length, REQUESTS.length + 1);
  deepEqual(contents(kept).had, [...OLD, ...LATER]);

  // The copy is as the old server left it, and this build goes on from it and says so.
  deepEqual(contents(`${data}/history.db`), { had: OLD, requests: REQUESTS });
  await using server = await startServer({ data, token: TOKEN });
  const { body } = await api(server)<{ events: HistoryEvent<"historyAccepted">[] }>(
    "GET",
    "/v1/history/events?type=historyAccepted",
  );
  equal(body.events.length, 1);
  match(body.events[0]?.detail.reason ?? "", /^it was brought back to its block \d+ of .*, before 0003_format_2$/);
  const verified = await cli(["history", "verify", "--data", data]);
  equal(verified.code, 0, verified.stdout);
  refused(await cli(["upgrade", "back", "--data", data]), { code: 2, words: /in use by process/ });
});

Deno.test("upgrade back refuses what leads nowhere: no copy, a copy of another history, of no history, of the same tables", async () => {
  using folder = temporaryFolder();
  const other = await oldData(folder.path);
  const data = `${folder.path}/new`;
  await (await startServer({ data, args: ["--safe"], untilListening: true })).stop();
  const back = (...args: string[]) => cli(["upgrade", "back", "--yes", "--data", data, ...args]);
  refused(await back(), { code: 2, words: /there is no copy in .*\/backups that was made before a migration/ });
  await Deno.mkdir(`${data}/backups`);
  const copy = `${data}/backups/2026-01-01T00-00-00.000Z-before-0003_format_2.db`;
  await run("cp", `${other}/history.db`, copy);
  refused(await back(), { code: 2, words: /it is no earlier state of .*: its block \d+ is not in that/ });
  await Deno.writeTextFile(copy, "a letter to a friend. ".repeat(20));
  refused(await back(), { code: 2, words: /is not an SQLite database/ });
  const same = `${folder.path}/same.db`;
  await run("cp", `${data}/history.db`, same);
  refused(await back("--copy", same), {
    code: 2,
    words: /has no newer tables, and every build that knows it starts on it/,
  });
  deepEqual(namesIn(`${data}/backups`).length, 1);
});

Deno.test("upgrade check of a folder whose history is gone says that no server starts: exit 1", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  await using server = await startServer({ data, args: ["--safe"], untilListening: true });
  await server.stop();
  for (const name of namesIn(data)) if (name.startsWith("history.db")) await Deno.remove(`${data}/${name}`);
  const check = await cli(["upgrade", "check", "--data", data]);
  match(check.stdout, /^✗ history: No server starts: it is not there, but its block \d+ .*--accept-history$/m);
  equal(check.code, 1);
});

Deno.test("upgrade back refuses while somebody else has the history open, and what a killed server's log holds stays", async () => {
  using folder = temporaryFolder();
  const data = await oldData(folder.path);
  const file = `${data}/history.db`;
  const server = await startServer({ data, token: TOKEN, args: ["--safe"], untilListening: true });
  await using _server = server;
  const auditor = new DatabaseSync(file, { readOnly: true });
  try {
    auditor.exec("begin; select * from origin");
    equal((await cli(["token", "create", "kept", "--data", data])).code, 0);
    await server.kill();
    const log = await Deno.readFile(`${file}-wal`);
    ok(log.length > 0);
    const isRefused = async () => {
      const { code, stderr } = await cli(["upgrade", "back", "--yes", "--json", "--data", data]);
      match(stderr, /another program has .*history\.db open\. Let that end first/);
      equal(code, 2);
    };
    await isRefused();
    deepEqual(await Deno.readFile(`${file}-wal`), log);
    // Whoever reads nothing at the moment has it open all the same.
    auditor.exec("rollback");
    await isRefused();
  } finally {
    auditor.close();
  }
  deepEqual(contents(file).had, Object.keys(MIGRATIONS));
  const back = await cli(["upgrade", "back", "--yes", "--json", "--data", data]);
  equal(back.code, 0, back.stderr);
  deepEqual(contents(file), { had: OLD, requests: REQUESTS });
  using kept = new DatabaseSync(String(jsonLines(back)[0]?.["kept"]));
  equal(kept.prepare("select count(*) as count from token where name = 'kept'").get()?.["count"], 1);
  deepEqual(namesIn(data).filter((name) => /-(wal|shm)$|\.back$/.test(name)), []);
});

Deno.test("upgrade back exports into no database: neither the copy nor the history is overwritten", async () => {
  using folder = temporaryFolder();
  const data = await oldData(folder.path);
  await (await startServer({ data, token: TOKEN, args: ["--safe"], untilListening: true })).stop();
  const [copy = ""] = namesIn(`${data}/backups`);
  for (const file of [`${data}/backups/${copy}`, `${data}/history.db`]) {
    const before = await Deno.readFile(file);
    refused(await cli(["upgrade", "back", "--yes", "--json", "--data", data, "--out", file]), {
      code: 2,
      words: /Cannot write .*: there is a database/,
    });
    deepEqual(await Deno.readFile(file), before);
  }
  deepEqual(namesIn(`${data}/backups`), [copy]);
});

Deno.test({
  name:
    "upgrade back to a disk that is full leaves all as it was, after a kill too: no half copy, and a start takes it",
  ignore: skipLoudly(whyNoMount(), "upgrade back on a full disk"),
  async fn() {
    using folder = temporaryFolder();
    using disk = smallDisk(1);
    const data = await oldData(folder.path);
    await Deno.symlink(disk.path, `${data}/backups`);
    {
      await using server = await startServer({ data, token: TOKEN, args: ["--safe"], untilListening: true });
      equal((await cli(["token", "create", "kept", "--data", data])).code, 0);
      await server.kill();
      // What a server that goes on for longer notes: that a log lies there.
      const note = `${data}/history-head.json`;
      await Deno.writeTextFile(note, (await Deno.readTextFile(note)).replace('"log":false}', '"log":true} '));
    }
    const ballast = await fill(disk.path);
    // Room to look at the copy, and none for another.
    await Deno.truncate(ballast, (await Deno.stat(ballast)).size - 65_536);
    const before = namesIn(disk.path);
    const { code, stderr } = await cli([
      "upgrade",
      "back",
      "--yes",
      "--data",
      data,
      "--out",
      `${folder.path}/out.jsonl`,
    ]);
    match(stderr, /Cannot put .* into the place of .*history\.db: .*space/);
    equal(code, 2);
    deepEqual(namesIn(disk.path), before);
    await using server = await startServer({ data, token: TOKEN, args: ["--safe"], untilListening: true });
    const { body } = await api(server)<{ tokens: { name: string }[] }>("GET", "/v1/tokens");
    ok(body.tokens.some(({ name }) => name === "kept"));
  },
});

Deno.test("upgrade check names a plugin whose range leaves this build out, and a configuration that it does not take: exit 1", async () => {
  using folder = temporaryFolder();
  const data = await oldData(folder.path);
  const config = `${folder.path}/config.json`;
  await Deno.mkdir(`${folder.path}/lamps`);
  await Deno.writeTextFile(
    `${folder.path}/lamps/plugin.json`,
    JSON.stringify({ manifest: 1, name: "lamps", version: "1.0.0", switchroom: "^0.9", entry: "./main.ts" }),
  );
  const check = async (configuration: object) => {
    await Deno.writeTextFile(config, JSON.stringify({ data, ...configuration }));
    const ended = await cli(["upgrade", "check", "--json", "--config", config]);
    return {
      code: ended.code,
      bad: jsonLines(ended).filter(({ state }) => state === "bad").map(({ says }) => String(says)),
    };
  };
  const range = await check({ plugins: [{ source: "lamps" }] });
  deepEqual([range.code, range.bad.length], [1, 1]);
  match(range.bad[0] ?? "", /"\^0\.9": it must include the version of this server's plugin SDK/);
  const old = await check({ plugins: [{ source: "switchroom:virtual" }] });
  deepEqual([old.code, old.bad.length], [1, 1]);
  match(old.bad[0] ?? "", /did you mean builtin:virtual/);
});

const ignore = skipLoudly(
  Deno.env.get("SWITCHROOM_PACKAGES") === "1" ? undefined : "SWITCHROOM_PACKAGES=1 has it fetch that build's packages",
  "the server of commit 149c9f3 on what upgrade back has left",
);

Deno.test({
  name: "the server of 149c9f3 starts on what upgrade back has left of its own folder",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const data = await oldData(folder.path);
    const old = `${folder.path}/old`;
    await Deno.mkdir(old);
    await run("sh", "-c", `git -C "$1" archive 149c9f3 | tar x -C "$2"`, "sh", fileURLToPath(REPOSITORY), old);
    await (await startServer({ data, token: TOKEN, args: ["--safe"] })).stop();
    equal((await cli(["upgrade", "back", "--yes", "--data", data])).code, 0);
    await using server = await startServer({ data, token: TOKEN, checkout: new URL(`file://${old}/`) });
    const { body } = await api(server)<{ requests: { requestId: number }[] }>("GET", "/v1/requests");
    deepEqual(body.requests.map(({ requestId }) => requestId).reverse(), REQUESTS);
  },
});
