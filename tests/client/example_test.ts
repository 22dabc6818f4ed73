import { equal, match } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

const REPOSITORY = new URL("../../", import.meta.url);

Deno.test("the README's example of the client runs as it stands", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", REPOSITORY));
  const [, example = ""] = /```ts\n(import \{ connect \} from "switchroom\/client";[^]*?)```/.exec(readme) ?? [];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, example);
  await using server = await startServer();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--check",
      "--no-prompt",
      "--config=deno.json",
      "--allow-net=127.0.0.1",
      file,
      server.url,
      server.token,
    ],
    cwd: REPOSITORY,
  }).output();
  await Deno.remove(file);
  const printed = new TextDecoder().decode(stdout);
  equal(code, 0, new TextDecoder().decode(stderr));
  match(printed, /succeeded/);
  match(printed, /PHONE_STATE/);
});
