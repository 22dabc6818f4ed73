/**
 * The life of a plugin, as `Plugin` tells it by its steps: what the host does, with real processes.
 * `tests/plugin/plugin_life_test.ts` has what the SDK leads a plugin through.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { beginApplication } from "../conformance/support/application.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { HostBench, NOTHING, onePhone, writePlugin } from "./testbed.ts";

/**
 * A plugin that logs every call that reaches it. Its start takes as long as `start` says; an operation, until it is
 * aborted.
 */
function logging({ start = "", phones = ["p"] }: { start?: string; phones?: string[] } = {}): string {
  return `import { definePlugin, PhoneError } from "switchroom/plugin";
let evaluated = 0;
evaluated++;
export default definePlugin((host) => {
  host.log("made, evaluated " + evaluated);
  const driver = (id) => ({
    open: () => host.log("open " + id),
    close: () => host.log("close " + id),
    async devSpecific(_, { signal }) {
      host.log("operation of " + id);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      host.log("aborted " + id);
    },
    setRing() { Deno.exit(3); },
  });
  return {
    async start() {
      host.log("start");
      for (const id of ${JSON.stringify(phones)}) {
        await host.addPhone({ id, name: id, capabilities: { ringModes: 1 } }, driver(id));
      }
      ${start}
      host.log("started");
    },
    stop: () => host.log("stop"),
  };
});`;
}

const told = (bench: HostBench) => bench.told.map(([name]) => name);
const lines = (bench: HostBench) => bench.log.filter(({ level }) => level === "info").map(({ text }) => text);

Deno.test("step 1 of a plugin's life: where something is wrong in its folder nothing of the plugin runs", async () => {
  for (
    const manifest of [
      { version: "one" },
      { permissions: { net: ["192.0.2.1"] } },
      { config: { type: "object", properties: { pin: { type: "string" } }, required: ["pin"] } },
      { entry: "./nowhere.ts" },
    ]
  ) {
    await using bench = await HostBench.run({ code: `console.log("evaluated");\n${onePhone("{}")}`, manifest });
    match(bench.condition.state, /^(stopped|needsGrant)$/);
    deepEqual(lines(bench), [], JSON.stringify(manifest));
  }
});

Deno.test("steps 1 and 7 of a plugin's life: the process after a crash begins with the folder as it is then", async () => {
  await using bench = await HostBench.of(
    async (parent) => [{ source: await writePlugin(parent, { code: logging() }) }],
    { bounds: { backOffMs: 1_000 } },
  );
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  await bench.process.open("p", NOTHING);
  bench.operate(1, { operation: "setRing", params: { mode: 1, volume: 1 } });
  await bench.until("gone", ([name]) => name === "gone");
  await Deno.writeTextFile(`${bench.source}/main.ts`, logging({ phones: ["q"] }));
  await bench.untilTrue("the next process", () => told(bench).filter((name) => name === "ready").length === 2);
  const offered = bench.told.filter(([name]) => name === "addPhone").map(([, phone]) => (phone as { id: string }).id);
  deepEqual(offered, ["p", "q"]);
});

Deno.test("step 2 of a plugin's life: a module that is not through in time is killed with its start", async () => {
  const code = `setInterval(() => {}, 1_000);\nawait new Promise(() => {});\n${logging()}`;
  await using bench = await HostBench.run({ code }, { bounds: { startMs: 300 } });
  deepEqual([bench.condition.state, lines(bench)], ["givenUp", []]);
  match(bench.condition.detail, /not ready within 300 ms/);
});

Deno.test("steps 2 to 5 of a plugin's life: evaluated, made and started, each once, then ready", async () => {
  await using bench = await HostBench.run({ code: logging() });
  deepEqual(lines(bench), ["made, evaluated 1", "start", "started"]);
  deepEqual(told(bench), ["enable", "admit", "addPhone", "ready", "settle"]);
});

const FAILED_STARTS: [what: string, code: string, calls: string[]][] = [
  ["a start that rejects", logging({ start: `throw new Error("no line");` }), ["made, evaluated 1", "start"]],
  [
    "a start that hangs",
    logging({ start: "await new Promise(() => {});" }),
    ["made, evaluated 1", "start"],
  ],
  [
    "a factory that rejects",
    `import { definePlugin } from "switchroom/plugin";
    export default definePlugin(async (host) => {
      host.log("made");
      await host.addPhone({ id: "p", name: "P" }, { close: () => host.log("close") });
      throw new Error("no line");
    });`,
    ["made"],
  ],
];

for (const [what, code, calls] of FAILED_STARTS) {
  Deno.test(`step 4 of a plugin's life: after ${what} neither stop nor a driver's close is called, and it is tried again`, async () => {
    // Only one that hangs is waited for so long, and as a busy machine needs for a start.
    await using bench = await HostBench.run({ code }, { bounds: { startMs: what.endsWith("hangs") ? 2_000 : 20_000 } });
    equal(bench.condition.state, "givenUp");
    deepEqual(lines(bench), [...calls, ...calls, ...calls]);
    const process = ["admit", "addPhone", "gone"];
    deepEqual(told(bench), ["enable", ...process, "settle", ...process, "settle", ...process, "settle"]);
  });
}

Deno.test("step 6 of a plugin's life: when stop has ended the process does at once, whatever is under way in it", async () => {
  const code = logging({ start: `setInterval(() => {}, 10); void new Promise(() => {});` });
  await using bench = await HostBench.run({ code }, { bounds: { stopMs: 20_000 } });
  await bench.host.stop();
  deepEqual(lines(bench), ["made, evaluated 1", "start", "started", "stop"]);
  deepEqual(bench.told.find(([name]) => name === "gone"), ["gone", "pluginStop", "it was told to stop"]);
});

Deno.test("step 7 of a plugin's life: in a process that ends by itself nothing is called any more", async () => {
  await using bench = await HostBench.run({ code: logging() });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("the operation", () => lines(bench).includes("operation of p"));
  bench.operate(2, { operation: "setRing", params: { mode: 1, volume: 1 } });
  await bench.until("gone", ([name]) => name === "gone");
  await bench.untilTrue("the next process", () => told(bench).filter((name) => name === "ready").length === 2);
  const calls = ["made, evaluated 1", "start", "started"];
  deepEqual(lines(bench), [...calls, "open p", "operation of p", ...calls]);
});

/** A server with one plugin, which may look into its own folder. */
async function serve(code: string) {
  const parent = await Deno.realPath(await Deno.makeTempDir());
  const source = await writePlugin(parent, { code, manifest: { permissions: { read: ["."] } } });
  const config = { plugins: [{ source, grants: { read: ["."] } }], log: { level: "error" } };
  const server = await startServer({ config });
  const call = api(server);
  return {
    server,
    call,
    /** Writes the plugin's module anew. */
    write: (text: string) => Deno.writeTextFile(`${source}/main.ts`, text),
    /** What the plugin has logged. */
    async lines(): Promise<string[]> {
      const { body } = await call<{ lines: { text: string }[] }>("GET", "/v1/plugins/test/logs");
      return body.lines.map(({ text }) => text);
    },
    source,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(parent, { recursive: true });
    },
  };
}

Deno.test("steps 5 and 6 of a plugin's life: a stop has every phone closed, its operations ended before, and only then calls stop", async () => {
  await using served = await serve(logging({ phones: ["p", "q", "idle"] }));
  await using application = await beginApplication(served.server, "test");
  for (const phone of ["p", "q"]) {
    await (await application.open(`test:${phone}`)).request({ operation: "devSpecific", params: "" });
  }
  equal((await served.call("POST", "/v1/plugins/test/stop")).status, 200);
  const lines = await served.lines();
  deepEqual(lines.slice(0, 7), [
    "made, evaluated 1",
    "start",
    "started",
    "open p",
    "operation of p",
    "open q",
    "operation of q",
  ]);
  deepEqual(lines.slice(7, -1).toSorted(), ["aborted p", "aborted q", "close p", "close q"]);
  for (const phone of ["p", "q"]) equal(lines.indexOf(`aborted ${phone}`) < lines.indexOf(`close ${phone}`), true);
  equal(lines.at(-1), "stop");
});

Deno.test("steps 4 and 5 of a plugin's life: a phone that start has added can be opened when start has ended, and not before", async () => {
  const waiting = `for (let is = false; !is; await new Promise((resolve) => setTimeout(resolve, 5))) {
    try { Deno.statSync("go"); is = true; } catch {}
  }`;
  await using served = await serve(logging());
  await using application = await beginApplication(served.server, "test");
  equal((await served.call("POST", "/v1/plugins/test/stop")).status, 200);
  await served.write(logging({ start: waiting }));
  const starting = served.call("POST", "/v1/plugins/test/start");
  while ((await served.lines()).filter((line) => line === "start").length < 2);
  equal((await application.tryOpen("test:p", "owner")).status, 503);
  await Deno.writeTextFile(`${served.source}/go`, "");
  equal((await starting).status, 200);
  equal((await application.tryOpen("test:p", "owner")).status, 201);
  deepEqual((await served.lines()).slice(-3), ["start", "started", "open p"]);
});

Deno.test("step 7 of a plugin's life: a phone that is not added again stays, disconnected; after a reload it is removed", async () => {
  await using served = await serve(logging({ phones: ["p", "q"] }));
  const connected = async () => {
    const { body } = await served.call<{ phones: { phone: string; connected: boolean }[] }>("GET", "/v1/phones");
    return body.phones.map(({ phone, connected }) => [phone, connected]);
  };
  const command = async (name: string) => equal((await served.call("POST", `/v1/plugins/test/${name}`)).status, 200);
  deepEqual(await connected(), [["test:p", true], ["test:q", true]]);
  await served.write(logging({ phones: ["q"] }));
  await command("stop");
  deepEqual(await connected(), [["test:p", false], ["test:q", false]]);
  await command("start");
  deepEqual(await connected(), [["test:p", false], ["test:q", true]]);
  await command("reload");
  deepEqual(await connected(), [["test:q", true]]);
});
