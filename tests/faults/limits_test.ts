import { retry } from "@std/async/retry";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { temporaryFolder } from "./temporary.ts";

const VIRTUAL = new URL("../../plugins/virtual", import.meta.url).pathname;
const FILE_MB = 16;
const REASON = `it exceeded its limit of file size, ${FILE_MB} MB (fileMb)`;

Deno.test("invariant 6: a plugin that writes more than it may into a folder that it was granted is ended with that reason in history, log and readyz, and another plugin's phone answers all the while", async () => {
  using folder = temporaryFolder();
  const granted = `${folder.path}/granted`;
  await Deno.mkdir(granted);
  await Deno.mkdir(`${folder.path}/writer`);
  const permissions = { write: [granted] };
  const manifest = {
    manifest: 1,
    name: "writer",
    version: "1.0.0",
    switchroom: "^1.0",
    entry: "./main.ts",
    permissions,
  };
  await Deno.writeTextFile(`${folder.path}/writer/plugin.json`, JSON.stringify(manifest));
  await Deno.writeTextFile(
    `${folder.path}/writer/main.ts`,
    `import { definePlugin } from "switchroom/plugin";
    export default definePlugin((host) => ({
      async start() {
        using file = await Deno.open(${JSON.stringify(`${granted}/file`)}, { create: true, append: true });
        await file.write(new Uint8Array(1));
        await host.addPhone({ id: "p", name: "P" }, {
          async devSpecific() {
            using file = await Deno.open(${JSON.stringify(`${granted}/file`)}, { create: true, append: true });
            for (;;) await file.write(new Uint8Array(65_536));
          },
        });
      },
    }));`,
  );
  const writer = { source: `${folder.path}/writer`, grants: permissions, fileMb: FILE_MB };
  const bounds = { backOffMs: 1 };
  await using server = await startServer({ config: { bounds, plugins: [{ source: VIRTUAL }, writer] } });
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "test" } });
  const open = async (phone: string) => {
    const body = { phone, privilege: "owner" };
    return String((await call("POST", `/v1/applications/${application}/handles`, { body })).body.handle);
  };
  const [lamp, writing] = [await open("virtual:desk-1"), await open("writer:p")];
  const body = { operation: "devSpecific", params: "" };
  let ended = false;
  const end = call("POST", `/v1/handles/${writing}/requests`, { body, headers: { prefer: "wait=30" } })
    .finally(() => ended = true);
  let answers = 0;
  do {
    const body = { operation: "setLamp", lamp: 12, mode: "steady" };
    const answer = await call("POST", `/v1/handles/${lamp}/requests`, { body, headers: { prefer: "wait=30" } });
    deepEqual([answer.status, answer.body.outcome], [200, "succeeded"]);
    answers++;
  } while (!ended);
  ok(answers > 0);
  deepEqual([(await end).body.outcome, (await end).body.cause], ["lost", "pluginCrash"]);
  equal((await Deno.stat(`${granted}/file`)).size, FILE_MB * 1_048_576);

  // The file is still as long as it may be, so that the next processes end in their start.
  await retry(async () => {
    const { body: { reasons } } = await call<{ reasons: string[] }>("GET", "/readyz");
    const words = `it ended 3 times within five minutes, the last time because ${REASON}`;
    deepEqual(reasons, [`Plugin writer is givenUp: ${words}`]);
  }, { minTimeout: 50, maxTimeout: 500, maxAttempts: 60 });
  const events = await call<{ events: { type: string; detail?: unknown }[] }>("GET", "/v1/history/events");
  const failed = events.body.events.filter(({ type }) => type === "pluginFailed").map(({ detail }) => detail);
  deepEqual(failed, Array(3).fill({ cause: "pluginCrash", detail: REASON }));
  match(server.output(), /writer.*it exceeded its limit of file size/);
});
