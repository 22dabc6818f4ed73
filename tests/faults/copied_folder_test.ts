import { deepEqual, equal } from "node:assert/strict";
import { markedPlugin } from "../crash/marked_plugin.ts";
import { eventually } from "../crash/eventually.ts";
import { processesWith } from "../crash/processes.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { temporaryFolder } from "./temporary.ts";

const VIRTUAL = new URL("../../plugins/virtual/", import.meta.url);

Deno.test("a server on a copy of a running server's data folder leaves that one's plugins alone", async () => {
  using folder = temporaryFolder();
  await using plugin = await markedPlugin(VIRTUAL, folder.path);
  const config = { plugins: [{ source: plugin.source }] };
  await using first = await startServer({ data: `${folder.path}/data`, config });
  const pids = async () => (await processesWith(plugin.mark)).map(({ pid }) => pid);
  const before = await pids();
  equal(before.length, 1);

  const copied = await new Deno.Command("cp", { args: ["-a", first.data, `${folder.path}/copy`] }).output();
  equal(copied.success, true);
  await using second = await startServer({ data: `${folder.path}/copy`, token: first.token, config });
  deepEqual((await pids()).filter((pid) => before.includes(pid)), before, second.output());
  const { body } = await api(first)<{ plugins: { state: string; restarts: number }[] }>("GET", "/v1/plugins");
  deepEqual(body.plugins.map(({ state, restarts }) => ({ state, restarts })), [{ state: "ready", restarts: 0 }]);
});

Deno.test("a plugin that hangs is ended after its server was killed, wherever the data folder is by then", async () => {
  using folder = temporaryFolder();
  await using plugin = await markedPlugin(VIRTUAL, folder.path);
  const config = { plugins: [{ source: plugin.source }] };
  await using killed = await startServer({ data: `${folder.path}/data`, config });
  const [hung] = await processesWith(plugin.mark);
  Deno.kill(hung!.pid, "SIGSTOP");
  await killed.kill();
  await Deno.rename(killed.data, `${folder.path}/moved`);

  await using next = await startServer({ data: `${folder.path}/moved`, token: killed.token, config });
  await eventually(async () => {
    const pids = (await processesWith(plugin.mark)).map(({ pid }) => pid);
    deepEqual({ running: pids.length, hung: pids.includes(hung!.pid) }, { running: 1, hung: false }, next.output());
  });
});
