import { deepEqual, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { markedPlugin } from "../crash/marked_plugin.ts";
import { untilGone } from "../crash/processes.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { type Ended, runServer } from "./operator.ts";
import { whyNoMount } from "./mounts.ts";
import { skipLoudly, temporaryFolder } from "./temporary.ts";

const VIRTUAL = new URL("../../plugins/virtual", import.meta.url).pathname;

/** The documented answer to wrong use: an exit code, nothing for scripts, and one line for the operator (api section 1). */
function refused({ code, stdout, stderr }: Ended, words: RegExp, { expected = 2 } = {}): void {
  match(stderr, words);
  deepEqual(
    { code, stdout, lines: stderr.trimEnd().split("\n").length },
    { code: expected, stdout: "", lines: 1 },
    stderr,
  );
  match(stderr, /^switchroom: /);
}

const FLAGS: Record<string, { flags: string[]; words: RegExp }> = {
  "an unknown flag": { flags: ["--no-such-flag"], words: /--no-such-flag/ },
  "a flag without its value": { flags: ["--data"], words: /--data/ },
  "a second command": { flags: ["reserve"], words: /serve cannot take "reserve" as well/ },
  "an address that is none": { flags: ["--listen", "nowhere"], words: /"nowhere".*HOST:PORT/ },
  "a port that is none": { flags: ["--listen", "127.0.0.1:70000"], words: /70000.*HOST:PORT/ },
  "an address that is not loopback": { flags: ["--listen", "0.0.0.0:0"], words: /0\.0\.0\.0: without TLS only/ },
  "an IPv6 address that is not loopback": { flags: ["--listen", "[::]:0"], words: /::: without TLS only/ },
  "a configuration that is not there": { flags: ["--config", "/nowhere.json"], words: /\/nowhere\.json/ },
};

for (const [what, { flags, words }] of Object.entries(FLAGS)) {
  Deno.test(`${what} is wrong use: exit 2, and one line says what is wrong (api section 1)`, async () => {
    using folder = temporaryFolder();
    const own = flags[0] === "--listen" || flags[0] === "--data" ? [] : ["--listen", "127.0.0.1:0"];
    const data = flags[0] === "--data" ? [] : ["--data", `${folder.path}/data`];
    refused(await runServer([...data, ...own, ...flags]), words);
    deepEqual(
      [...Deno.readDirSync(folder.path)],
      [],
      "a start that is refused for its flags must leave nothing behind",
    );
  });
}

const CONFIGURATIONS: Record<string, { text: string; words: RegExp }> = {
  "that is not JSON": { text: "{ listen: }", words: /config\.json is not JSON/ },
  "that is empty": { text: "", words: /config\.json is not JSON/ },
  "that is no object": { text: "[]", words: /config\.json is not valid/ },
  "with an unknown key": { text: '{ "listne": "127.0.0.1:0" }', words: /listne/ },
  "with an unknown bound": { text: '{ "bounds": { "openMS": 1 } }', words: /bounds.*openMS/ },
  "with a wrong type": { text: '{ "data": 7 }', words: /: data is 7: it must be a string$/m },
  "with a bound out of its range": { text: '{ "bounds": { "openMs": 0 } }', words: /bounds\.openMs/ },
  "of a later version": { text: '{ "configuration": 2 }', words: /: configuration is 2: it must be 1$/m },
  "with an unknown durability": {
    text: '{ "durability": "some" }',
    words: /: durability is "some": it must be "full" or "normal"$/m,
  },
  "with a plugin without a source": { text: '{ "plugins": [{}] }', words: /plugins\.0\.source/ },
  "with a plugin's grant of a wrong type": {
    text: '{ "plugins": [{ "source": "x", "grants": { "net": "all" } }] }',
    words: /plugins\.0\.grants\.net/,
  },
  "that lists one plugin twice": {
    text: JSON.stringify({ plugins: [{ source: VIRTUAL }, { source: VIRTUAL }] }),
    words: /two of them are named virtual/,
  },
  "that is too large": { text: `{ "data": "${"x".repeat(1_100_000)}" }`, words: /at most 1048576 are read/ },
};

for (const [what, { text, words }] of Object.entries(CONFIGURATIONS)) {
  Deno.test(`a configuration ${what} is refused: exit 2, and one line names the place (api section 1)`, async () => {
    using folder = temporaryFolder();
    const config = `${folder.path}/config.json`;
    await Deno.writeTextFile(config, text);
    const flags = ["--data", `${folder.path}/data`, "--listen", "127.0.0.1:0", "--config", config];
    refused(await runServer(flags), words);
  });
}

Deno.test("a bootstrap token of less than 32 characters is refused: exit 2, and it is not printed (api section 1)", async () => {
  using folder = temporaryFolder();
  const token = "shorter-than-it-must-be";
  const ended = await runServer(["--data", `${folder.path}/data`, "--listen", "127.0.0.1:0"], { token });
  refused(ended, /SWITCHROOM_BOOTSTRAP_TOKEN has 23 characters: it must have at least 32/);
  equal(ended.stderr.includes(token), false);
});

Deno.test("a port that another process listens on is refused: exit 2, no plugin was started and no token made (api section 1)", async () => {
  using folder = temporaryFolder();
  await using plugin = await markedPlugin(new URL(`file://${VIRTUAL}/`), folder.path);
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ plugins: [{ source: plugin.source }] }));
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${taken.addr.port}`;
  const ended = await runServer(["--data", `${folder.path}/data`, "--listen", address, "--config", config]);
  refused(ended, new RegExp(`Cannot listen on ${address}: another process does`));
  await untilGone(plugin.mark);
  using database = new DatabaseSync(`${folder.path}/data/history.db`, { readOnly: true });
  deepEqual(database.prepare("select * from fact").all(), [], "nothing has been begun");
});

Deno.test("a second server on a data folder exits 2 and names the pid of the first, which goes on (api section 1)", async () => {
  await using first = await startServer({ args: ["--safe"] });
  const before = await Deno.readTextFile(`${first.data}/server.json`);
  const ended = await runServer(["--data", first.data, "--listen", "127.0.0.1:0"]);
  refused(ended, new RegExp(`in use by process ${first.pid}\\b`));
  equal(await Deno.readTextFile(`${first.data}/server.json`), before);
  equal((await api(first)("GET", "/v1/phones")).status, 200);
});

const STRANGERS: Record<string, { make: (file: string) => void; words: RegExp; code?: number }> = {
  "a database that is none": {
    make: (file) => Deno.writeTextFileSync(file, "a letter to a friend. ".repeat(20)),
    words: /history\.db as the history: it is not an SQLite database/,
  },
  "somebody else's database": {
    make: (file) => {
      using database = new DatabaseSync(file);
      database.exec("create table bookmarks (url text); insert into bookmarks values ('https://example.org')");
    },
    words: /history\.db as the history: it is another program's database/,
  },
  "a folder in the place of the database": {
    make: (file) => Deno.mkdirSync(file),
    words: /Cannot open the history .*history\.db/,
  },
};

for (const [what, { make, words }] of Object.entries(STRANGERS)) {
  Deno.test(`${what} is refused: exit 2, and it is left untouched`, async () => {
    using folder = temporaryFolder();
    make(`${folder.path}/history.db`);
    const before = contents(folder.path);
    refused(await runServer(["--data", folder.path, "--listen", "127.0.0.1:0"]), words);
    deepEqual(contents(folder.path), before);
  });
}

Deno.test("a database that is newer than this build is refused: exit 57, and it is left untouched (api section 1)", async () => {
  using folder = temporaryFolder();
  const token = crypto.randomUUID();
  {
    await using server = await startServer({ data: folder.path, token, args: ["--safe"] });
    await server.stop();
  }
  {
    using database = new DatabaseSync(`${folder.path}/history.db`);
    database.exec("insert into kysely_migration values ('9999_tomorrow', '2099-01-01T00:00:00.000Z')");
  }
  const before = contents(folder.path)["history.db"];
  const ended = await runServer(["--data", folder.path, "--listen", "127.0.0.1:0"], { token });
  refused(ended, /9999_tomorrow, which this build does not know/, { expected: 57 });
  equal(contents(folder.path)["history.db"], before);
});

Deno.test("a data folder that is a file is refused: exit 2", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  await Deno.writeTextFile(data, "not a folder");
  refused(await runServer(["--data", data, "--listen", "127.0.0.1:0"]), /Cannot use the data folder .*\/data/);
});

Deno.test("a data folder where Deno lets nobody write is refused in words of ours: exit 2", async () => {
  for (const data of ["/dev/shm/switchroom", "/proc/switchroom", "/sys/switchroom"]) {
    refused(
      await runServer(["--data", data, "--listen", "127.0.0.1:0"]),
      /Cannot use the data folder \/.*: nothing below \/dev, \/proc and \/sys can be, .*\. Name another folder$/m,
    );
  }
});

/** The database of a folder, and what SQLite may have put beside it. */
function contents(folder: string): Record<string, string> {
  const entries = [...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("history.db"));
  return Object.fromEntries(entries.map(({ name, isFile }) => [
    name,
    isFile ? Deno.readFileSync(`${folder}/${name}`).toBase64() : "folder",
  ]));
}

Deno.test({
  name: "a data folder of another user is refused to root, too: exit 2, and nothing is made in it",
  ignore: skipLoudly(Deno.uid() === 0 ? undefined : "only root can give a folder away", "a folder of another user"),
  async fn() {
    using folder = temporaryFolder();
    const data = `${folder.path}/data`;
    await Deno.mkdir(data);
    await Deno.chown(data, 65_534, 65_534);
    const ended = await runServer(["--data", data, "--listen", "127.0.0.1:0"]);
    refused(ended, /it belongs to another user, .* sudo -u '#65534'; or give it to this one: chown -R 0 /);
    deepEqual([...Deno.readDirSync(data)], []);
  },
});

const PROGRAM = fileURLToPath(new URL("../../", import.meta.url));

Deno.test({
  name: "without /proc it says what is missing: exit 2",
  ignore: skipLoudly(whyNoMount(), "a machine without /proc"),
  async fn() {
    const { code, signal, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", 'mount -t tmpfs none /proc; exec "$1/bin/switchroom" --version', "sh", PROGRAM],
      env: { DENO: Deno.execPath() },
    }).output();
    const text = new TextDecoder();
    const words = /There is no \/proc, without which Deno does not run: mount it \(mount -t proc proc \/proc\)$/m;
    refused({ code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) }, words);
  },
});

Deno.test("a program that is half installed says what is not there, and to install it again: exit 2", async () => {
  using folder = temporaryFolder();
  await Deno.mkdir(`${folder.path}/bin`);
  await Deno.copyFile(`${PROGRAM}bin/switchroom`, `${folder.path}/bin/switchroom`);
  await Deno.copyFile(`${PROGRAM}deno.json`, `${folder.path}/deno.json`);
  const { code, stdout, stderr } = await new Deno.Command(`${folder.path}/bin/switchroom`, {
    args: ["serve"],
    env: { DENO: Deno.execPath() },
  }).output();
  const text = new TextDecoder();
  const words =
    /It is not whole: .*\/server\/main\.ts is not there\. Install it again; the data is elsewhere and stays/;
  refused({ code, signal: null, stdout: text.decode(stdout), stderr: text.decode(stderr) }, words);
});

Deno.test("a start from a folder that has been deleted says so, and nothing of packages: exit 2", async () => {
  using folder = temporaryFolder();
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      'cd "$1" && mkdir gone && cd gone && rmdir ../gone && exec "$2" --version',
      "sh",
      folder.path,
      `${PROGRAM}bin/switchroom`,
    ],
    env: { DENO: Deno.execPath() },
  }).output();
  const words = new TextDecoder().decode(stderr);
  match(words, /^switchroom: The folder from which you call it has been deleted: go to another one \(cd\)$/m);
  deepEqual([code, words.includes("packages")], [2, false]);
});
