import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { retry } from "@std/async/retry";
import { takeDataFolder } from "../../server/history/mod.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { cli, type Ended, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

/** One line of a doctor's, as a script reads it. */
interface Finding {
  part: string;
  state: "good" | "odd" | "bad";
  says: string;
  remedy?: string;
}

/** What a doctor found. */
interface Found extends Ended {
  /** What it found about a part. */
  about(part: string): Finding | undefined;
  /** What is not good. */
  faults: string[];
}

/** Asks the doctor about a data folder. On a port of its own, so that what runs on this machine does not matter. */
async function examine(data: string, ...args: string[]): Promise<Found> {
  const listen = args.includes("--listen") || args.includes("--config") ? [] : ["--listen", "127.0.0.1:0"];
  const ended = await cli(["doctor", "--json", "--data", data, ...listen, ...args]);
  equal(ended.stderr, "");
  const findings = jsonLines<Finding>(ended);
  return {
    ...ended,
    about: (part) => findings.find((finding) => finding.part === part),
    faults: findings.filter(({ state }) => state !== "good").map(({ part, state }) => `${state} ${part}`),
  };
}

/** A data folder that a server has left in order. */
async function usedFolder(): Promise<Disposable & { path: string }> {
  const folder = temporaryFolder();
  await using server = await startServer({ data: folder.path, args: ["--safe"] });
  await server.stop();
  return folder;
}

/** Everything in a folder: names, and sizes and times of change. */
function trace(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => {
    const { size, mtime, mode } = Deno.statSync(`${path}/${name}`);
    return `${name} ${size} ${mtime?.getTime()} ${mode}`;
  }).sort();
}

Deno.test("a sound installation has no fault, before its first start, after it and while its server runs", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const before = await examine(data);
  deepEqual({ code: before.code, faults: before.faults }, { code: 0, faults: ["odd data folder", "odd history"] });
  deepEqual([...Deno.readDirSync(folder.path)], []);
  {
    await using server = await startServer({ data });
    const during = await examine(data);
    deepEqual({ code: during.code, faults: during.faults }, { code: 0, faults: [] });
    match(during.about("server.json")!.says, new RegExp(`^process ${server.pid} serves at ${server.url}$`));
    equal(during.about("server")?.says, "It is ready");
    await server.stop();
  }
  const left = trace(data);
  const after = await examine(data);
  deepEqual({ code: after.code, faults: after.faults }, { code: 0, faults: [] });
  deepEqual(trace(data), left);
});

Deno.test("a token that soon comes to its end is odd, as the server warns of it, with the command that prolongs it", async () => {
  using folder = temporaryFolder();
  const data = folder.path;
  const token = crypto.randomUUID();
  {
    await using server = await startServer({ data, token, args: ["--safe"] });
    const call = api(server);
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
    for (const [name, expiresAt] of [["soon", days(3)], ["short", days(3)], ["later", days(8)], ["never"]] as const) {
      const body = { name, scopes: ["phones:monitor"], ...expiresAt && { expiresAt } };
      equal((await call("POST", "/v1/tokens", { body })).status, 201);
    }
    await server.stop();
  }
  {
    // All but one were made a month ago. Whoever looks at the history sees that this is not so.
    using database = new DatabaseSync(`${data}/history.db`);
    database.exec(`update token set created_at = created_at - 30 * 86400000 where name <> 'short'`);
  }
  await using server = await startServer({ data, token });
  const found = await examine(data);
  deepEqual(found.faults.filter((fault) => fault !== "bad history"), ["odd tokens"]);
  const { id = "", says = "" } = /^(?<id>\S+) (?<says>.*)$/.exec(found.about("tokens")!.says)!.groups!;
  match(says, /^"soon" ends at \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  equal(found.about("tokens")?.remedy, `If it is still needed: token rotate ${id} --expires 90d`);
  equal((await cli(["token", "rotate", id, "--expires", "90d", "--data", data])).code, 0);
  equal((await examine(data)).about("tokens"), undefined);
  await server.stop();
});

Deno.test("without --config the configuration of the server that runs is looked at", async () => {
  using folder = temporaryFolder();
  const [config, data] = [`${folder.path}/switchroom.json`, `${folder.path}/data`];
  await Deno.writeTextFile(config, JSON.stringify({ plugins: [{ name: "ours", source: "builtin:virtual" }] }));
  await using server = await startServer({ data, args: ["--config", config] });
  const found = await examine(data);
  equal(found.about("configuration")?.says, `${config}, as the running server has it`);
  equal(found.about("plugin ours")?.state, "good");
  await Deno.writeTextFile(config, "{");
  match((await examine(data)).about("configuration")!.says, /is not JSON/);
  await server.stop();
  equal((await examine(data)).about("configuration")?.says, "every default");
});

Deno.test("for people each finding is a line with its mark, and what to do", async () => {
  using folder = temporaryFolder();
  const { code, stdout } = await cli(["doctor", "--data", `${folder.path}/data`, "--listen", "127.0.0.1:0"]);
  equal(code, 0);
  match(stdout, /^✓ configuration: every default\n✓ Deno: Deno 2\.\d+\.\d+\n/);
  match(stdout, /\n! history: There is none yet\. The first start of the server makes it\n/);
});

Deno.test("what a killed server left is odd, and no fault: the next start sees to it", async () => {
  using folder = temporaryFolder();
  {
    await using server = await startServer({ data: folder.path, args: ["--safe"] });
    await server.kill();
  }
  const found = await examine(folder.path);
  deepEqual({ code: found.code, faults: found.faults }, { code: 0, faults: ["odd server.json"] });
  match(found.about("server.json")!.says, /names process \d+, which was killed/);
});

Deno.test("a plugin that a killed server left running is named", async () => {
  using folder = temporaryFolder();
  const child = new Deno.Command("sh", { args: ["-c", "read line", "sh", NONCE], stdin: "piped" }).spawn();
  try {
    const running = {
      [NONCE]: { name: "hung", pid: child.pid, parent: Deno.ppid },
      [crypto.randomUUID()]: { name: "other", pid: Deno.pid, parent: Deno.pid },
    };
    await Deno.writeTextFile(`${folder.path}/plugins.json`, JSON.stringify({ version: 2, running }));
    const found = await examine(folder.path);
    equal(found.about("processes")?.says, `Plugins of a killed server still run: ${child.pid}`);
  } finally {
    child.kill("SIGKILL");
    await child.stdin.close().catch(() => {});
    await child.status;
  }
});

const NONCE = "0b6f4c1e-2f2b-4d0e-9a39-3f1f0a6f5d11";

Deno.test("a folder that another process has, and where nothing serves, is told", async () => {
  using folder = temporaryFolder();
  using _taken = await takeDataFolder(folder.path);
  const found = await examine(folder.path);
  match(found.about("server.json")!.says, new RegExp(`^process ${Deno.pid} has the folder and does not say where`));
  match(found.about("server")!.says, /in use by process \d+/);
  equal(found.code, 1);
});

const DAMAGED: Record<string, { damage: (file: string) => void; words: RegExp }> = {
  "bytes that were overwritten": {
    damage(file) {
      using open = Deno.openSync(file, { write: true });
      open.seekSync(5_000, Deno.SeekMode.Start);
      open.writeSync(new Uint8Array(30_000).fill(0x5a));
    },
    words: /^The file is damaged: /,
  },
  "a row that was changed behind the triggers": {
    damage(file) {
      using database = new DatabaseSync(file);
      database.exec("drop trigger fact_is_never_changed; update fact set token = 'somebody else'");
    },
    words: /^Block \d+ is wrong: row \d+ is not the one that was written/,
  },
  "a file that was cut off": {
    damage: (file) => Deno.truncateSync(file, 8_192),
    words: /^The file is damaged: /,
  },
  "a migration of a newer build": {
    damage(file) {
      using database = new DatabaseSync(file);
      database.exec("insert into kysely_migration values ('9999_tomorrow', '2099-01-01T00:00:00.000Z')");
    },
    words: /newer than this build: it has had 9999_tomorrow/,
  },
  "a file that is no history": {
    damage: (file) => Deno.writeTextFileSync(file, "a letter to a friend. ".repeat(20)),
    words: /is not an SQLite database/,
  },
};

for (const [what, { damage, words }] of Object.entries(DAMAGED)) {
  Deno.test(`${what} in the place of the history is a fault, and nothing is changed`, async () => {
    using folder = await usedFolder();
    damage(`${folder.path}/history.db`);
    const before = trace(folder.path);
    const found = await examine(folder.path);
    match(found.about("history")!.says, words);
    deepEqual({ code: found.code, faults: found.faults }, { code: 1, faults: ["bad history"] });
    deepEqual(trace(folder.path), before);
  });
}

for (
  const [what, change, words] of [
    ["a row that was changed", "update fact set token = 'x'", /^block \d+ is wrong: row \d+ is not the one that was/],
    ["what was changed beside the chain", "", /^beside the chain: the trigger fact_is_never_changed is missing$/],
  ] as const
) {
  Deno.test(`${what} is told in the same words by doctor, history verify, readyz and the fact`, async () => {
    using folder = await usedFolder();
    {
      using database = new DatabaseSync(`${folder.path}/history.db`);
      database.exec(`drop trigger fact_is_never_changed; ${change}`);
    }
    const says = (await examine(folder.path)).about("history")?.says ?? "";
    const verified = await cli(["history", "verify", "--data", folder.path]);
    equal(verified.code, 1);
    const fault = `${says.charAt(0).toLowerCase()}${says.slice(1)}`;
    match(fault, words);
    ok(verified.stdout.startsWith(`${says}; `), verified.stdout);
    await using server = await startServer({ data: folder.path, args: ["--safe"], token: crypto.randomUUID() });
    const { body: { reasons } } = await api(server)<{ reasons: string[] }>("GET", "/readyz");
    ok(reasons.includes(`The history is not as it was written: ${fault}`), `${reasons}`);
    const facts = await cli(["history", "events", "--type", "historyDamaged", "--json", "--data", folder.path]);
    deepEqual(jsonLines<{ detail: unknown }>(facts).map(({ detail }) => detail), [{ reason: fault }]);
  });
}

Deno.test("a history that a start would refuse is a fault: one that is gone, and an older one", async () => {
  using folder = await usedFolder();
  const file = `${folder.path}/history.db`;
  await Deno.copyFile(file, `${folder.path}/older`);
  {
    await using server = await startServer({ data: folder.path, token: crypto.randomUUID(), args: ["--safe"] });
    await server.stop();
  }
  for (
    const [does, words] of [
      [() => Deno.rename(`${folder.path}/older`, file), /^No server starts: it ends at block \d+, but block \d+ of /],
      [() => Deno.remove(file), /^No server starts: it is not there, but its block \d+ of /],
    ] as const
  ) {
    await does();
    const before = trace(folder.path);
    const found = await examine(folder.path);
    match(found.about("history")!.says, words);
    match(found.about("history")!.remedy!, /--accept-history$/);
    deepEqual({ code: found.code, faults: found.faults }, { code: 1, faults: ["bad history"] });
    deepEqual(trace(folder.path), before);
  }
});

Deno.test("a killed server's history without its write-ahead log is a fault, and stays without one", async () => {
  using folder = temporaryFolder();
  {
    await using server = await startServer({ data: folder.path, args: ["--safe"] });
    await cli(["token", "create", "x", "--data", folder.path]);
    await retry(
      async () => match(await Deno.readTextFile(`${folder.path}/history-head.json`), /"log":true/),
      { minTimeout: 20, maxTimeout: 100, maxAttempts: 300 },
    );
    await server.kill();
  }
  await Deno.remove(`${folder.path}/history.db-wal`);
  const before = trace(folder.path);
  const found = await examine(folder.path);
  match(found.about("history")!.says, /^No server starts: its write-ahead log is gone/);
  deepEqual(trace(folder.path), before);
});

/** Larger than what is looked at row by row. */
const LARGE = 1_073_741_824 + 4_096;

Deno.test("a history of more than 1 GiB that no server runs on is no fault: some of its blocks are looked at, and its tables", async () => {
  using folder = await usedFolder();
  const file = `${folder.path}/history.db`;
  // What lies behind the last page is none of SQLite's business.
  await Deno.truncate(file, LARGE);
  const before = trace(folder.path);
  const found = await examine(folder.path);
  deepEqual({ code: found.code, faults: found.faults }, { code: 0, faults: ["odd history"] });
  match(
    found.about("history")!.says,
    /^It is too large to be looked at row by row here; some of its blocks are right$/,
  );
  deepEqual(trace(folder.path), before);
  {
    using database = new DatabaseSync(file);
    database.exec("drop trigger fact_is_never_changed");
  }
  await Deno.truncate(file, LARGE);
  const damaged = await examine(folder.path);
  equal(damaged.about("history")?.says, "Beside the chain: the trigger fact_is_never_changed is missing");
});

Deno.test("a history that is deleted under a running server is a fault, with the way out", async () => {
  await using server = await startServer({ args: ["--safe"] });
  await Deno.remove(`${server.data}/history.db`);
  const found = await examine(server.data);
  match(found.about("history")!.says, /^It is not there, though process \d+ writes it$/);
  match(found.about("history")!.remedy!, /^End the server: it leaves a copy/);
  equal(found.code, 1);
});

Deno.test("a configuration that is not valid is a fault, and the rest is looked at all the same", async () => {
  using folder = await usedFolder();
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, '{ "bounds": { "openMS": 1 } }');
  const found = await examine(folder.path, "--config", config);
  match(found.about("configuration")!.says, /bounds\.openMS is not known: did you mean openMs\?/);
  equal(found.about("history")?.state, "good");
  equal(found.code, 1);
});

Deno.test("plugins that could not be started are faults, with the line to add", async () => {
  using folder = temporaryFolder();
  const plugin = `${folder.path}/plugin`;
  await Deno.mkdir(plugin);
  await Deno.writeTextFile(
    `${plugin}/plugin.json`,
    JSON.stringify({
      ...{ manifest: 1, name: "door", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" },
      permissions: { net: ["192.168.4.0/24"] },
    }),
  );
  await Deno.writeTextFile(`${plugin}/main.ts`, "export default undefined;");
  const config = `${folder.path}/config.json`;
  const plugins = [
    { name: "granted", source: plugin, grants: { net: ["192.168.4.0/24"] } },
    { name: "waiting", source: plugin },
    { source: plugin },
    { name: "granted", source: plugin, grants: { net: ["192.168.4.0/24"] } },
    { name: "missing", source: `${folder.path}/nowhere` },
    { name: "asleep", source: plugin, enabled: false },
  ];
  await Deno.writeTextFile(config, JSON.stringify({ listen: "127.0.0.1:0", plugins }));
  const found = await examine(`${folder.path}/data`, "--config", config);
  equal(found.about("plugin granted")?.state, "good");
  match(found.about("plugin waiting")!.says, /not granted.*"grants": \{"net":\["192\.168\.4\.0\/24"\]\}/);
  match(found.about("plugin door")!.says, /not granted/);
  match(found.about("plugin missing")!.says, /nowhere\/plugin\.json: there is none/);
  equal(found.about("plugin asleep")?.state, "odd");
  match(found.stdout, /There are two plugins named granted/);
  equal(found.code, 1);
});

Deno.test("an address that another process has is a fault", async () => {
  using folder = temporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const found = await examine(folder.path, "--listen", `127.0.0.1:${listener.addr.port}`);
  match(found.about("address")!.says, /another process does/);
  equal(found.code, 1);
});

Deno.test("what only the server may do is no fault: a granted variable, an address that is not the command line's", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const plugins = [{ source: "builtin:virtual", grants: { env: ["HOME"] } }];
  await Deno.writeTextFile(config, JSON.stringify({ listen: "127.0.0.2:0", plugins }));
  const found = await examine(`${folder.path}/data`, "--config", config);
  equal(found.about("plugin virtual")?.state, "good");
  equal(found.about("permissions")?.state, "good");
  match(found.about("address")!.says, /127\.0\.0\.2:0 is free is not known/);
  equal(found.code, 0);
});

Deno.test("permissions that Deno cannot name are a fault", async () => {
  using folder = temporaryFolder();
  const found = await examine(`${folder.path}/one,two`);
  match(found.about("permissions")!.says, /one,two .*symbolic link/);
  equal(found.code, 1);
});

Deno.test("a server that cannot work says why", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const found = await examine(server.data);
  match(found.about("server")!.says, /started with --safe/);
});

Deno.test("what others may read is told, with the command that mends it", async () => {
  using folder = await usedFolder();
  await Deno.chmod(folder.path, 0o755);
  const folderFound = await examine(folder.path);
  equal(folderFound.about("data folder")?.remedy, `chmod 700 ${folder.path}`);
  await using server = await startServer({ args: ["--safe"] });
  await Deno.chmod(`${server.data}/server.json`, 0o644);
  const fileFound = await examine(server.data);
  equal(fileFound.about("server.json")?.remedy, `chmod 600 ${server.data}/server.json`);
  ok(fileFound.code === 1);
});

Deno.test({
  name: "a folder that this user cannot write is a fault",
  ignore: skipLoudly(Deno.uid() === 0 ? "root can write everywhere" : undefined, "doctor on a folder of somebody else"),
  async fn() {
    using folder = await usedFolder();
    await Deno.chmod(folder.path, 0o500);
    try {
      const found = await examine(folder.path);
      match(found.about("data folder")!.says, /cannot be read and written by this user/);
      equal(found.code, 1);
    } finally {
      await Deno.chmod(folder.path, 0o700);
    }
  },
});

Deno.test({
  name: "a folder of somebody else is told from one that is not there, by every command and once",
  ignore: skipLoudly(Deno.uid() === 0 ? "root can look everywhere" : undefined, "a folder of somebody else"),
  async fn() {
    using folder = await usedFolder();
    await Deno.chmod(folder.path, 0);
    try {
      for (const words of ["phone list", "token list", "migrate status"]) {
        refused(await cli([...words.split(" "), "--data", folder.path]), {
          code: 1,
          words: /belongs to another user. Run as its owner, or/,
        });
      }
      deepEqual((await examine(folder.path)).faults, ["bad data folder"]);
    } finally {
      await Deno.chmod(folder.path, 0o700);
    }
  },
});

Deno.test("a folder that is a file is a fault, and nothing stumbles over it", async () => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/data`, "not a folder");
  const found = await examine(`${folder.path}/data`);
  match(found.about("data folder")!.says, /is not a folder/);
  equal(found.code, 1);
});

Deno.test("wrong use of doctor is no finding: exit 2", async () => {
  refused(await cli(["doctor", "--safe"]), { code: 2, words: /no option --safe/ });
});
