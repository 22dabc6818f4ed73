import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { HostBench, NOTHING, onePhone, writePlugin } from "./testbed.ts";

/** The plugin of a bench that has one. */
function pluginOf(bench: HostBench) {
  const [plugin] = bench.host.plugins();
  ok(plugin);
  return plugin;
}

const MANIFEST = { manifest: 1, name: "test", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" };

const count = (bench: HostBench, wanted: string) => bench.told.filter(([name]) => name === wanted).length;

Deno.test("R79 a stopped plugin has released its phones, its process has ended, and it stays stopped until it is started", async () => {
  await using bench = await HostBench.run({ code: onePhone("{ getRing: () => ({ mode: 1, volume: 2 }) }") });
  const plugin = pluginOf(bench);
  await plugin.stop();
  deepEqual(bench.told.slice(-3).map(([name]) => name), ["release", "gone", "settle"]);
  deepEqual([plugin.condition.state, plugin.condition.detail], ["stopped", "it was told to stop"]);
  await rejects(bench.process.open("p", NOTHING), { code: "PHONEERR_RESOURCEUNAVAIL" });
  await plugin.stop();
  equal(count(bench, "gone"), 1);

  await plugin.start();
  deepEqual([plugin.condition.state, plugin.condition.restarts], ["ready", 0], "a command is no restart");
  deepEqual(bench.told.slice(-4).map(([name]) => name), ["admit", "addPhone", "ready", "settle"]);
  equal(count(bench, "enable"), 1);
  await bench.process.open("p", NOTHING);
  deepEqual(await bench.process.get("p", { getter: "getRing", params: {} }), { mode: 1, volume: 2 });
  await plugin.start();
  equal(count(bench, "admit"), 2, "one that runs goes on");
});

Deno.test("a plugin that was given up is started with a crash count that begins anew, and its log goes on", async () => {
  await using bench = await HostBench.run({ code: `console.log("here"); Deno.exit(1);` });
  const plugin = pluginOf(bench);
  equal(plugin.condition.state, "givenUp");
  await plugin.start();
  deepEqual([plugin.condition.state, plugin.condition.restarts], ["backingOff", 2], "its first failure answers");
  await bench.untilTrue("its end", () => plugin.condition.state === "givenUp");
  equal(plugin.condition.restarts, 4);
  equal(count(bench, "admit"), 0);
  equal(plugin.lines.filter(({ text }) => text === "here").length, 6);
  match(plugin.lines.at(-1)?.text ?? "", /^it ended 3 times within five minutes/);
  match(plugin.lines.at(-1)?.at ?? "", /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
});

Deno.test("a plugin that needed a grant, or could not be loaded, can be started once that has been mended", async () => {
  await using bench = await HostBench.of(async (parent) => [{
    source: await writePlugin(parent, { code: "this is a letter", manifest: { version: "1.0.0" } }),
  }]);
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  const plugin = pluginOf(bench);
  equal(plugin.condition.state, "stopped");
  await Deno.writeTextFile(`${bench.source}/main.ts`, onePhone("{}"));
  await plugin.start();
  deepEqual([plugin.condition.state, plugin.condition.detail], ["ready", ""]);
});

Deno.test("a reload stops the plugin in order and starts it with what its folder says now", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}"), manifest: { description: "before" } });
  const plugin = pluginOf(bench);
  equal(plugin.manifest?.description, "before");
  const manifest = `${bench.source}/plugin.json`;
  const changed = { ...JSON.parse(await Deno.readTextFile(manifest)), version: "1.1.0", description: "after" };
  await Deno.writeTextFile(manifest, JSON.stringify(changed));
  const before = bench.process;
  await plugin.reload();
  deepEqual([plugin.manifest?.version, plugin.manifest?.description], ["1.1.0", "after"]);
  equal(plugin.condition.state, "ready");
  notEqual(bench.process, before);
  const order = bench.told.map(([name]) => name).filter((name) => name !== "addPhone");
  deepEqual(order.slice(order.indexOf("release")), [
    "release",
    "gone",
    "settle",
    "admit",
    "ready",
    "settle",
  ]);
});

const SLIPS: Record<string, { file: string; text: string; words: RegExp }> = {
  "a manifest that is none": { file: "plugin.json", text: "{", words: /it is not JSON/ },
  "a permission that nobody granted": {
    file: "plugin.json",
    text: JSON.stringify({ ...MANIFEST, permissions: { net: ["192.0.2.1"] } }),
    words: /"grants": /,
  },
  "a configuration that it does not take any more": {
    file: "plugin.json",
    text: JSON.stringify({
      ...MANIFEST,
      config: { type: "object", properties: { key: { type: "string" } }, required: ["key"] },
    }),
    words: /configuration does not fit/,
  },
  "code that does not parse": { file: "main.ts", text: "cnst plugin = {", words: /Cannot load the plugin/ },
};

for (const [what, { file, text, words }] of Object.entries(SLIPS)) {
  Deno.test(`a reload that would meet ${what} leaves a plugin running as it is, and says why; one that is stopped settles so`, async () => {
    await using bench = await HostBench.run({ code: onePhone("{ getRing: () => ({ mode: 1, volume: 2 }) }") });
    const plugin = pluginOf(bench);
    await bench.process.open("p", NOTHING);
    await Deno.writeTextFile(`${bench.source}/${file}`, text);
    match(await plugin.reload() ?? "", words);
    deepEqual([plugin.condition.state, plugin.condition.restarts, count(bench, "gone")], ["ready", 0, 0]);
    deepEqual(plugin.manifest?.permissions.net, []);
    deepEqual(await bench.process.get("p", { getter: "getRing", params: {} }), { mode: 1, volume: 2 });
    await plugin.stop();
    equal(await plugin.reload(), undefined);
    ok(plugin.condition.state !== "ready");
    match(plugin.condition.detail, words);
  });
}

Deno.test("a stop does not wait for a reload that still looks at the plugin", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}") });
  const plugin = pluginOf(bench);
  const [reloaded] = await Promise.all([plugin.reload(), plugin.stop()]);
  equal(reloaded, "It is told to stop");
  deepEqual([plugin.condition.state, plugin.condition.restarts], ["stopped", 0]);
});

Deno.test("commands that are given at once are carried out one after the other", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}") });
  const plugin = pluginOf(bench);
  await Promise.all([plugin.stop(), plugin.start(), plugin.reload(), plugin.stop(), plugin.start()]);
  equal(plugin.condition.state, "ready");
  const processes = bench.told.map(([name]) => name).filter((name) => name === "admit" || name === "gone");
  equal(processes.length % 2, 1);
  for (const [index, name] of processes.entries()) equal(name, index % 2 ? "gone" : "admit");
});

Deno.test("a start that is stopped meanwhile ends as stopped, and a host that stops is not kept up by one", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin(() => ({ start: () => new Promise(() => {}) }));`;
  await using bench = await HostBench.of(async (parent) => [{ source: await writePlugin(parent, { code }) }], {
    bounds: { stopMs: 100 },
  });
  await bench.host.start();
  const plugin = pluginOf(bench);
  const starting = plugin.start();
  await bench.until("admit", ([name]) => name === "admit");
  await bench.host.stop();
  await starting;
  equal(plugin.condition.state, "stopped");
});

Deno.test("a plugin that is not enabled, and any with --safe, is told to the core when it is first started by command", async () => {
  for (const safe of [false, true]) {
    await using bench = await HostBench.of(
      async (parent) => [{ source: await writePlugin(parent, { code: onePhone("{}") }), enabled: safe }],
      { safe },
    );
    await bench.host.start();
    const plugin = pluginOf(bench);
    deepEqual(bench.told, [["enable", []]]);
    equal(plugin.condition.state, "stopped");
    equal(plugin.condition.detail, safe ? "the server was started with --safe" : "it is not enabled");
    equal(plugin.manifest?.name, "test");
    await plugin.start();
    deepEqual(bench.told[1], ["enable", ["test"]]);
    deepEqual([plugin.condition.state, plugin.condition.enabled], ["ready", safe]);
    await plugin.reload();
    equal(count(bench, "enable"), 2);
  }
});

Deno.test("invariant 9 a disk that takes nothing keeps no process from being stopped; a start waits for it, and says so", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}") }, { bounds: { stopMs: 100 } });
  const plugin = pluginOf(bench);
  const disk = Promise.withResolvers<void>();
  bench.telling = disk.promise;
  await plugin.stop();
  equal(plugin.condition.state, "stopped");
  await rejects(plugin.start(), { code: "PHONEERR_RESOURCEUNAVAIL", message: /is not on disk yet/ });
  disk.resolve();
  await plugin.start();
  equal(plugin.condition.state, "ready");
});

Deno.test("phones whose release is not written down in time are not waited for: the plugin is stopped all the same", async () => {
  await using bench = await HostBench.of(
    async (parent) => [{ source: await writePlugin(parent, { code: onePhone("{}") }) }],
    { releaseMs: 50 },
  );
  bench.releasing = new Promise(() => {});
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  await pluginOf(bench).stop();
  equal(count(bench, "gone"), 1);
  match(bench.logText, /its phones were not closed in order before it was stopped/);
});

Deno.test("the lines that are kept of a plugin's log are bounded in number and in length", async () => {
  const code = onePhone(`{ devSpecific() { for (let i = 0; i < 50; i++) console.log(i + " " + "x".repeat(1500)); } }`);
  await using bench = await HostBench.run({ code });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  await bench.untilTrue("all lines", () => bench.logText.includes("49 xxx"));
  const { lines } = pluginOf(bench);
  match(lines.at(-1)?.text ?? "", /^49 x+$/);
  ok(lines.reduce((sum, { text }) => sum + text.length, 0) <= 65_536);
  ok(lines.length > 40 && lines.length <= 200);
});
