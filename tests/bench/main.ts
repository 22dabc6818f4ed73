/**
 * The benchmark: the real server with a real plugin process, every request on disk twice, against what this stack can do at all.
 *
 * Everything that is compared is measured in turns in the same run, since figures of different runs or machines do not compare; so what
 * counts are the ratios. `--json` prints the figures for machines.
 *
 * @module
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startServer } from "../harness/start_server.ts";
import { PLUGIN_FOLDER } from "./bench_plugin.ts";
import { type Figures, lines } from "./figures.ts";
import { type Helper, startHelper } from "./helper.ts";
import { measureDisk } from "./measure_disk.ts";
import { measureManyClients } from "./measure_many_clients.ts";
import { measureOneClient } from "./measure_one_client.ts";
import { measureStart } from "./measure_start.ts";
import { echoTargets, openPhone } from "./open_phone.ts";
import { table } from "./report.ts";
import { startEcho } from "./start_echo.ts";
import { startVariant } from "./start_variant.ts";

const CONFIG = { plugins: [{ source: PLUGIN_FOLDER }] };

async function measure(folder: string): Promise<Figures> {
  await using load = startHelper("load_client.ts", { permissions: ["--allow-net=127.0.0.1"] });
  tell("starts and memory");
  const start = await measureStart(`${folder}/start`, { times: 7 });
  const clients = await measureClients(load, folder);
  tell("the disk");
  const asItIs = await measureDisk(load, { folder: `${folder}/disk`, slowedByMs: 0, seconds: 3 });
  const slowed = await measureDisk(load, { folder: `${folder}/slowed`, slowedByMs: 20, seconds: 4 });
  return { start, ...clients, disk: asItIs && slowed && { asItIs, slowed } };
}

async function measureClients(load: Helper, folder: string): Promise<Pick<Figures, "oneClient" | "manyClients">> {
  const data = `${folder}/data`;
  await using echo = await startEcho();
  await using server = await startServer({ data, config: CONFIG });
  const { accepted, waited, answerBytes } = await openPhone(server);
  const echoes = echoTargets(echo.url, { answerBytes });
  tell("one client");
  const oneClient = await measureOneClient(load, { ...echoes, server: waited }, {
    rounds: 5,
    seconds: 0.8,
    folder: `${folder}/parts`,
  });
  tell("64 clients");
  await using without = await startVariant({
    data: `${folder}/without`,
    config: CONFIG,
    main: "tests/bench/processes/serve_without_history.ts",
  });
  const rivals = { ...echoes, accepted, waited, withoutHistory: (await openPhone(without)).accepted };
  return { oneClient, manyClients: await measureManyClients(load, rivals, { rounds: 5, seconds: 1.2, data }) };
}

/** On standard error, so that what is printed for machines stays whole. */
function tell(what: string): void {
  console.error(`measuring ${what} …`);
}

const { values: { json } } = parseArgs({ args: Deno.args, options: { json: { type: "boolean" } } });
const folder = await Deno.makeTempDir({ prefix: "switchroom_bench_" });
try {
  const figures = await measure(folder);
  const machine = { processor: cpus()[0]?.model ?? "unknown", processors: cpus().length, deno: Deno.version.deno };
  if (json) console.log(JSON.stringify({ machine, ...figures }, null, 2));
  else {
    console.log(`Deno ${machine.deno} on ${machine.processors} processors, ${machine.processor}\n`);
    console.log(table(lines(figures)));
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
