import { deepEqual, equal } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

/** Runs Deno with these arguments; gives what it printed. */
async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "a page of the server's own origin is let in with its session cookie, and one of another origin is not",
  ignore: !(Deno.build.os === "linux" && Deno.build.arch === "x86_64"),
  async fn() {
    const here = (path: string) => new URL(path, import.meta.url).pathname;
    const folder = await Deno.makeTempDir();
    const bundle = `${folder}/client.js`;
    await deno(
      "bundle",
      "--quiet",
      "--minify",
      "--platform=browser",
      `--output=${bundle}`,
      here("../../server/client/mod.ts"),
    );
    await using server = await startServer();
    const printed = await deno("run", "--allow-all", here("browser_program.ts"), server.url, server.token, bundle);
    deepEqual(JSON.parse(printed), {
      sameOrigin: { stranger: 401, outcome: "succeeded", cookie: "" },
      otherOrigin: "refused",
    });
    await Deno.remove(folder, { recursive: true });
  },
});
