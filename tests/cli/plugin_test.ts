import { deepEqual, equal, match } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

/** A plugin whose start fails as long as its folder has no file `mended`. */
const BROKEN = `import { definePlugin, PluginUnavailable } from "switchroom/plugin";
export default definePlugin(() => ({
  start() {
    try {
      Deno.statSync("mended");
    } catch {
      throw new PluginUnavailable("the lamp server is away", { retry: false });
    }
  },
}));
`;

Deno.test("the command line lists plugins with their reasons, shows their logs, and starts, stops and reloads them", async () => {
  using folder = temporaryFolder();
  const source = `${folder.path}/lamps`;
  await Deno.mkdir(source);
  await Deno.writeTextFile(`${source}/main.ts`, BROKEN);
  await Deno.writeTextFile(
    `${source}/plugin.json`,
    JSON.stringify({
      ...{ manifest: 1, name: "lamps", version: "1.2.3", switchroom: "^1.1", entry: "./main.ts" },
      permissions: { read: ["."] },
    }),
  );
  const plugins = [{ source: "builtin:virtual" }, { source, grants: { read: ["."] } }];
  await using server = await startServer({ config: { plugins } });
  const plugin = (...args: string[]) => cli(["plugin", ...args, "--data", server.data]);

  const list = (await plugin("list")).stdout;
  match(list, /^PLUGIN +VERSION +STATE +PHONES +WHY\nvirtual +1\.0\.0 +ready +2 +-\nlamps +1\.2\.3 +stopped +0 +\S/);
  match((await plugin("list", "--wide")).stdout, /\nlamps .* the lamp server is away \(\S+main\.ts:7:13\)\n/);
  const log = (await plugin("log", "lamps")).stdout;
  match(log, /^\S+Z \w+ .*PluginUnavailable: the lamp server is away\n {4}at Object\.start \(\S+main\.ts:7:13\)\n/m);
  equal(jsonLines<{ level: string }>(await plugin("log", "lamps", "--json"))[0]?.level, "error");
  const doctor = await cli(["doctor", "--data", server.data]);
  match(doctor.stdout, /^! server: Plugin lamps is stopped: .* plugin start lamps starts it again$/m);

  refused(await plugin("start", "lamps"), { code: 1, words: /the lamp server is away/ });
  refused(await plugin("start", "lamp"), { code: 1, words: /lamp/ });
  await Deno.writeTextFile(`${source}/mended`, "");
  deepEqual(await plugin("start", "lamps"), { code: 0, stdout: "lamps is ready\n", stderr: "" });
  deepEqual(await plugin("reload", "virtual"), { code: 0, stdout: "virtual is ready\n", stderr: "" });
  const [stopped] = jsonLines(await plugin("stop", "virtual", "--json"));
  deepEqual([stopped?.["name"], stopped?.["state"]], ["virtual", "stopped"]);
});
