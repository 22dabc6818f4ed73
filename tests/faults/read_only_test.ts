import { deepEqual, equal, match } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";
import { readOnly, whyNoMount } from "./mounts.ts";
import { runServer } from "./operator.ts";
import { skipLoudly, temporaryFolder } from "./temporary.ts";

// Permissions bind everybody but root, and only root can mount: one of the two is possible almost everywhere.
const isRoot = Deno.uid() === 0;
const ignore = skipLoudly(isRoot ? whyNoMount() : undefined, "a data folder that may only be read");

Deno.test({
  name: "a data folder that may only be read is refused: exit 2, one line, and nothing in it has changed",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const data = `${folder.path}/data`;
    const token = crypto.randomUUID();
    {
      await using server = await startServer({ data, token, args: ["--safe"] });
      await server.stop();
    }
    const before = await Deno.readFile(`${data}/history.db`);
    {
      using world = isRoot ? readOnly(data) : withoutWriting(data);
      const { code, stdout, stderr } = await runServer(["--data", world.path, "--listen", "127.0.0.1:0"], { token });
      deepEqual([code, stdout], [2, ""], stderr);
      match(stderr, /^switchroom: Cannot use the data folder .*\n$/);
    }
    deepEqual(await Deno.readFile(`${data}/history.db`), before);
    await using server = await startServer({ data, token, args: ["--safe"] });
    equal((await server.stop()).code, 0, server.output());
  },
});

/** Takes the right to write away from this user. */
function withoutWriting(path: string) {
  const entries = [...Deno.readDirSync(path)].map(({ name }) => `${path}/${name}`);
  for (const entry of entries) Deno.chmodSync(entry, 0o400);
  Deno.chmodSync(path, 0o500);
  return {
    path,
    [Symbol.dispose]() {
      Deno.chmodSync(path, 0o700);
      for (const entry of entries) Deno.chmodSync(entry, 0o600);
    },
  };
}
