import { equal, match } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";

const REPOSITORY = new URL("../../", import.meta.url);

Deno.test("the README's example of the client runs as it stands, more than once", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", REPOSITORY));
  const [, example = ""] = /```ts ignore\n(import \{ connect \} from "switchroom\/client";[^]*?)```/.exec(readme) ?? [];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, example);
  await using server = await startServer();
  for (let run = 0; run < 2; run++) {
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
      signal: AbortSignal.timeout(60_000),
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    match(new TextDecoder().decode(stdout), /^request \d+ succeeded\n(1 PHONE_STATE\n2|1) PHONE_REPLY\n$/);
  }
  await Deno.remove(file);
});
