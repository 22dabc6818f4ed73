import { deepEqual, equal, match, ok } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { TestServer } from "./support/server.ts";

const VIRTUAL = new URL("../../plugins/virtual", import.meta.url).pathname;
const MANIFEST = { manifest: 1, name: "odd", version: "1.2.3", switchroom: "^1.0", entry: "./main.ts" };
const GOOD = 'import { definePlugin } from "switchroom/plugin"; export default definePlugin(() => ({}));';

interface Plugin {
  name: string;
  state: string;
  reason?: string;
  enabled: boolean;
  version?: string;
  restarts: number;
  rssBytes: number;
  phones: number;
  permissions: { asked?: Record<string, string[]>; granted: Record<string, string[]> };
}

/** Writes plugins into a folder that goes away with its block. */
async function folderOf(plugins: Record<string, Record<string, string>>) {
  const path = await Deno.makeTempDir();
  for (const [name, files] of Object.entries(plugins)) {
    await Deno.mkdir(`${path}/${name}`);
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}/${file}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("the routes of plugins need the scope admin, and a name that there is", async () => {
  await using server = new TestServer();
  const routes = [
    ["GET", "/v1/plugins"],
    ["GET", "/v1/plugins/none/logs"],
    ...["start", "stop", "reload"].map((command) => ["POST", `/v1/plugins/none/${command}`]),
  ] as [string, string][];
  for (const [method, path] of routes) {
    equal((await server.call(method, path, { token: "t-monitor" })).status, 403, path);
    if (path !== "/v1/plugins") equal((await server.call(method, path)).status, 404, path);
  }
  equal((await server.call("GET", "/v1/plugins/none/start")).status, 405);
});

Deno.test("nothing is commanded once the server is stopping", async () => {
  await using server = new TestServer();
  const none = { net: [], read: [], write: [], env: [], run: [], sys: [] };
  const refuse = () => Promise.reject(new Error("It must not be called"));
  server.plugins = [{
    condition: {
      name: "virtual",
      enabled: true,
      state: "ready",
      detail: "",
      rssBytes: 0,
      cpu: 0,
      lagMs: 0,
      restarts: 0,
    },
    manifest: undefined,
    grants: none,
    lines: [],
    start: refuse,
    stop: refuse,
    reload: refuse,
  }];
  server.core.condition.stopping = true;
  for (const command of ["start", "stop", "reload"]) {
    equal((await server.call("POST", `/v1/plugins/virtual/${command}`)).status, 503);
  }
  const { body } = await server.call("GET", "/v1/plugins");
  deepEqual(body?.["plugins"], [{
    name: "virtual",
    enabled: true,
    state: "ready",
    rssBytes: 0,
    cpu: 0,
    lagMs: 0,
    restarts: 0,
    phones: 1,
    permissions: { granted: none },
  }]);
});

Deno.test("api 2 an operator lists, stops, starts and reloads a plugin; its phones close by the rules and come back under their ids", async () => {
  await using server = await startServer();
  const call = api(server);
  const list = async () => (await call<{ plugins: Plugin[] }>("GET", "/v1/plugins")).body.plugins;
  const [before] = await list();
  deepEqual([before?.name, before?.state, before?.enabled, before?.phones], ["virtual", "ready", true, 2]);
  match(before?.version ?? "", /^\d+\.\d+\.\d+$/);
  ok(before && before.permissions.asked && !("reason" in before));

  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "test" },
  });
  await using events = await openEvents(server, application);
  const open = () =>
    call<{ handle: string }>("POST", `/v1/applications/${application}/handles`, {
      body: { phone: "virtual:desk-1", privilege: "owner" },
    });
  const { body: { handle } } = await open();

  const stopped = await call<Plugin>("POST", "/v1/plugins/virtual/stop");
  deepEqual([stopped.status, stopped.body.state, stopped.body.reason], [200, "stopped", "it was told to stop"]);
  deepEqual([stopped.body.rssBytes, stopped.body.phones], [0, 2]);
  equal((await events.next("PHONE_CLOSE", (event) => event.handle === handle)).cause, "pluginStop");
  const of = (wanted: string) => ({ phone, states }: { phone: string; states: string[] }) =>
    phone === "virtual:desk-1" && states[0] === wanted;
  await events.next("PHONE_STATE", of("disconnected"));
  equal((await open()).status, 503);
  equal((await call("GET", "/v1/phones/virtual:desk-1")).body["connected"], false);
  const health = await fetch(`${server.url}/readyz`).then((answer) => answer.json());
  deepEqual([health.ready, health.reasons], [true, ["Plugin virtual is stopped: it was told to stop"]]);

  const started = await call<Plugin>("POST", "/v1/plugins/virtual/start");
  deepEqual([started.body.state, started.body.restarts], ["ready", 0]);
  await events.next("PHONE_STATE", of("connected"));
  equal((await open()).status, 201);
  const reloaded = await call<Plugin>("POST", "/v1/plugins/virtual/reload");
  deepEqual([reloaded.body.state, reloaded.body.restarts], ["ready", 0], "no command is a restart");
  equal((await open()).status, 201);
  equal((await call("GET", "/v1/phones/virtual:desk-1")).body["deviceId"], 0);
  equal(events.seen.some(({ type }) => type === "PHONE_CREATE"), false);

  const { body: { events: facts } } = await call<{ events: Record<string, unknown>[] }>(
    "GET",
    "/v1/history/events?type=pluginCommanded",
  );
  deepEqual(facts.map(({ plugin, detail }) => [plugin, detail]), [
    ["virtual", { command: "reload" }],
    ["virtual", { command: "start" }],
    ["virtual", { command: "stop" }],
  ]);
  ok(facts.every(({ token, address }) => typeof token === "string" && address === "127.0.0.1"));
  equal((await server.stop()).code, 0, server.output());
});

Deno.test("a plugin that is not enabled is started by command for this run, and its phones are new", async () => {
  await using server = await startServer({ config: { plugins: [{ source: VIRTUAL, enabled: false }] } });
  const call = api(server);
  const { body: { plugins: [idle] } } = await call<{ plugins: Plugin[] }>("GET", "/v1/plugins");
  deepEqual([idle?.state, idle?.enabled, idle?.reason, idle?.phones], ["stopped", false, "it is not enabled", 0]);
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "test" },
  });
  await using events = await openEvents(server, application);
  const { body } = await call<Plugin>("POST", "/v1/plugins/virtual/start");
  deepEqual([body.state, body.enabled, body.phones], ["ready", false, 2]);
  equal((await events.next("PHONE_CREATE")).phone, "virtual:desk-1");
});

Deno.test("a crash is told to the operator with the plugin's last words, and a fault of its code with the place; to anybody else without", async () => {
  await using folder = await folderOf({
    odd: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": 'throw new Error("the secret is 4711");' },
    asking: {
      "plugin.json": JSON.stringify({ ...MANIFEST, name: "asking", permissions: { net: ["192.0.2.1:5060"] } }),
      "main.ts": GOOD,
    },
    broken: {
      "plugin.json": JSON.stringify({ ...MANIFEST, name: "broken" }),
      "main.ts": 'cnst password = "4711";',
    },
  });
  const sources = ["odd", "asking", "broken"].map((name) => ({ source: `${folder.path}/${name}` }));
  await using server = await startServer({ config: { plugins: sources, bounds: { backOffMs: 1 } } });
  const call = api(server);
  const list = async () => (await call<{ plugins: Plugin[] }>("GET", "/v1/plugins")).body.plugins;
  while ((await list())[0]?.state !== "givenUp");
  const ready = await fetch(`${server.url}/readyz`).then((answer) => answer.text());
  equal(ready.includes("4711"), false, ready);
  match(ready, /Plugin odd is givenUp: GET \/v1\/plugins says why/);
  match(ready, /Plugin asking is needsGrant: .*\\"grants\\": /);
  match(ready, /Plugin broken is stopped: GET \/v1\/plugins says why/);
  equal(ready.includes(folder.path), false, ready);

  const [odd, asking, broken] = await list();
  equal(odd?.state, "givenUp");
  match(odd?.reason ?? "", /the secret is 4711/);
  match(broken?.reason ?? "", /cnst password/);
  deepEqual([asking?.permissions.asked?.["net"], asking?.permissions.granted["net"]], [["192.0.2.1:5060"], []]);
  const { body: { lines } } = await call<{ lines: { at: string; level: string; text: string }[] }>(
    "GET",
    "/v1/plugins/odd/logs",
  );
  ok(lines.some(({ level, text }) => level === "info" && text.includes("the secret is 4711")));
  equal(lines.at(-1)?.level, "error");

  await Deno.writeTextFile(`${folder.path}/odd/main.ts`, GOOD);
  const { body: mended } = await call<Plugin>("POST", "/v1/plugins/odd/start");
  deepEqual([mended.state, mended.version], ["ready", "1.2.3"]);
});

const WAITING = `import { definePlugin, PluginUnavailable } from "switchroom/plugin";
export default definePlugin((host) => ({
  async start() {
    try { Deno.statSync("door"); } catch (cause) { throw new PluginUnavailable("The door does not answer", { cause }); }
    await host.addPhone({ id: "p", name: "P" }, {});
  },
}));`;

Deno.test("api 1 and 6: a plugin whose device is not there yet keeps no server from being ready, is named as degraded without a path, and its phone comes later", async () => {
  await using folder = await folderOf({
    odd: { "plugin.json": JSON.stringify({ ...MANIFEST, permissions: { read: ["."] } }), "main.ts": WAITING },
  });
  const plugins = [{ source: `${folder.path}/odd`, grants: { read: ["."] } }, { source: VIRTUAL }];
  await using server = await startServer({ config: { plugins, bounds: { backOffMs: 60_000 } } });
  const call = api(server);
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "test" },
  });
  await using events = await openEvents(server, application);

  const health = await fetch(`${server.url}/readyz`);
  const text = await health.text();
  const { ready, reasons, plugins: [odd] } = JSON.parse(text);
  deepEqual([health.status, ready, odd.state], [200, true, "backingOff"]);
  ok(Date.parse(odd.nextTryAt) > Date.now(), odd.nextTryAt);
  equal(odd.reason, "it cannot start yet; GET /v1/plugins says why");
  deepEqual(reasons, [`Plugin odd is backingOff: ${odd.reason}; the next try is at ${odd.nextTryAt}`]);
  equal(/file:|main\.ts|The door/.test(text), false, text);

  const { body: { plugins: [told] } } = await call<{ plugins: Plugin[] }>("GET", "/v1/plugins");
  match(told?.reason ?? "", /^it cannot start yet: The door does not answer \(file:.*\/odd\/main\.ts:4:\d+\)$/);
  const { body: { lines } } = await call<{ lines: { level: string; text: string }[] }>("GET", "/v1/plugins/odd/logs");
  match(lines[0]?.text ?? "", /^start failed: PluginUnavailable: .* at .*main\.ts:4.* caused by NotFound: /);
  match(lines[1]?.text ?? "", /; it is tried again in \d+\.\d s$/);

  const tried = await call("POST", "/v1/plugins/odd/start");
  equal(tried.status, 409);
  match(
    String(tried.body["detail"]),
    /^The plugin was started, and is backingOff now: it cannot start yet: The door .*T/,
  );
  await Deno.writeTextFile(`${folder.path}/odd/door`, "");
  const started = await call<Plugin>("POST", "/v1/plugins/odd/start");
  deepEqual([started.status, started.body.state, started.body.phones], [200, "ready", 1]);
  const created = await events.next("PHONE_CREATE");
  deepEqual([created.phone, created["deviceId"]], ["odd:p", 2]);
  deepEqual((await fetch(`${server.url}/readyz`).then((answer) => answer.json())).reasons, []);
});

Deno.test("a reload or start that meets a crash, a hang or a refusal is no success: 409 says why", async () => {
  await using folder = await folderOf({ odd: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": GOOD } });
  await using server = await startServer({
    config: { plugins: [{ source: `${folder.path}/odd` }], bounds: { pluginStartMs: 2_000 } },
  });
  const call = api(server);
  for (
    const [command, body, words] of [
      [
        "reload",
        'start() { throw new Error("no line"); }',
        /^The plugin was started, and is backingOff now: .*no line/,
      ],
      ["start", "start() { return new Promise(() => {}); }", /backingOff now: it was not ready within 2000 ms/],
      ["reload", 'start() { return host.addPhone({ id: "?", name: "P" }, {}); }', /stopped now: .*its id must be/],
    ] as const
  ) {
    await Deno.writeTextFile(`${folder.path}/odd/main.ts`, GOOD.replace("() => ({})", `(host) => ({ ${body} })`));
    const { status, body: problem } = await call("POST", `/v1/plugins/odd/${command}`);
    deepEqual([status, problem["type"]], [409, "urn:switchroom:problem:conflict"]);
    match(String(problem["detail"]), words);
  }
  await Deno.writeTextFile(`${folder.path}/odd/main.ts`, GOOD);
  equal((await call("POST", "/v1/plugins/odd/reload")).status, 200);
});

Deno.test("a reload that would meet broken code is 409 and says why, and the phones of the plugin go on", async () => {
  await using folder = await folderOf({
    odd: {
      "plugin.json": JSON.stringify(MANIFEST),
      "main.ts": GOOD.replace("() => ({})", 'host => ({ start: () => host.addPhone({ id: "p", name: "P" }, {}) })'),
    },
  });
  await using server = await startServer({ config: { plugins: [{ source: `${folder.path}/odd` }] } });
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "test" } });
  const opening = { body: { phone: "odd:p", privilege: "owner" } };
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, opening);
  await Deno.writeTextFile(`${folder.path}/odd/main.ts`, "cnst broken");
  const { status, body } = await call("POST", "/v1/plugins/odd/reload");
  deepEqual([status, body["type"]], [409, "urn:switchroom:problem:conflict"]);
  match(String(body["detail"]), /^The plugin goes on as it was\. Cannot load the plugin: .*cnst broken/s);
  equal((await call<{ plugins: Plugin[] }>("GET", "/v1/plugins")).body.plugins[0]?.state, "ready");
  equal((await call("DELETE", `/v1/handles/${handle}`)).status, 200, "the handle is still open");
});

const LISTED = `import { definePlugin } from "switchroom/plugin";
export default definePlugin((host, { phones }) => ({
  async start() { for (const id of phones) await host.addPhone({ id, name: id }, {}); },
}));`;

Deno.test("a reload starts a plugin with what its configuration says now, and phones that this does not name any more are removed", async () => {
  await using folder = await folderOf({ odd: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": LISTED } });
  const file = `${folder.path}/switchroom.json`;
  const configure = (plugins: object[]) => Deno.writeTextFile(file, JSON.stringify({ plugins }));
  const source = `${folder.path}/odd`;
  await configure([{ source, config: { phones: ["a", "b"] } }]);
  await using server = await startServer({ args: ["--config", file] });
  const call = api(server);
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "test" },
  });
  await using events = await openEvents(server, application);

  await configure([{ source, config: { phones: ["b", "c"] } }]);
  const { body } = await call<Plugin>("POST", "/v1/plugins/odd/reload");
  deepEqual([body.state, body.restarts], ["ready", 0]);
  equal((await events.next("PHONE_CREATE")).phone, "odd:c");
  equal((await events.next("PHONE_REMOVE")).phone, "odd:a");
  equal((await call("GET", "/v1/phones/odd:a")).status, 410);
  equal((await call("GET", "/v1/phones/odd:b")).body["connected"], true);

  for (
    const [written, words] of [
      ["{", /The configuration .* is not JSON/],
      [JSON.stringify({ plugins: [] }), /does not name the plugin odd any more/],
    ] as const
  ) {
    await Deno.writeTextFile(file, written);
    const { status, body } = await call("POST", "/v1/plugins/odd/reload");
    equal(status, 409);
    match(String(body["detail"]), words);
    equal((await call("GET", "/v1/phones/odd:b")).body["connected"], true);
  }
});
