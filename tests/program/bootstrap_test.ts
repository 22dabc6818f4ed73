import { equal, match } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { openHistory, takeDataFolder } from "../../server/history/mod.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";

Deno.test("SWITCHROOM_BOOTSTRAP_TOKEN that comes too late to be used is warned of; one that is a token already is not", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const options = { data, args: ["--safe"], untilListening: true };
  const first = await startServer(options);
  await first.stop();
  for (const token of [first.token, crypto.randomUUID()]) {
    const again = await startServer({ ...options, token });
    await again.stop();
    const warnings = again.output().match(/^.* warning .*$/gm) ?? [];
    equal(warnings.length, token === first.token ? 0 : 1, again.output());
    for (const line of warnings) {
      match(line, /SWITCHROOM_BOOTSTRAP_TOKEN is not used: there are or were tokens already/);
    }
  }
});

Deno.test("a first token that is no more is not valid again because it is still in the environment: there has been one", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const options = { data, args: ["--safe"], untilListening: true };
  const first = await startServer(options);
  await first.stop();
  {
    using taken = await takeDataFolder(data);
    await using opened = await openHistory({ folder: taken, durability: "full", onFatal: console.error });
    for (const { id } of opened.tokens.list()) await opened.tokens.remove(id);
  }
  await using again = await startServer({ ...options, token: first.token });
  equal((await api(again)("GET", "/v1/phones")).status, 401);
  match(again.output(), /SWITCHROOM_BOOTSTRAP_TOKEN is not used: there are or were tokens already/);
});
