import { deepEqual, equal, match } from "node:assert/strict";
import { takeDataFolder } from "../../server/history/mod.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { makeCertificate } from "./support/certificate.ts";
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
  match((await cli(["phone", "show", "1", ...at])).stdout, /^phone +virtual:mini-1\n[^]*\nlamps +12\n/);
  deepEqual(jsonLines(await cli(["phone", "show", "virtual:desk-1", "--json", ...at])), [phones[0]]);
  refused(await cli(["phone", "show", "virtual:none", ...at]), /virtual:none.*PHONEERR_BADDEVICEID/, 1);
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
  refused(await cli(["phone", "get", "virtual:desk-1", "lamp", "99", ...at]), /PHONEERR_INVALBUTTONLAMPID/, 1);
  refused(await cli(["phone", "get", "virtual:desk-1", "lamp", ...at]), /lamp needs ID after it/, 2);
  refused(await cli(["phone", "get", "virtual:desk-1", "ring", "1", ...at]), /ring takes no 1 after it/, 2);
});

Deno.test("without a server one line says so, and that of a killed one is told from one that does not answer", async () => {
  using folder = temporaryFolder();
  const list = () => cli(["phone", "list", "--data", folder.path]);
  refused(await list(), /No server runs on the data folder/, 1);
  {
    await using server = await startServer({ data: folder.path, args: ["--safe"] });
    await server.kill();
  }
  refused(await list(), /No server runs on the data folder.*server\.json is what a killed one left/, 1);
  {
    using _taken = await takeDataFolder(folder.path);
    refused(
      await list(),
      new RegExp(`, process ${Deno.pid}, does not answer at http://127\\.0\\.0\\.1:\\d+: .*refused`),
      1,
    );
    await Deno.remove(`${folder.path}/server.json`);
    refused(await list(), /is in use by process \d+.*it is starting or stopping/, 1);
  }
  await Deno.writeTextFile(`${folder.path}/server.json`, "{}");
  refused(await list(), /Cannot use .*server\.json: .*pid/, 1);
});

Deno.test("a server is reached by its address with a token, and its refusals are told in one line", async () => {
  await using server = await startServer();
  const list = (token: string) =>
    cli(["phone", "list", "--json", "--url", server.url], { env: { SWITCHROOM_TOKEN: token } });
  equal(jsonLines(await list(server.token)).length, 2);
  refused(await list("wrong"), /token is not known/, 1);
  const own = await cli(["phone", "list", "--data", server.data], { env: { SWITCHROOM_TOKEN: "wrong" } });
  refused(own, /token is not known/, 1);
});

Deno.test("a server that speaks TLS on every address is reached with its certificate, and not without", async () => {
  using folder = temporaryFolder();
  const tls = { cert: `${folder.path}/cert.pem`, key: `${folder.path}/key.pem` };
  const { cert, key } = await makeCertificate("desk");
  await Deno.writeTextFile(tls.cert, cert);
  await Deno.writeTextFile(tls.key, key);
  await using server = await startServer({
    config: { tls },
    args: ["--safe", "--listen", "0.0.0.0:0"],
    untilListening: true,
  });
  const list = (...args: string[]) => cli(["phone", "list", "--json", "--data", server.data, ...args]);
  deepEqual(await list("--ca", tls.cert), { code: 0, stdout: "", stderr: "" });
  refused(await list(), /does not answer at https:\/\/127\.0\.0\.1:\d+: invalid peer certificate/, 1);
  refused(await list("--ca", `${folder.path}/none.pem`), /Cannot use the certificate .*none\.pem/, 2);
});

Deno.test("an address that the command line may not reach is refused with what would be right", async () => {
  const env = { SWITCHROOM_TOKEN: "any" };
  refused(
    await cli(["phone", "list", "--url", "http://192.0.2.1:8274"], { env }),
    /may not reach 192\.0\.2\.1:8274.*--allow-net/,
    1,
  );
  refused(await cli(["phone", "list", "--url", "192.0.2.1"], { env }), /--url cannot be "192\.0\.2\.1"/, 2);
});

Deno.test("what is no Switchroom is told as such", async () => {
  await using stranger = serve(() => new Response("<html>", { headers: { "content-type": "text/html" } }));
  await using broken = serve(() => new Response("no", { status: 502 }));
  const list = ({ url }: { url: string }) => cli(["phone", "list", "--url", url], { env: { SWITCHROOM_TOKEN: "any" } });
  refused(await list(stranger), /answer to GET \/v1\/phones is not as expected/, 1);
  refused(await list(broken), /answer to GET \/v1\/phones is 502, and not of a Switchroom/, 1);
});

Deno.test("what a server says cannot give orders to the terminal", async () => {
  const phone = {
    phone: "x:1",
    deviceId: 0,
    plugin: "x",
    connected: true,
    owner: "\x1b]0;owned\x07\u202e",
    monitors: 0,
  };
  const capabilities = {
    ...{ display: { rows: 0, columns: 0 }, ringModes: 0, volumeDevices: [], gainDevices: [] },
    ...{ hookSwitchDevices: [], buttons: [], setData: [], features: [] },
  };
  const body = JSON.stringify({ phones: [{ ...phone, name: "two\nlines", capabilities }] });
  await using server = serve(() => new Response(body, { headers: { "content-type": "application/json" } }));
  const args = ["phone", "list", "--url", server.url];
  const people = await cli(args, { env: { SWITCHROOM_TOKEN: "any" } });
  match(people.stdout, /\\u001b\]0;owned\\u0007\\u202e +0 +two\\u000alines\n$/);
  const [script] = jsonLines(await cli([...args, "--json"], { env: { SWITCHROOM_TOKEN: "any" } }));
  equal(script?.["owner"], phone.owner);
});

function serve(answer: () => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}
