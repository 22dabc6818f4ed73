import { deepEqual, equal, match } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { COMMANDS } from "../../server/cli/mod.ts";
import { takeDataFolder } from "../../server/history/mod.ts";
import type { Certificate } from "../../server/http/mod.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { CuttingProxy } from "../harness/cutting_proxy.ts";
import { startServer } from "../harness/start_server.ts";
import { makeCertificate } from "../program/support/certificate.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

Deno.test("phones are listed and shown, for people in columns and for scripts in JSON, by whoever can read the data folder", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const list = await cli(["phone", "list", ...at]);
  deepEqual({ code: list.code, stderr: list.stderr }, { code: 0, stderr: "" });
  match(list.stdout, /^PHONE +ID +STATE +OWNER +MONITORS +NAME\nvirtual:desk-1 +0 +connected +- +0 +Desk 1\n/);
  const phones = jsonLines(await cli(["phone", "list", "--json", ...at]));
  deepEqual(phones.map(({ phone }) => phone), ["virtual:desk-1", "virtual:mini-1"]);
  const { stdout } = await cli(["phone", "show", "1", ...at]);
  match(stdout, /^phone +virtual:mini-1\n[^]*\nlamps +12\n/);
  match(stdout, /\npressable buttons +0 1 2 3 4 5 6 7 8 9 10 11 12\n/);
  match(stdout, /\nvolumes +handset\nreadable volumes +handset\ngains +handset\nreadable gains +handset\n/);
  match(stdout, /\nextension +switchroom-virtual\/1\n$/);
  deepEqual(jsonLines(await cli(["phone", "show", "virtual:desk-1", "--json", ...at])), [phones[0]]);
  refused(await cli(["phone", "show", "virtual:none", ...at]), {
    code: 1,
    words: /virtual:none.*PHONEERR_BADDEVICEID/,
  });
});

Deno.test("R103 a phone that is suspended is shown as such, in the list and by itself", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const person = (suspended: boolean) =>
    cli(["request", "devSpecific", "virtual:desk-1", `params=${btoa(JSON.stringify({ suspended }))}`, ...at]);
  equal((await person(true)).code, 0);
  match((await cli(["phone", "list", ...at])).stdout, /\nvirtual:desk-1 +0 +suspended +- +0 +Desk 1\n/);
  match((await cli(["phone", "show", "virtual:desk-1", ...at])).stdout, /\nstate +suspended\n/);
  equal((await person(false)).code, 0);
  match((await cli(["phone", "show", "virtual:desk-1", ...at])).stdout, /\nstate +connected\n/);
});

Deno.test("every getter can be asked from a shell", async () => {
  await using server = await startServer();
  const at = ["--data", server.data, "--json"];
  const get = async (...what: string[]) => {
    const ended = await cli(["phone", "get", "virtual:desk-1", ...what, ...at]);
    equal(ended.code, 0, ended.stderr);
    return jsonLines(ended)[0]!;
  };
  equal((await get("status"))["numMonitors"], 1);
  deepEqual(await get("display"), { rows: [" ".repeat(24), " ".repeat(24)] });
  deepEqual(await get("hookswitch"), { offHook: [] });
  equal((await get("ring"))["mode"], 0);
  equal((await get("volume", "handset"))["device"], "handset");
  equal((await get("gain", "speaker"))["device"], "speaker");
  deepEqual(await get("lamp", "20"), { lamp: 20, mode: "off" });
  equal((await get("button", "12"))["button"], 12);
  equal((await get("data", "0"))["dataId"], 0);
  const people = await cli(["phone", "get", "virtual:desk-1", "lamp", "20", "--data", server.data]);
  equal(people.stdout, "lamp  20\nmode  off\n");
  const display = await cli(["phone", "get", "virtual:desk-1", "display", "--data", server.data]);
  equal(display.stdout, `rows  |${" ".repeat(24)}|\n      |${" ".repeat(24)}|\n`);
  const status = await cli(["phone", "get", "virtual:desk-1", "status", "--data", server.data]);
  match(status.stdout, /\ndisplay +\| {24}\|\n +\| {24}\|\nlampModes +(\d+ off {2})+\d+ off\n/);
  refused(await cli(["phone", "get", "virtual:desk-1", "lamp", "99", ...at]), {
    code: 1,
    words: /PHONEERR_INVALBUTTONLAMPID/,
  });
  refused(await cli(["phone", "get", "virtual:desk-1", "lamp", ...at]), { code: 2, words: /lamp needs ID after it/ });
  refused(await cli(["phone", "get", "virtual:desk-1", "ring", "1", ...at]), {
    code: 2,
    words: /ring takes no 1 after it/,
  });
});

Deno.test("without a server one line says so, and that of a killed one is told from one that does not answer", async () => {
  using folder = temporaryFolder();
  const list = (...args: string[]) => cli(["phone", "list", "--data", folder.path, ...args]);
  refused(await list(), { code: 1, words: /No server runs on the data folder/ });
  {
    await using server = await startServer({ data: folder.path, args: ["--safe"] });
    await server.kill();
  }
  refused(await list(), {
    code: 1,
    words: /No server runs on the data folder.*server\.json is what a killed one left/,
  });
  {
    using _taken = await takeDataFolder(folder.path);
    refused(await list(), { code: 1, words: /is in use by process \d+.*it is starting or stopping/ });
    const silent = await freeAddress();
    await Deno.writeTextFile(
      `${folder.path}/server.json`,
      JSON.stringify({ pid: Deno.pid, url: silent, token: "any" }),
    );
    refused(await list(), {
      code: 1,
      words: new RegExp(`, process ${Deno.pid}, does not answer at ${silent}: .*refused`),
    });
    await Deno.remove(`${folder.path}/server.json`);
    refused(await list(), { code: 1, words: /is in use by process \d+.*it is starting or stopping/ });
  }
  await Deno.writeTextFile(`${folder.path}/server.json`, "{}");
  refused(await list(), { code: 1, words: /Cannot use .*server\.json: .*pid/ });
  // Nobody waits for what somebody may never write.
  await Deno.remove(`${folder.path}/server.json`);
  await new Deno.Command("mkfifo", { args: [`${folder.path}/server.json`] }).output();
  refused(await list(), { code: 1, words: /Cannot use .*server\.json: it is not a file/ });
  refused(await list("--ca", `${folder.path}/server.json`), {
    code: 2,
    words: /Cannot use the certificate .*not a file/,
  });
});

Deno.test("a server is reached by its address with a token, and its refusals are told in one line", async () => {
  await using server = await startServer();
  const list = (token: string) =>
    cli(["phone", "list", "--json", "--url", server.url], { env: { SWITCHROOM_TOKEN: token } });
  equal(jsonLines(await list(server.token)).length, 2);
  refused(await list("wrong"), { code: 1, words: /token is not known/ });
  const own = await cli(["phone", "list", "--data", server.data], { env: { SWITCHROOM_TOKEN: "wrong" } });
  refused(own, { code: 1, words: /token is not known/ });
});

/** A server that speaks TLS with a certificate; without plugins, unless other arguments say otherwise. */
async function startTls(folder: string, { cert, key }: Certificate, { args = ["--safe"] } = {}) {
  const tls = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  await Deno.writeTextFile(tls.cert, cert);
  await Deno.writeTextFile(tls.key, key);
  return await startServer({ config: { tls }, args: [...args, "--listen", "0.0.0.0:0"], untilListening: true });
}

Deno.test("a server whose certificate names a public host is found by its data folder: no certificate is needed on its own machine", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, await makeCertificate("desk", { host: "phones.example" }));
  const { url, local } = JSON.parse(await Deno.readTextFile(`${server.data}/server.json`));
  match(url, /^https:\/\/0\.0\.0\.0:\d+$/);
  match(local, /^http:\/\/127\.0\.0\.1:\d+$/);
  const list = (...args: string[]) => cli(["phone", "list", "--json", "--data", server.data, ...args]);
  deepEqual(await list(), { code: 0, stdout: "", stderr: "" });
  refused(await list("--ca", `${folder.path}/none.pem`), { code: 2, words: /Cannot use the certificate .*none\.pem/ });
  equal((await fetch(`${local}/v1/phones`).then((answer) => answer.json())).status, 401);
});

const CERTIFICATES = {
  "nobody vouches for": { options: {}, trusted: false, words: /nobody .* has signed .* --ca/ },
  "is an authority's own": {
    options: { authority: true },
    trusted: true,
    words: /is an authority's own \(CA:TRUE\).* CA:FALSE/,
  },
  "names another host": {
    options: { host: "phones.example" },
    trusted: true,
    words: /is for another name\..*--url.*phones\.example/,
  },
};

for (const [what, { options, trusted, words }] of Object.entries(CERTIFICATES)) {
  Deno.test(`a server by its address whose certificate ${what} is not spoken with, and one line says what would be right`, async () => {
    using folder = temporaryFolder();
    await using server = await startTls(folder.path, await makeCertificate("desk", options));
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    const ca = trusted ? ["--ca", `${folder.path}/cert.pem`] : [];
    const env = { SWITCHROOM_TOKEN: server.token };
    refused(await cli(["phone", "list", "--url", url, ...ca], { env }), { code: 1, words });
  });
}

Deno.test("a server by its address is reached over TLS with its certificate", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, await makeCertificate("desk"));
  const url = server.url.replace("0.0.0.0", "127.0.0.1");
  const args = ["phone", "list", "--json", "--url", url, "--ca", `${folder.path}/cert.pem`];
  deepEqual(await cli(args, { env: { SWITCHROOM_TOKEN: server.token } }), { code: 0, stdout: "", stderr: "" });
});

Deno.test("a phone behind TLS is driven with the server's certificate, over the socket as over HTTP", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, await makeCertificate("desk"), { args: [] });
  const { local } = JSON.parse(await Deno.readTextFile(`${server.data}/server.json`));
  await retry(async () => equal((await fetch(`${local}/readyz`).then((answer) => answer.json())).ready, true));
  const at = ["--url", server.url.replace("0.0.0.0", "127.0.0.1"), "--ca", `${folder.path}/cert.pem`];
  const env = { SWITCHROOM_TOKEN: server.token };
  const lit = await cli(["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash", ...at], { env });
  deepEqual({ code: lit.code, stderr: lit.stderr }, { code: 0, stderr: "" });
  const lamp = await cli(["phone", "get", "0", "lamp", "20", "--json", ...at], { env });
  deepEqual(jsonLines(lamp), [{ lamp: 20, mode: "flash" }]);
});

Deno.test("an address that the command line may not reach is refused with what would be right", async () => {
  await using server = await startServer({ listen: "127.0.0.2:0", args: ["--safe"], untilListening: true });
  refused(await cli(["phone", "list", "--data", server.data]), {
    code: 1,
    words: /may not reach 127\.0\.0\.2:\d+: name it with --url/,
  });
  const env = { SWITCHROOM_TOKEN: server.token };
  equal((await cli(["phone", "list", "--url", server.url], { env })).code, 0);
  refused(await cli(["phone", "list", "--url", "192.0.2.1"], { env }), {
    code: 2,
    words: /--url cannot be "192\.0\.2\.1"/,
  });
  for (const more of ["below/it", "?token=any", "#phones"]) {
    refused(await cli(["phone", "list", "--url", `${server.url}/${more}`], { env }), {
      code: 2,
      words: /--url cannot be .*: it must be as http:\/\/127\.0\.0\.1:8274, with nothing behind that/,
    });
  }
  refused(await cli(["phone", "list", "--url", server.url.replace("//", "//desk:secret@")], { env }), {
    code: 2,
    words: /^(?!.*secret).*--url cannot have a user or a password: a token says who calls/,
  });
});

Deno.test("who calls without TLS where it is spoken, or with it where it is not, is told how --url begins", async () => {
  using folder = temporaryFolder();
  await using secure = await startTls(folder.path, await makeCertificate("desk"));
  await using plain = serve(() => Response.json({}));
  const list = (url: string) => cli(["phone", "list", "--url", url], { env: { SWITCHROOM_TOKEN: "any" } });
  refused(await list(secure.url.replace("https:", "http:")), {
    code: 1,
    words: /No server answers at http:\S+: what is there speaks no HTTP without TLS\. Let --url begin with https:/,
  });
  refused(await list(plain.url.replace("http:", "https:")), {
    code: 1,
    words: /No server answers at https:\S+: what is there speaks no TLS\. Let --url begin with http:/,
  });
});

Deno.test("what is no Switchroom is told as such", async () => {
  await using stranger = serve(() => new Response("<html>", { headers: { "content-type": "text/html" } }));
  await using broken = serve(() => new Response("no", { status: 502 }));
  const list = ({ url }: { url: string }) => cli(["phone", "list", "--url", url], { env: { SWITCHROOM_TOKEN: "any" } });
  refused(await list(stranger), { code: 1, words: /answer to GET \/v1\/phones is not as expected/ });
  refused(await list(broken), { code: 1, words: /answer to GET \/v1\/phones is 502, and not of a Switchroom/ });
  const get = ["phone", "get", "x:1", "ring", "--url", stranger.url];
  refused(await cli(get, { env: { SWITCHROOM_TOKEN: "any" } }), {
    code: 1,
    words: /answer to GET \/v1\/phones\/x%3A1/,
  });
});

Deno.test("what a server says cannot give orders to the terminal", async () => {
  const phone = {
    phone: "x:1",
    deviceId: 0,
    plugin: "x",
    connected: true,
    suspended: false,
    owner: "\x1b]0;owned\x07\u202e",
    monitors: 0,
  };
  const capabilities = {
    ...{ display: { rows: 0, columns: 0 }, ringModes: 0, volumeDevices: [], gainDevices: [] },
    ...{ readableVolumeDevices: [], readableGainDevices: [] },
    ...{ hookSwitchDevices: [], hookSwitchModes: {}, buttons: [], setData: [], getData: [], features: [] },
    ...{ states: [], deviceClasses: [], provider: "", phoneInfo: "", permanentId: "", extension: "" },
  };
  const body = JSON.stringify({ phones: [{ ...phone, name: "two\nlines", capabilities }] });
  await using server = serve(() => new Response(body, { headers: { "content-type": "application/json" } }));
  const args = ["phone", "list", "--url", server.url];
  const people = await cli(args, { env: { SWITCHROOM_TOKEN: "any" } });
  match(people.stdout, /\\u001b\]0;owned\\u0007\\u202e +0 +two\\u000alines\n$/);
  const [script] = jsonLines(await cli([...args, "--json"], { env: { SWITCHROOM_TOKEN: "any" } }));
  equal(script?.["owner"], phone.owner);

  const made = { id: "t", name: "a", scopes: ["admin"], phones: null, createdAt: "2026-03-01T09:30:00.000Z" };
  await using evil = serve(() => Response.json({ ...made, token: "\x1b[2J" }));
  const env = { SWITCHROOM_TOKEN: "any" };
  equal((await cli(["token", "create", "a", "--scope", "admin", "--url", evil.url], { env })).stdout, "\\u001b[2J\n");

  const record = {
    ...{ requestId: 1, operation: "setLamp", params: {}, phone: "x:1", plugin: "x", token: "t", handle: "h" },
    ...{ application: { id: "a", name: "A" }, acceptedAt: made.createdAt, dispatchedAt: null, completedAt: null },
    ...{ state: "accepted", outcome: null, result: null, reply: null, "\x1b[31mlater": "a field" },
  };
  await using later = serve(({ url }) => Response.json(url.includes("/events") ? { events: [], next: null } : record));
  match((await cli(["history", "show", "1", "--url", later.url], { env })).stdout, /^\\u001b\[31mlater +a field$/m);
});

Deno.test("a token that no header carries is wrong use, and is not repeated", async () => {
  for (const token of ["abc\nsecret", "\u65e5secret", "two words"]) {
    const ended = await cli(["phone", "list", "--url", "http://127.0.0.1:1"], { env: { SWITCHROOM_TOKEN: token } });
    refused(ended, { code: 2, words: /^(?!.*secret).*SWITCHROOM_TOKEN cannot be a token: it must be printable ASCII/ });
  }
});

Deno.test("a token comes from the file of --token-file, else from SWITCHROOM_TOKEN, else from the file of SWITCHROOM_TOKEN_FILE; one that others can get at is refused", async () => {
  using folder = temporaryFolder();
  const told: (string | null)[] = [];
  await using server = serve(({ headers }) => {
    told.push(headers.get("authorization"));
    return Response.json({ phones: [] });
  });
  const write = async (name: string, { text = `${name}\n`, mode = 0o600 } = {}) => {
    const path = `${folder.path}/${name}`;
    await Deno.writeTextFile(path, text, { mode });
    await Deno.chmod(path, mode);
    return path;
  };
  const [option, variable, open, empty] = await Promise.all([
    write("ofOption"),
    write("ofVariable"),
    write("secret-open", { mode: 0o640 }),
    write("empty", { text: "\n" }),
  ]);
  const list = ["phone", "list", "--url", server.url];
  const env = { SWITCHROOM_TOKEN_FILE: variable };
  for (
    const [args, variables] of [
      [[...list, "--token-file", option], { ...env, SWITCHROOM_TOKEN: "ofToken" }],
      [list, { ...env, SWITCHROOM_TOKEN: "ofToken" }],
      [list, env],
    ] as const
  ) {
    equal((await cli(args, { env: variables })).code, 0);
  }
  deepEqual(told, ["Bearer ofOption", "Bearer ofToken", "Bearer ofVariable"]);
  for (
    const [path, words] of [
      [open, /Cannot use the token of .*secret-open: other users can get at it: chmod 600 /],
      [empty, /What .*empty holds cannot be a token: it is empty/],
      [folder.path, /Cannot use the token of .*: it is not a file/],
      [`${folder.path}/none`, /Cannot use the token of .*none: No such file/],
    ] as const
  ) {
    refused(await cli([...list, "--token-file", path]), { code: 2, words });
  }
  equal(told.length, 3);
});

Deno.test("every command that has --token-file tells that token", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/token`;
  await Deno.writeTextFile(file, "ofOption", { mode: 0o600 });
  let told: string | null = null;
  await using server = serve(({ headers }) => {
    told = headers.get("authorization");
    return new Response(null, { status: 401 });
  });
  const given: Record<string, string> = { PHONE: "x:1", OPERATION: "setRing", WHAT: "ring", NAME: "x", ID: "1" };
  for (const { words, parameters } of COMMANDS.filter(({ options }) => "token-file" in options)) {
    told = null;
    const needed = Object.values(parameters).filter(({ optional, rest }) => !optional && !rest);
    const args = [...words.split(" "), ...needed.map(({ value }) => given[value] ?? value)];
    if (words === "request") args.push("mode=0", "volume=0");
    const { code, stderr } = await cli([...args, "--url", server.url, "--token-file", file]);
    deepEqual([code, told], [1, "Bearer ofOption"], `${words}: ${stderr}`);
  }
});

Deno.test("no token is told to whoever listens by now where a killed server did", async () => {
  using folder = temporaryFolder();
  const told: (string | null)[] = [];
  await using stranger = serve(({ headers }) => {
    told.push(headers.get("authorization"));
    return Response.json({ phones: [] });
  });
  const path = `${folder.path}/server.json`;
  const file = { pid: Deno.pid, url: stranger.url, token: "secret" };
  const list = () => cli(["phone", "list", "--data", folder.path], { env: { SWITCHROOM_TOKEN: "own" } });
  {
    using _taken = await takeDataFolder(folder.path);
    await Deno.writeTextFile(path, JSON.stringify({ ...file, pid: Deno.pid + 1 }));
    refused(await list(), { code: 1, words: /in use by process \d+, which does not say where it listens/ });
    await Deno.writeTextFile(path, JSON.stringify(file));
    equal((await list()).code, 0);
    deepEqual(told.splice(0), ["Bearer own"]);
  }
  refused(await list(), { code: 1, words: /server\.json is what a killed one left/ });
  deepEqual(told, []);
});

Deno.test("an answer that breaks off is a failure of the call, and no fault of the command line", async () => {
  await using server = serve(() => Response.json({ phones: "x".repeat(100_000) }));
  await using wire = new CuttingProxy(server.url, () => ({ after: 1_000, heard: true }));
  const env = { SWITCHROOM_TOKEN: "any" };
  for (const words of ["phone list", "history verify"]) {
    const ended = await cli([...words.split(" "), "--url", wire.url], { env });
    refused(ended, { code: 1, words: /The answer to (GET|POST) \/v1\/\S+ broke off: / });
  }
});

/** Where nobody listens: a port that was somebody's a moment ago. */
async function freeAddress(): Promise<string> {
  await using server = serve(() => new Response());
  return server.url;
}

function serve(answer: Deno.ServeHandler) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}
