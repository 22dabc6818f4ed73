import { deepEqual, equal, rejects } from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkLayers } from "./layers.ts";

/** Checks a tree of these files; the rooms that they do not name do not exist. */
async function check(files: Record<string, string>): Promise<string[]> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const config = { imports: { "switchroom/plugin": "./server/plugin/mod.ts", "zod": "npm:zod@^4" } };
    for (const [name, text] of Object.entries({ "deno.json": JSON.stringify(config), ...files })) {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return await checkLayers(pathToFileURL(`${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A tree that keeps the rules, with something of every kind that is allowed. */
const GOOD = {
  "server/core/contract/names.ts": `export type Name = string;`,
  "server/core/mod.ts": `
    import type { Name } from "./contract/names.ts";
    // Deno.exit() and setTimeout() in a comment are no use of them.
    export const when = (ms: number): Name => new Date(ms).toISOString();`,
  "server/plugin/mod.ts":
    `export type { Name } from "../core/contract/names.ts"; import "node:net"; import "switchroom:entry";`,
  "server/tools/mod.ts": `export const later = (run: () => void) => setTimeout(run, 1);`,
  "server/client/mod.ts": `export { later } from "../tools/mod.ts";`,
  "server/wire/mod.ts": `export type { Name } from "../core/contract/names.ts";`,
  "server/http/mod.ts":
    `import { z } from "zod"; import { when } from "../core/mod.ts"; import "./routes/when.ts"; export { when, z };`,
  "server/http/routes/when.ts": `import "../answering/json.ts"; import "../serve.ts";`,
  "server/http/answering/json.ts": `import "../serve.ts";`,
  "server/http/serve.ts": `import "./reading/mod.ts";`,
  "server/http/reading/mod.ts": `import "./body.ts";`,
  "server/http/reading/body.ts": `export {};`,
  "server/program/mod.ts": `import { when } from "../http/mod.ts"; import "../wire/mod.ts"; export { when };`,
  "server/cli/mod.ts": `import "../program/mod.ts";`,
  "server/main.ts":
    `import "./cli/mod.ts"; import "./program/mod.ts"; import config from "../deno.json" with { type: "json" };`,
  "plugins/virtual/main.ts": `import "switchroom/plugin"; import "./lamp.ts"; import "zod"; Deno.exit();`,
  "plugins/virtual/lamp.ts": `export {};`,
  "examples/bell/main.ts": `import "switchroom/plugin"; import "./strike.ts"; import "zod";`,
  "examples/bell/strike.ts": `export {};`,
  "plugins/sip/main.ts": `import "./lib/message/uri.ts";`,
  "plugins/sip/lib/message/uri.ts": `import "node:net"; import "zod";`,
};

Deno.test("the rooms of this repository keep to architecture.md section 2", async () => {
  deepEqual(await checkLayers(new URL("../../", import.meta.url)), []);
});

Deno.test("a tree that keeps the rules has no violation, and rooms need not exist", async () => {
  deepEqual(await check(GOOD), []);
  deepEqual(await check({}), []);
});

const PLANTED: [name: string, file: string, text: string, says: string][] = [
  [
    "a room that imports its neighbour",
    "server/history/link.ts",
    `import type { when } from "../http/mod.ts";`,
    `server/history/link.ts imports server/http/mod.ts as "../http/mod.ts": server/history/ may import only server/core/, server/core/contract/, server/tools/, server/access/, migrations/`,
  ],
  [
    "a core that imports another room, even in a dynamic import",
    "server/core/ask.ts",
    `await import("../plugin/mod.ts");`,
    `server/core/ask.ts imports server/plugin/mod.ts as "../plugin/mod.ts": server/core/ may import only server/core/contract/`,
  ],
  [
    "a contract that imports the core",
    "server/core/contract/record.ts",
    `import "../mod.ts";`,
    `server/core/contract/record.ts imports server/core/mod.ts as "../mod.ts": server/core/contract/ may import nothing of ours`,
  ],
  [
    "a toolbox that knows what it is used for",
    "server/tools/mask.ts",
    `export type { Name } from "../core/contract/names.ts";`,
    `server/tools/mask.ts imports server/core/contract/names.ts as "../core/contract/names.ts": server/tools/ may import nothing of ours`,
  ],
  [
    "an SDK that imports a package",
    "server/plugin/phone.ts",
    `import { z } from "zod"; export { z };`,
    `server/plugin/phone.ts imports npm:zod@^4 as "zod": server/plugin/ may import no package`,
  ],
  [
    "an SDK that imports more of the core than its contract",
    "server/plugin/phone.ts",
    `export { when } from "../core/mod.ts";`,
    `server/plugin/phone.ts imports server/core/mod.ts as "../core/mod.ts": server/plugin/ may import only server/core/contract/, server/tools/, server/wire/`,
  ],
  [
    "an import past a room's door",
    "server/program/serve.ts",
    `import "../http/serve.ts";`,
    `server/program/serve.ts imports server/http/serve.ts as "../http/serve.ts": server/http/ is entered by its door, server/http/mod.ts`,
  ],
  [
    "an import past the door of a folder within a room",
    "server/http/serve.ts",
    `import "./reading/body.ts";`,
    `server/http/serve.ts imports server/http/reading/body.ts as "./reading/body.ts": server/http/reading/ is entered by its door, server/http/reading/mod.ts`,
  ],
  [
    "a ring of folders that stand beside one another, though no modules are in one",
    "server/http/answering/text.ts",
    `import "../routes/when.ts";`,
    "server/http/answering/ imports server/http/routes/ imports server/http/answering/: a ring of folders has no first one",
  ],
  [
    "a plugin that imports behind the SDK",
    "plugins/virtual/phone.ts",
    `import "../../server/core/contract/names.ts";`,
    `plugins/virtual/phone.ts imports server/core/contract/names.ts as "../../server/core/contract/names.ts": a plugin may import its own folder, "switchroom/plugin" and packages only`,
  ],
  [
    "a plugin that imports another plugin",
    "plugins/lobby/main.ts",
    `import "../virtual/lamp.ts";`,
    `plugins/lobby/main.ts imports plugins/virtual/lamp.ts as "../virtual/lamp.ts": a plugin may import its own folder, "switchroom/plugin" and packages only`,
  ],
  [
    "an example that imports behind the SDK",
    "examples/bell/phone.ts",
    `import "../../server/core/contract/names.ts";`,
    `examples/bell/phone.ts imports server/core/contract/names.ts as "../../server/core/contract/names.ts": a plugin may import its own folder, "switchroom/plugin" and packages only`,
  ],
  [
    "an example that imports a plugin that ships",
    "examples/bell/phone.ts",
    `import "../../plugins/virtual/lamp.ts";`,
    `examples/bell/phone.ts imports plugins/virtual/lamp.ts as "../../plugins/virtual/lamp.ts": a plugin may import its own folder, "switchroom/plugin" and packages only`,
  ],
  [
    "a module beside the examples, which is in none of them",
    "examples/common.ts",
    `import "./bell/strike.ts";`,
    `examples/common.ts is in no room: give it a place of architecture.md section 2`,
  ],
  [
    "a library that imports what the plugin around it is",
    "plugins/sip/lib/message/parse.ts",
    `import "node:net"; import "./uri.ts"; import "../../main.ts";`,
    `plugins/sip/lib/message/parse.ts imports plugins/sip/main.ts as "../../main.ts": plugins/sip/lib/ may import its own files and packages only`,
  ],
  [
    "a library that imports the SDK",
    "plugins/sip/lib/call/uac.ts",
    `import type { Host } from "switchroom/plugin";`,
    `plugins/sip/lib/call/uac.ts imports server/plugin/mod.ts as "switchroom/plugin": plugins/sip/lib/ may import its own files and packages only`,
  ],
  [
    "a core that imports a module of the runtime",
    "server/core/ids.ts",
    `import { randomUUID } from "node:crypto"; export { randomUUID };`,
    `server/core/ids.ts imports node:crypto: server/core/ is pure and uses no runtime's API`,
  ],
  [
    "a core that asks the runtime",
    "server/core/ids.ts",
    `export const id = () => Deno.pid;`,
    `server/core/ids.ts uses Deno.: the core is pure, this comes in as a port`,
  ],
  [
    "a core that reads the clock",
    "server/core/ids.ts",
    `export const now = () => new Date();`,
    `server/core/ids.ts uses new Date(): the core is pure, this comes in as Clock.wall`,
  ],
  [
    "a core that sets a timer",
    "server/core/ids.ts",
    `export const later = (run: () => void) => setTimeout(run, 1);`,
    `server/core/ids.ts uses setTimeout(: the core is pure, this comes in as Clock.after`,
  ],
  [
    "a program that imports the command line",
    "server/program/help.ts",
    `import "../cli/help.ts";`,
    `server/program/help.ts imports server/cli/help.ts as "../cli/help.ts": server/program/ may import only server/core/, server/core/contract/, server/tools/, server/access/, server/api/, server/wire/, server/host/, server/history/, server/checkpoints/, server/http/`,
  ],
  [
    "a module that is in no room",
    "server/helpers.ts",
    `import "./core/mod.ts";`,
    `server/helpers.ts is in no room: give it a place of architecture.md section 2`,
  ],
  [
    "a server that imports its tests",
    "server/http/fake.ts",
    `import "../../tests/fake.ts";`,
    `server/http/fake.ts imports tests/fake.ts as "../../tests/fake.ts": server/http/ may import only server/core/, server/core/contract/, server/tools/, server/access/, server/api/, server/socket/`,
  ],
];

for (const [name, file, text, says] of PLANTED) {
  Deno.test(`the checker finds ${name}`, async () => {
    deepEqual(await check({ ...GOOD, "tests/fake.ts": "", [file]: text }), [says]);
  });
}

Deno.test("the checker finds a ring of modules, and tells it once", async () => {
  const violations = await check({
    "server/http/a.ts": `import "./b.ts";`,
    "server/http/b.ts": `import type {} from "./c.ts";`,
    "server/http/c.ts": `import "./a.ts"; import "./a.ts";`,
  });
  deepEqual(violations, [
    "server/http/a.ts imports server/http/b.ts imports server/http/c.ts imports server/http/a.ts: a ring of modules has no first one",
  ]);
});

Deno.test("the checker does not pass over a module that it cannot read", async () => {
  await rejects(check({ "server/http/a.ts": `import from` }), /Cannot read the imports of server\/http\/a\.ts/);
});

Deno.test("the checker run as a program prints each violation and ends with 1", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/server`);
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    await Deno.writeTextFile(`${folder}/server/stray.ts`, `import "./stray.ts";`);
    const program = fileURLToPath(import.meta.resolve("./layers.ts"));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--config", fileURLToPath(import.meta.resolve("../../deno.json"))],
        ...["--allow-read", "--allow-run", program],
      ],
      cwd: folder,
    }).output();
    equal(code, 1);
    equal(new TextDecoder().decode(stderr).includes("server/stray.ts is in no room"), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
