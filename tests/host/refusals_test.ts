import { deepEqual, equal, match } from "node:assert/strict";
import { HostBench, onePhone, type PluginSource, writePlugin } from "./testbed.ts";

const PLUGIN = onePhone("{}");

/** The state that a plugin settles in, never having had a process that was attached. */
async function settled(source: PluginSource, config = {}) {
  await using bench = await HostBench.run(source, { config });
  equal(bench.processes.length, 0, "no process was attached");
  equal(
    bench.log.some(({ text }) => text.startsWith(bench.condition.detail.slice(0, 1_000))),
    true,
    "an operator is told",
  );
  return bench.condition;
}

const MANIFESTS: [string, Record<string, unknown>, RegExp][] = [
  ["an unknown key", { desciption: "red" }, /plugin\.json: desciption is not known: did you mean description\?$/],
  ["another manifest version", { manifest: 2 }, /plugin\.json: manifest is 2: it must be 1$/],
  ["a name that could not be part of a phone's", { name: "my plugin" }, /name/],
  ["a version that is none", { version: "one" }, /version is "one": it must be a version such as 1\.0\.0$/],
  [
    "several faults",
    { name: 7, entry: "main.ts" },
    /name is 7: it must be a string; entry is "main\.ts": it must be a path that begins/,
  ],
  [
    "an SDK that is newer than this server's",
    { switchroom: "^1.7" },
    /switchroom is "\^1\.7": it must include the version of this server's plugin SDK, 1\.1\.0/,
  ],
  ["an SDK of another major version", { switchroom: "^2.0" }, /must include the version of this server's plugin SDK/],
  ["a range of another kind", { switchroom: ">=1" }, /switchroom is ">=1": it must be a range such as \^1\.0$/],
  ["an entry that is no path of the folder", { entry: "/etc/passwd" }, /must be a path that begins with \.\//],
  ["permissions of an unknown kind", { permissions: { ffi: ["libc"] } }, /ffi/],
  ["permissions that are no lists", { permissions: { net: true } }, /permissions\.net is true: it must be an array$/],
];

for (const [what, manifest, words] of MANIFESTS) {
  Deno.test(`a manifest with ${what} stops the plugin in words`, async () => {
    const { state, detail } = await settled({ code: PLUGIN, manifest });
    equal(state, "stopped");
    match(detail, words);
  });
}

for (
  const [what, text, words] of [
    ["not JSON", "{ manifest: 1 }", /is not JSON/],
    ["not an object", "[]", /plugin\.json/],
    ["far too large", `"${"x".repeat(70_000)}"`, /at most 65536 are read/],
  ] as const
) {
  Deno.test(`a manifest that is ${what} stops the plugin in words`, async () => {
    const { state, detail } = await settled({ code: PLUGIN, files: { "plugin.json": text } }, { name: "test" });
    equal(state, "stopped");
    match(detail, words);
  });
}

Deno.test("a folder that is not there, or holds no manifest, stops the plugin in words", async () => {
  await using bench = await HostBench.of((
    parent,
  ) => [{ source: `${parent}/nowhere` }, { source: parent, name: "empty" }]);
  await bench.host.start();
  await bench.untilTrue("all settled", () => bench.told.filter(([name]) => name === "settle").length === 2);
  for (const { state, detail } of bench.host.conditions()) {
    equal(state, "stopped");
    match(detail, /there is none; a plugin is a folder with a plugin\.json/);
  }
  deepEqual(bench.host.conditions().map(({ name }) => name), ["nowhere", "empty"]);
});

const MODULES: [string, PluginSource, RegExp][] = [
  ["an entry that is not there", { code: PLUGIN, manifest: { entry: "./other.ts" } }, /other\.ts/],
  [
    "an entry that leaves the folder",
    { code: PLUGIN, manifest: { entry: "./../../../../../etc/hostname" } },
    /outside its folder/,
  ],
  ["a module that does not parse", { code: "export default {" }, /Cannot load the plugin: .*(?:Unexpected|Expected)/],
  ["an import that is not there", { code: `import "./nowhere.ts";\n${PLUGIN}` }, /nowhere\.ts/],
  ["a bare import that nobody mapped", { code: `import "kysely";\n${PLUGIN}` }, /it imports kysely/],
  [
    "an import from outside its folder",
    { code: `import "../../../../../../etc/hostname";\n${PLUGIN}` },
    /hostname.*outside its folder|etc\/hostname/,
  ],
  [
    "a file outside its folder imported as text",
    { code: `import secret from "/etc/hostname" with { type: "text" };\n${PLUGIN}\nconsole.log(secret);` },
    /etc\/hostname, which lies outside its folder/,
  ],
  [
    "a dynamic import of a literal outside its folder",
    { code: `${PLUGIN}\nawait import("/etc/hostname", { with: { type: "text" } });` },
    /etc\/hostname, which lies outside its folder/,
  ],
  ["code in a URL", { code: `import "data:text/javascript,1";\n${PLUGIN}` }, /it imports data:text/],
  [
    "an entry that is too long",
    { code: `${PLUGIN}\n//${"x".repeat(16_777_216)}` },
    /main\.ts has 167\d+ bytes, more than 16777216/,
  ],
  [
    "an import that is too long",
    { code: `import "./long.ts";\n${PLUGIN}`, files: { "long.ts": `//${"x".repeat(16_777_216)}` } },
    /long\.ts has 16777218 bytes, more than 16777216/,
  ],
  [
    "a list of imports that is too long",
    { code: `import "data:text/javascript,${"x".repeat(9_000_000)}";\n${PLUGIN}` },
    /its list of imports has more than 16777216 bytes/,
  ],
  ["code of another host", { code: `import "https://127.0.0.1:1/x.ts";\n${PLUGIN}` }, /it imports https:/],
  ["a package that is not pinned", { code: `import "npm:zod@^4";\n${PLUGIN}` }, /npm:zod@\^4, which is not pinned/],
  ["a package without a version", { code: `import "npm:zod";\n${PLUGIN}` }, /not pinned/],
  ["a package of another registry", { code: `import "jsr:@std/async@1.0.0";\n${PLUGIN}` }, /it imports jsr:/],
  [
    "our own inner modules",
    { code: `import "${new URL("../../server/wire/frames.ts", import.meta.url)}";\n${PLUGIN}` },
    /frames\.ts, which lies outside its folder/,
  ],
];

for (const [what, source, words] of MODULES) {
  Deno.test(`a plugin with ${what} is not started, in words`, async () => {
    const { state, detail } = await settled(source);
    equal(state, "stopped");
    match(detail, words);
  });
}

Deno.test("a plugin whose imports take more memory to read than they may is not started, in words", async () => {
  await using bench = await HostBench.run({
    code: `import "./arrays.ts";\n${PLUGIN}`,
    files: { "arrays.ts": `export default [${"[],".repeat(5_000_000)}];` },
  }, { bounds: { startMs: 60_000 } });
  equal(bench.condition.state, "stopped");
  match(bench.condition.detail, /reading its imports took more than 1024 MB of memory/);
});

Deno.test("a folder whose name would mean something in a URL is a folder all the same", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const source = `${parent}/a #1? 100% é`;
    await Deno.rename(await writePlugin(parent, { code: PLUGIN }), source);
    return [{ source }];
  });
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  equal(bench.condition.state, "ready");
});

Deno.test("a symbolic link does not lead out of a plugin's folder", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const source = await writePlugin(parent, {
      code: `import secret from "./link.txt" with { type: "text" };\n${PLUGIN}`,
    });
    await Deno.symlink("/etc/hostname", `${source}/link.txt`);
    return [{ source }];
  });
  await bench.host.start();
  await bench.until("settle", ([name]) => name === "settle");
  match(bench.condition.detail, /etc\/hostname, which lies outside its folder/);
});

Deno.test("a plugin may import its own files, types of anything, Node's built-ins and the SDK", async () => {
  await using bench = await HostBench.run({
    code: `import { greeting } from "./lib.ts";
      import words from "./words.txt" with { type: "text" };
      import { EventEmitter } from "node:events";
      import type { Nothing } from "./nothing.d.ts";
      ${onePhone("{}", "console.log(greeting + words + typeof EventEmitter);")}`,
    files: { "lib.ts": `export const greeting = "hello ";`, "words.txt": "world " },
  });
  equal(bench.condition.state, "ready");
  match(bench.logText, /hello world function/);
});

for (const code of ["export default 7;", "export const plugin = {};", "export default { start() {} };"]) {
  Deno.test(`a module that is no plugin (${code}) stops it at the first try, in words`, async () => {
    await using bench = await HostBench.run({ code });
    const { state, detail, restarts } = bench.condition;
    equal(state, "stopped");
    equal(restarts, 0);
    match(detail, /the default export must be what definePlugin gives/);
  });
}

Deno.test("a permission that was not granted keeps the plugin from starting, and the message says which line to add", async () => {
  const permissions = { net: ["192.168.4.0/24", "host:5060"], env: ["PBX"] };
  const { state, detail } = await settled({ code: PLUGIN, manifest: { permissions } }, {
    grants: { net: ["host:5060", "10.0.0.1"] },
  });
  equal(state, "needsGrant");
  match(detail, /"grants": \{"net":\["host:5060","10\.0\.0\.1","192\.168\.4\.0\/24"\],"env":\["PBX"\]\}/);
});

for (
  const [list, value] of [
    ["net", "host,other"],
    ["net", "-A"],
    ["net", ""],
    ["net", "a b"],
    ["read", "-r"],
    ["read", "/a,/b"],
    ["read", "/a\n/b"],
    ["write", ""],
    ["env", "A=B"],
    ["env", "SWITCHROOM_BOOTSTRAP_TOKEN"],
    ["env", "*"],
    ["run", "--allow-all"],
    ["sys", "host name"],
  ] as const
) {
  Deno.test(`a grant cannot smuggle in another flag: ${list} ${JSON.stringify(value)}`, async () => {
    const lists = { [list]: [value] };
    const { state, detail } = await settled({ code: PLUGIN, manifest: { permissions: lists } }, { grants: lists });
    equal(state, "stopped");
    match(detail, new RegExp(`Cannot grant ${list}`));
  });
}

const SCHEMA = {
  type: "object",
  properties: { pin: { type: "string", writeOnly: true } },
  required: ["pin"],
  additionalProperties: false,
};

Deno.test("a configuration that does not fit the manifest's schema stops the plugin; the message names the place and no value", async () => {
  for (const config of [{}, { pin: 1234 }, { pin: "1234", colour: "red" }]) {
    const { state, detail } = await settled({ code: PLUGIN, manifest: { config: SCHEMA } }, { config });
    equal(state, "stopped");
    match(detail, /its configuration does not fit its manifest: config/);
    equal(/1234|red/.test(detail), false);
  }
  await using bench = await HostBench.run({ code: PLUGIN, manifest: { config: SCHEMA } }, {
    config: { config: { pin: "1234" } },
  });
  equal(bench.condition.state, "ready");
});

Deno.test("a configuration that its manifest's defaults make too long for a message stops the plugin in words", async () => {
  const entry = { type: "object", properties: { words: { type: "string", default: "x".repeat(10_000) } } };
  const schema = { type: "object", properties: { entries: { type: "array", items: entry } } };
  for (const count of [30, 20_000]) {
    const { state, detail } = await settled({ code: PLUGIN, manifest: { config: schema } }, {
      config: { entries: Array(count).fill({}) },
    });
    equal(state, "stopped");
    match(detail, /with the defaults of its manifest its configuration comes to more than \d+ characters/);
  }
});

Deno.test("a schema that is none stops the plugin in words", async () => {
  const { state, detail } = await settled({ code: PLUGIN, manifest: { config: { type: "banana" } } });
  equal(state, "stopped");
  match(detail, /not a JSON Schema that is understood/);
});

Deno.test("a schema that asks for an object or a list stops the plugin in words: it would count as other than it is", async () => {
  const values: [string, object][] = [["const", { a: 1 }], ["const", [1, 2]], ["enum", ["off", { a: 1 }]], ["enum", [[
    1,
  ]]]];
  for (const [keyword, value] of values) {
    const { state, detail } = await settled(
      { code: PLUGIN, manifest: { config: { properties: { mode: { [keyword]: value } } } } },
      { config: { mode: 1 } },
    );
    equal(state, "stopped");
    match(detail, new RegExp(`not a JSON Schema that is understood: ${keyword} can ask for strings`));
  }
  const named = { properties: { const: { type: "string" }, enum: { enum: ["off", 1, true, null] } } };
  await using bench = await HostBench.run({ code: PLUGIN, manifest: { config: named } }, {
    config: { config: { const: "a", enum: null } },
  });
  equal(bench.condition.state, "ready");
});
