import { deepEqual, equal, match } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { temporaryFolder } from "./temporary.ts";

const VIRTUAL = new URL("../../plugins/virtual", import.meta.url).pathname;

const MANIFEST = { manifest: 1, name: "odd", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" };
const GOOD = 'import { definePlugin } from "switchroom/plugin"; export default definePlugin(() => ({}));';

/** Plugins that are none: the files of their folder, the state that they settle in, and what the operator reads. */
const PLUGINS: Record<string, { files: Record<string, string>; state: string; words: RegExp }> = {
  "a folder without a manifest": {
    files: { "main.ts": GOOD },
    state: "stopped",
    words: /there is none; a plugin is a folder with a plugin\.json/,
  },
  "a manifest that is not JSON": {
    files: { "plugin.json": "{", "main.ts": GOOD },
    state: "stopped",
    words: /it is not JSON/,
  },
  "a manifest with an unknown key": {
    files: { "plugin.json": JSON.stringify({ ...MANIFEST, permission: {} }), "main.ts": GOOD },
    state: "stopped",
    words: /permission/,
  },
  "a manifest for a later server": {
    files: { "plugin.json": JSON.stringify({ ...MANIFEST, switchroom: "^9.0" }), "main.ts": GOOD },
    state: "stopped",
    words: /must include the version of this server's plugin SDK/,
  },
  "an entry that is not there": {
    files: { "plugin.json": JSON.stringify(MANIFEST) },
    state: "stopped",
    words: /main\.ts/,
  },
  "an entry that is not TypeScript": {
    files: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": "this is a letter" },
    state: "stopped",
    words: /Cannot load the plugin: SyntaxError.*this is a letter.* \(file:\/\/\/\S+:1:\d+\)/,
  },
  "an entry that does not define a plugin": {
    files: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": "export default 7;" },
    state: "stopped",
    words: /definePlugin/,
  },
  "an entry that imports what lies outside of its folder": {
    files: { "plugin.json": JSON.stringify(MANIFEST), "main.ts": `import "../secret.ts"; ${GOOD}` },
    state: "stopped",
    words: /secret\.ts/,
  },
  "a plugin that needs a grant": {
    files: {
      "plugin.json": JSON.stringify({ ...MANIFEST, permissions: { net: ["192.0.2.1:5060"] } }),
      "main.ts": GOOD,
    },
    state: "needsGrant",
    words: /"grants": \{"net":\["192\.0\.2\.1:5060"\]\}/,
  },
};

Deno.test("plugins that are none settle with the reason in words, and cost nobody else anything (api sections 1 and 6, invariant 6)", async (t) => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/secret.ts`, "export {};");
  const names = Object.keys(PLUGINS).map((_, index) => `odd-${index}`);
  for (const [index, { files }] of Object.values(PLUGINS).entries()) {
    await Deno.mkdir(`${folder.path}/${names[index]}`);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder.path}/${names[index]}/${name}`, text);
    }
  }
  const odd = names.map((name) => ({ name, source: `${folder.path}/${name}` }));
  const missing = { name: "missing", source: `${folder.path}/not-there` };
  await using server = await startServer({ config: { plugins: [...odd, missing, { source: VIRTUAL }] } });
  const call = api(server);
  const { body: { plugins } } = await call<{ plugins: { name: string; state: string; reason?: string }[] }>(
    "GET",
    "/v1/plugins",
  );

  await t.step(
    "the server is ready, and says what is degraded: to nobody without a token what is in a plugin, or where",
    async () => {
      const { status, body } = await call<{ ready: boolean; reasons: string[] }>("GET", "/readyz");
      deepEqual([status, body.ready], [200, true]);
      equal(body.reasons.length, odd.length + 1, body.reasons.join("\n"));
      for (const reason of body.reasons) match(reason, /: GET \/v1\/plugins says why$|is needsGrant: .*"grants": /);
      equal(body.reasons.join().includes(folder.path), false);
    },
  );
  for (const [index, [what, { state, words }]] of Object.entries(PLUGINS).entries()) {
    await t.step(what, () => {
      const plugin = plugins.find(({ name }) => name === names[index]);
      equal(plugin?.state, state, plugin?.reason);
      match(plugin?.reason ?? "", words);
    });
  }
  await t.step("a source that is not there", () => {
    const plugin = plugins.find(({ name }) => name === "missing");
    equal(plugin?.state, "stopped");
    match(plugin?.reason ?? "", /not-there/);
  });
  await t.step("the good plugin's phones work, and have the device ids of a server without the others", async () => {
    const { body } = await call<{ phones: { phone: string; deviceId: number }[] }>("GET", "/v1/phones");
    deepEqual(body.phones.map(({ phone, deviceId }) => `${deviceId} ${phone}`), [
      "0 virtual:desk-1",
      "1 virtual:mini-1",
    ]);
  });
  equal((await server.stop()).code, 0, server.output());
});
