/**
 * The server against the parts that it is made of: one client, 64, 256, and 16 sockets. These are the ratios that the gate holds.
 *
 * @module
 */
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import type { Parts } from "./gate.ts";
import type { Helper } from "./helper.ts";
import { measureManyClients, measureMoreClients } from "./measure_many_clients.ts";
import { measureOneClient } from "./measure_one_client.ts";
import { measureSockets } from "./measure_sockets.ts";
import { echoTargets, openPhone } from "./open_phone.ts";
import { inPlaceOf } from "../harness/stand_in.ts";
import { startEcho } from "./start_echo.ts";

/** Measures them; `folder` is for data, and `tell` is told what is measured next. */
export async function measureParts(
  load: Helper,
  { folder, tell }: { folder: string; tell(what: string): void },
): Promise<Parts> {
  await using echo = await startEcho();
  const clients = await measureClients(load, { folder, tell, echo: echo.url });
  tell("16 sockets");
  return { ...clients, sockets: await measureSockets(echo.url, { rounds: 5, seconds: 1.5 }) };
}

async function measureClients(
  load: Helper,
  { folder, tell, echo }: { folder: string; tell(what: string): void; echo: string },
): Promise<Omit<Parts, "sockets">> {
  await using server = await startServer({ config: benchConfig() });
  const { answerBytes, ...phone } = await openPhone(server);
  const echoes = echoTargets(echo, { answerBytes });
  tell("one client");
  const oneClient = await measureOneClient(load, { ...echoes, server: phone.waited }, {
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
  const rivals = { ...echoes, ...phone, withoutHistory: (await openPhone(without)).accepted };
  const manyClients = await measureManyClients(load, rivals, { rounds: 5, seconds: 1.2, server });
  tell("256 clients");
  const moreClients = await measureMoreClients(load, rivals, { rounds: 5, seconds: 1.2 });
  return { oneClient, manyClients, moreClients };
}
