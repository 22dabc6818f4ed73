/**
 * The benchmark: the real server with a real plugin process, every request on disk twice, against what this stack can do at all.
 *
 * Everything that is compared is measured in turns in the same run, since figures of different runs or machines do not compare; so what
 * counts are the ratios. `--json` prints the figures for machines; `--profile` measures nothing and tells where the server spends its time;
 * `--beside` measures only a healthy plugin beside one that computes without end.
 *
 * @module
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import { crowdLines } from "./crowd_figures.ts";
import { type Figures, lines } from "./figures.ts";
import { type Helper, startHelper } from "./helper.ts";
import { besideLine, measureBeside } from "./measure_beside.ts";
import { measureCrowd } from "./measure_crowd.ts";
import { measureDisk } from "./measure_disk.ts";
import { measureManyClients } from "./measure_many_clients.ts";
import { measureMemory } from "./measure_memory.ts";
import { measureOneClient } from "./measure_one_client.ts";
import { measureResumption } from "./measure_resumption.ts";
import { measureSockets } from "./measure_sockets.ts";
import { measureStart } from "./measure_start.ts";
import { echoTargets, openPhone } from "./open_phone.ts";
import { profile } from "./profile.ts";
import { table } from "./report.ts";
import { inPlaceOf } from "./stand_in.ts";
import { startEcho } from "./start_echo.ts";

async function measure(folder: string) {
  await using load = startHelper("load_client.ts", { permissions: ["--allow-net=127.0.0.1"] });
  await using echo = await startEcho();
  tell("starts and memory at rest");
  const start = await measureStart(`${folder}/start`, { times: 7 });
  const clients = await measureClients(load, { folder, echo: echo.url });
  tell("16 sockets");
  const sockets = await measureSockets(echo.url, { rounds: 5, seconds: 1.5 });
  tell("many of everything");
  const crowd = await measureCrowd({ rounds: 5, seconds: 4 });
  tell("streams that are resumed");
  const resumption = await measureResumption({ rounds: 3 });
  tell("memory of each");
  const memory = await measureMemory();
  tell("the disk");
  const asItIs = await measureDisk(load, { folder: `${folder}/disk`, slowedByMs: 0, seconds: 3 });
  const slowed = await measureDisk(load, { folder: `${folder}/slowed`, slowedByMs: 20, seconds: 4 });
  const disk = asItIs && slowed && { asItIs, slowed };
  return { start, ...clients, disk, sockets, crowd, resumption, memory };
}

async function measureClients(
  load: Helper,
  { folder, echo }: { folder: string; echo: string },
): Promise<Pick<Figures, "oneClient" | "manyClients">> {
  const data = `${folder}/data`;
  await using server = await startServer({ data, config: benchConfig() });
  const { accepted, waited, answerBytes } = await openPhone(server);
  const echoes = echoTargets(echo, { answerBytes });
  tell("one client");
  const oneClient = await measureOneClient(load, { ...echoes, server: waited }, {
    rounds: 5,
    seconds: 0.8,
    folder: `${folder}/parts`,
  });
  tell("64 clients");
  const withoutHistory = await inPlaceOf(`${folder}/import_map.json`, {
    module: "server/history/mod.ts",
    standIn: "tests/bench/processes/counting_history.ts",
  });
  await using without = await startServer({ config: benchConfig(), flags: [withoutHistory] });
  const rivals = { ...echoes, accepted, waited, withoutHistory: (await openPhone(without)).accepted };
  return { oneClient, manyClients: await measureManyClients(load, rivals, { rounds: 5, seconds: 1.2, data }) };
}

/** On standard error, so that what is printed for machines stays whole. */
function tell(what: string): void {
  console.error(`measuring ${what} …`);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { json: { type: "boolean" }, profile: { type: "boolean" }, beside: { type: "boolean" } },
});
const folder = await Deno.makeTempDir({ prefix: "switchroom_bench_" });
try {
  if (values.profile) console.log(await profile(folder));
  else if (values.beside) {
    await using load = startHelper("load_client.ts", { permissions: ["--allow-net=127.0.0.1"] });
    console.log(besideLine(await measureBeside(load, { turns: 5, seconds: 3 })));
  } else {
    const figures = await measure(folder);
    const machine = { processor: cpus()[0]?.model ?? "unknown", processors: cpus().length, deno: Deno.version.deno };
    if (values.json) console.log(JSON.stringify({ machine, ...figures }, null, 2));
    else {
      console.log(`Deno ${machine.deno} on ${machine.processors} processors, ${machine.processor}\n`);
      console.log(table([...lines(figures), ...crowdLines(figures)]));
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
