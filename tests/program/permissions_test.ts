import { deepEqual, equal, match } from "node:assert/strict";
import { readNamed } from "../../server/program/launch/named.ts";
import { commandLineFlags } from "../../server/program/launch/permissions.ts";
import { placed } from "../../server/program/places.ts";
import { readConfiguration } from "../../server/program/configuration/read.ts";
import { cli, cliCommand } from "../cli/support/cli.ts";
import { refused } from "../cli/support/refused.ts";
import { eventually } from "../crash/eventually.ts";
import { runServer } from "../faults/operator.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { type Attempt, MARK, preload } from "./permission_probe.ts";

const REPOSITORY = new URL("../../", import.meta.url).pathname;
const MANIFEST = { manifest: 1, name: "lamps", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" };

/** Writes a plugin with this code for its factory. */
async function writePlugin(folder: string, { permissions = {}, code = "" }): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/plugin.json`, JSON.stringify({ ...MANIFEST, permissions }));
  const module =
    `import { definePlugin } from "switchroom/plugin"; export default definePlugin(() => { ${code}; return {}; });`;
  await Deno.writeTextFile(`${folder}/main.ts`, module);
  return folder;
}

/** The words by which the server's process was started, or its environment, as its system knows them. */
async function wordsOf({ pid }: { pid: number }, of: "cmdline" | "environ" = "cmdline"): Promise<string[]> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/${of}`] }).output();
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

Deno.test("a server runs with the permissions that --print-permissions shows, word for word, and with no others", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const data = `${folder.path}/data`;
  const source = await writePlugin(`${folder.path}/lamps`, {});
  await Deno.writeTextFile(config, JSON.stringify({ plugins: [{ source: "lamps", grants: { env: ["LAMPS"] } }] }));
  const args = ["--data", data, "--listen", "127.0.0.1:0", "--config", config];

  const { code, stdout } = await cli(["serve", ...args, "--print-permissions"]);
  equal(code, 0);
  const flags = stdout.split("\n").filter((line) => line.startsWith("--"));
  const program = ["server", "migrations", "plugins"].map((name) => `${REPOSITORY}${name}`);
  deepEqual(flags, [
    "--no-prompt",
    "--no-remote",
    "--allow-net=127.0.0.1",
    `--allow-read=${[...program, data, config, source].join(",")}`,
    `--allow-write=${data}`,
    "--allow-env=SWITCHROOM_BOOTSTRAP_TOKEN,NOTIFY_SOCKET,INVOCATION_ID,LAMPS",
    "--allow-run=sh",
  ]);
  match(stdout, /^permission +value +why$/m);
  match(stdout, /^env +LAMPS +granted to a plugin$/m);
  deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["config.json", "lamps"]);

  await using server = await startServer({ data, args: ["--config", config] });
  const [deno, ...words] = await wordsOf(server);
  const end = words.findIndex((word) => word.endsWith("/server.ts"));
  deepEqual([deno, ...words.slice(0, end)], [
    Deno.execPath(),
    "run",
    "--no-code-cache",
    "--config",
    `${REPOSITORY}deno.json`,
    ...flags,
  ]);
});

Deno.test("the server and the command line have the same flags of V8, and keep no compiled code in Deno's cache", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const flagsOf = async (process: { pid: number }) =>
    (await wordsOf(process, "environ")).flatMap((word) => /^DENO_V8_FLAGS=(.+)$/.exec(word)?.[1] ?? []);
  const ofServer = await flagsOf(server);
  // It waits for what nobody writes.
  const [program, ...args] = cliCommand(["request", "setData", "x:1", "dataId=0", "data=@-"]);
  const command = new Deno.Command(program, { args, env: { DENO: Deno.execPath() }, stdin: "piped" }).spawn();
  const ofCli = await eventually(async () => {
    const words = await wordsOf(command);
    equal(words.some((word) => word.endsWith("/main.ts")), true);
    equal(words.includes("--no-code-cache"), true);
    return await flagsOf(command);
  });
  command.kill("SIGKILL");
  await command.stdin.close();
  await command.status;
  equal(ofServer.length, 1);
  deepEqual(ofServer, ofCli);
});

Deno.test("an address, a file, a variable or a program that the configuration does not name is refused to the server itself", async () => {
  using folder = temporaryFolder();
  using neighbour = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listen = `127.0.0.1:${free.addr.port}`;
  free.close();
  const config = `${folder.path}/config.json`;
  const secret = `${folder.path}/secret`;
  await Deno.writeTextFile(secret, "4711");
  await using receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
  const url = `http://127.0.0.1:${receiver.addr.port}/`;
  const checkpoints = { url, file: `${folder.path}/checkpoints.jsonl` };
  await Deno.writeTextFile(config, JSON.stringify({ listen, data: "data", plugins: [], checkpoints }));
  const refused: Attempt[] = [
    ["connect", `127.0.0.1:${neighbour.addr.port}`],
    ["fetch", `http://127.0.0.1:${neighbour.addr.port}/`],
    ["connect", "192.0.2.1:443"],
    ["connect", "stranger.invalid:443"],
    ["listen", "0"],
    ["read", folder.path],
    ["read", "/etc"],
    ["read", `${REPOSITORY}tests`],
    ["write", secret],
    ["write", config],
    ["write", `${folder.path}/other.jsonl`],
    ["write", `${REPOSITORY}server/main.ts`],
    ["env", "HOME"],
    ["env", "SWITCHROOM_TOKEN"],
    ["run", "ls"],
    ["run", Deno.execPath()],
    ["load", "libc.so.6"],
    ["system", ""],
  ];
  const granted: Attempt[] = [
    ["listen", String(free.addr.port)],
    ["fetch", url],
    ["write", checkpoints.file],
    ["read", `${REPOSITORY}server`],
    ["env", "SWITCHROOM_BOOTSTRAP_TOKEN"],
    ["run", "sh"],
  ];
  const imported: Attempt = ["import", "https://jsr.io/x.ts"];
  const flags = preload([...refused, ...granted, imported]);
  await using server = await startServer({ data: `${folder.path}/data`, args: ["--config", config], flags, listen });
  equal(server.url, `http://${listen}`);
  const outcomes = server.output().split("\n").filter((line) => line.startsWith(MARK))
    .map((line) => JSON.parse(line.slice(MARK.length)));
  deepEqual(outcomes, [
    ...refused.map((attempt) => [...attempt, "NotCapable"]),
    ...granted.map((attempt) => [...attempt, "granted"]),
    [...imported, "TypeError"],
  ]);
  equal(await Deno.readTextFile(secret), "4711");
});

Deno.test("a variable that a plugin is granted reaches it, and nobody has to permit it to the server besides", async () => {
  using folder = temporaryFolder();
  const permissions = { env: ["HOME"] };
  const source = await writePlugin(`${folder.path}/lamps`, {
    permissions,
    code: `console.log("at home in", Deno.env.get("HOME"))`,
  });
  await using server = await startServer({ config: { plugins: [{ source, grants: permissions }] } });
  const { body } = await api(server)<{ lines: { text: string }[] }>("GET", "/v1/plugins/lamps/logs");
  match(body.lines.map(({ text }) => text).join("\n"), new RegExp(`at home in ${Deno.env.get("HOME")}$`, "m"));
});

Deno.test("a plugin's folder that is a link is read, wherever it leads", async () => {
  using folder = temporaryFolder();
  await writePlugin(`${folder.path}/real`, {});
  await Deno.symlink(`${folder.path}/real`, `${folder.path}/link`);
  await using server = await startServer({ config: { plugins: [{ source: `${folder.path}/link` }] } });
  const { body } = await api(server)<{ plugins: { state: string }[] }>("GET", "/v1/plugins");
  deepEqual(body.plugins.map(({ state }) => state), ["ready"]);
});

Deno.test("what the configuration names since the start a reload refuses, says that a restart is due, and leaves the plugin going on", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  const configure = (entry: object) => Deno.writeTextFile(config, JSON.stringify({ plugins: [entry] }));
  const first = await writePlugin(`${folder.path}/first`, {});
  const second = await writePlugin(`${folder.path}/second`, {});
  await configure({ source: first });
  await using server = await startServer({ args: ["--config", config] });
  const call = api(server);
  const changed = [
    [{ source: second, name: "lamps" }, /named then\. Restart the server/],
    [{ source: second }, /a folder that is new .* after a restart/],
    [{ source: first, grants: { env: ["LAMPS"] } }, /variable LAMPS .*named then\. Restart the server/],
  ] as const;
  for (const [entry, words] of changed) {
    await configure(entry);
    const { status, body } = await call<{ detail: string }>("POST", "/v1/plugins/lamps/reload");
    equal(status, 409);
    match(body.detail, words);
    const { body: { plugins } } = await call<{ plugins: { state: string }[] }>("GET", "/v1/plugins");
    deepEqual(plugins.map(({ state }) => state), ["ready"]);
  }
});

Deno.test("a path with a comma cannot be permitted: exit 2, and the line says the way around, which works", async () => {
  using folder = temporaryFolder();
  await Deno.mkdir(`${folder.path}/one,two`);
  const { code, stdout, stderr } = await runServer(["--data", `${folder.path}/one,two`, "--listen", "127.0.0.1:0"]);
  deepEqual({ code, stdout, lines: stderr.trimEnd().split("\n").length }, { code: 2, stdout: "", lines: 1 });
  match(stderr, /^switchroom: Cannot give the server read .*one,two .*symbolic link/);
  await Deno.symlink(`${folder.path}/one,two`, `${folder.path}/data`);
  await using _server = await startServer({ data: `${folder.path}/data`, args: ["--safe"] });
});

Deno.test("a data folder around the program does not let the server write the program", async () => {
  const { stdout } = await cli(["serve", "--data", REPOSITORY, "--print-permissions"]);
  const denied = /^--deny-write=(.*)$/m.exec(stdout)?.[1]?.split(",") ?? [];
  for (const name of ["server", "plugins", "migrations", "bin", "packaging", "deno.json"]) {
    equal(denied.includes(REPOSITORY + name), true);
  }
});

Deno.test("--url permits the one host that it names: no pattern of hosts, no list, and nothing that Deno would not take", async () => {
  for (const host of ["*.example.org", "*", "one.example,two.example", "$(id)", "it's"]) {
    refused(await cli(["phone", "list", "--url", `http://${host}`], { env: { SWITCHROOM_TOKEN: "x" } }), {
      code: 2,
      words: /--url cannot be "http:.*: it must be as http:\/\/127\.0\.0\.1:8274/,
    });
    deepEqual(commandLineFlags({ url: `http://${host}` }), commandLineFlags({ url: undefined }));
  }
});

/** What is connected to for an address, as Deno names it. */
const RECEIVERS: Record<string, string> = {
  "https://audit.example.org/x": "audit.example.org:443",
  "http://[::1]/": "[::1]:80",
  "http://tsa.example.org:318/": "tsa.example.org:318",
};

const CONFIGURATIONS: Record<string, object> = {
  "that says nothing": {},
  "with everything that is named": {
    listen: "localhost:8275",
    data: "../elsewhere",
    tls: { cert: "cert.pem", key: "/keys/key.pem" },
    checkpoints: {
      file: "checkpoints.jsonl",
      url: "https://audit.example.org/x",
      key: "key.pem",
      tokenFile: "/keys/token",
      timestamps: "http://tsa.example.org:318/",
    },
    plugins: [{ source: "builtin:sip" }, { source: "lamps", grants: { env: ["ONE", "TWO"] } }, { source: "/bells" }],
  },
  "with an address of IPv6": { listen: "[::1]:0", plugins: [], checkpoints: { url: "http://[::1]/" } },
};

for (const [what, configuration] of Object.entries(CONFIGURATIONS)) {
  Deno.test(`a configuration ${what} is planned by what the server then reads in it`, async () => {
    using folder = temporaryFolder();
    const config = `${folder.path}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify(configuration));
    for (const flags of [{ config }, { config, data: "/data", listen: "127.0.0.1:9" }]) {
      const named = await readNamed(await placed(flags));
      const { listen, data, tls, checkpoints, plugins } = await readConfiguration(flags);
      const sources = plugins.map(({ source }) => source).filter((source) => !source.startsWith(REPOSITORY));
      deepEqual(named, {
        listen,
        data,
        tls: tls !== undefined,
        files: [config, tls?.cert, tls?.key, checkpoints.key, checkpoints.tokenFile].filter((path) =>
          path !== undefined
        ),
        sources,
        appended: checkpoints.file === undefined ? [] : [checkpoints.file],
        receivers: [checkpoints.url, checkpoints.timestamps].flatMap((url) => RECEIVERS[url ?? ""] ?? []),
        variables: plugins.flatMap(({ grants }) => grants?.env ?? []),
      });
    }
  });
}
