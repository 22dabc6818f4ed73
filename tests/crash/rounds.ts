/**
 * Kills the server again and again, on the same data folder, and audits what is there after each restart.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { delay } from "@std/async/delay";
import { z } from "zod";
import { spawnServer } from "../faults/operator.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { forcedTurn, placeFlags, TURN_NAMES } from "../harness/places.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { type Random, randomFrom } from "../simulation/random.ts";
import { audit } from "./audit.ts";
import { Book } from "./book.ts";
import { eventually } from "./eventually.ts";
import { loadUntil } from "./load.ts";
import { markedPlugin } from "./marked_plugin.ts";
import { processesWith, untilGone } from "./processes.ts";

/** What the rounds came to. */
export interface Rounds {
  kills: number;
  /** Requests that were acknowledged, and all found again. */
  acknowledged: number;
  /** Requests that a restart had to complete. */
  lost: number;
}

const APPLICATIONS = 8;
/** The longest that a server lives under load, and while it starts. */
const LONGEST_LIFE_MS = 700;
const LONGEST_START_MS = 250;
/** Every so many kills a folder is left for a new one: audits read all of it. */
const KILLS_A_FOLDER = 50;

const VIRTUAL = new URL("../../plugins/virtual/", import.meta.url);
const PluginsFile = z.object({ running: z.record(z.string(), z.object({ pid: z.int() })) });

/**
 * Kills the server at random moments.
 *
 * @param options.seed Determines the moments; what has come so far by then is up to the machine.
 * @throws {Error} If a promise was broken; the message tells the kill.
 */
export async function crash(options: { kills: number; seed: number }): Promise<Rounds> {
  const random = randomFrom(options.seed);
  const total: Rounds = { kills: 0, acknowledged: 0, lost: 0 };
  while (total.kills < options.kills) {
    const { acknowledged, lost, kills } = await oneFolder(
      Math.min(KILLS_A_FOLDER, options.kills - total.kills),
      random,
    );
    total.kills += kills;
    total.acknowledged += acknowledged;
    total.lost += lost;
  }
  return total;
}

/** What stays the same from one server to the next. */
interface World {
  data: string;
  mark: string;
  config: object;
  configFile: string;
  token: string;
  random: Random;
  book: Book;
}

async function oneFolder(kills: number, random: Random): Promise<Rounds> {
  using folder = temporaryFolder();
  await using plugin = await markedPlugin(VIRTUAL, folder.path);
  const { source, mark } = plugin;
  const world: World = {
    data: `${folder.path}/data`,
    mark,
    config: { plugins: [{ source }] },
    configFile: `${folder.path}/config.json`,
    token: crypto.randomUUID(),
    random,
    book: new Book(),
  };
  await Deno.writeTextFile(world.configFile, JSON.stringify(world.config));
  for (let kill = 1; kill <= kills; kill++) {
    try {
      // The first start must have made its token before it may be killed: no other start would know this one.
      if (kill > 1 && random.once(5)) await killWhileStarting(world);
      else await killUnderLoad(world);
    } catch (cause) {
      throw new Error(`Kill ${kill} of this folder broke a promise`, { cause });
    }
  }
  const lost = await auditAtLast(world);
  return { kills, acknowledged: world.book.requests.size, lost };
}

async function killUnderLoad(world: World): Promise<void> {
  const { random, book } = world;
  await using server = await start(world);
  await look(world, server);
  const gone = new AbortController();
  const load = loadUntil(gone.signal, { server, random, book, applications: APPLICATIONS });
  // If the load ends before, it has failed.
  await Promise.race([delay(random.below(LONGEST_LIFE_MS)), load]);
  gone.abort();
  Deno.kill(server.pid, "SIGKILL");
  const { signal } = await server.exit;
  equal(signal, "SIGKILL");
  await load;
}

async function killWhileStarting({ data, configFile, token, random }: World): Promise<void> {
  const server = await spawnServer(["--data", data, "--listen", "127.0.0.1:0", "--config", configFile], { token });
  await delay(random.below(LONGEST_START_MS));
  server.kill();
  const { code, stderr } = await server.ended;
  equal(code, 137, stderr);
}

async function auditAtLast(world: World): Promise<number> {
  await using server = await start(world);
  const { lost } = await look(world, server);
  equal((await server.stop()).code, 0, server.output());
  await untilGone(world.mark);
  return lost;
}

/** Each commits where chance wants it, and every other one where disk and load do. */
async function start({ data, token, config, random }: World): Promise<RunningServer> {
  const turn = forcedTurn() ?? (random.once(2) ? undefined : random.pick(TURN_NAMES));
  return await startServer({ data, token, config, flags: await placeFlags(turn) });
}

/** Looks at what a start has found, and made of it: nothing may have been asked of the server yet. */
async function look(world: World, server: RunningServer) {
  const { data, book, mark, random } = world;
  const found = audit(data, book);
  deepEqual(found.faults, []);

  const nonces = Object.keys(PluginsFile.parse(JSON.parse(await Deno.readTextFile(`${data}/plugins.json`))).running);
  equal(nonces.length, 1);
  await eventually(async () => {
    const processes = await processesWith(mark);
    equal(processes.length, 1, `only the plugin of this server may run, but there are\n${JSON.stringify(processes)}`);
    ok(processes[0]?.args.includes(nonces[0] ?? "none"), "the plugin that runs is one of an earlier server");
  });
  match(await Deno.readTextFile(`${data}/lock`), new RegExp(`^${server.pid}\n`));

  const call = api(server);
  const ids = [...book.requests.keys()];
  if (ids.length > 0) {
    const id = random.pick(ids);
    const { status, body } = await call<{ reference: string; state: string }>("GET", `/v1/requests/${id}`);
    deepEqual([status, body.reference, body.state], [200, book.requests.get(id)?.reference, "completed"]);
  }
  return found;
}
