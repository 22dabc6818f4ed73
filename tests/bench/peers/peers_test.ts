import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { posix } from "node:path";
import config from "../../../deno.json" with { type: "json" };
import { WrongUse } from "../options.ts";
import type { Load } from "./load.ts";
import { parseOptions } from "./options.ts";
import { choose, ours, PEERS } from "./rows.ts";
import { peersTable } from "./table.ts";

const ROOT = new URL("../../../", import.meta.url);
const PEERS_FOLDER = "tests/bench/peers/";
const PROGRAMS_FOLDER = "tests/bench/peers/programs/";
const IMPORT = /\b(?:from|import\(?) ?"(\.[^"]+)"/g;
const ROWS = [ours("Switchroom", "/"), ...PEERS];

/** The modules of this repository that import one in a folder, those in it aside. */
async function importing(folder: string): Promise<string[]> {
  const rooms = ["server", "plugins", "examples", "migrations", "tests"];
  const names = await Promise.all(
    rooms.map(async (room) =>
      (await readdir(new URL(`${room}/`, ROOT), { recursive: true })).map((name) => `${room}/${name}`)
    ),
  );
  const modules = names.flat().filter((path) => /\.[mc]?[jt]s$/.test(path) && !path.includes("/node_modules/"));
  const found = await Promise.all(
    modules.filter((path) => !path.startsWith(folder)).map(async (path) => {
      const imports = (await Deno.readTextFile(new URL(path, ROOT))).matchAll(IMPORT);
      const targets = [...imports].map(([, to = ""]) => posix.join(posix.dirname(path), to));
      return targets.some((to) => to.startsWith(folder)) ? [path] : [];
    }),
  );
  return found.flat();
}

Deno.test("nothing loads the peers' bench, and not even that its programs: no import, no check, no package in the lock", async () => {
  ok((await importing("tests/harness/")).length > 100, "next to no imports are found: they are not read right");
  deepEqual(await importing(PEERS_FOLDER), []);
  deepEqual(await importing(PROGRAMS_FOLDER), []);
  ok(config.exclude.includes(PROGRAMS_FOLDER.slice(0, -1)));
  const { dependencies } = JSON.parse(await Deno.readTextFile(new URL(`${PROGRAMS_FOLDER}package.json`, ROOT)));
  const lock = await Deno.readTextFile(new URL("deno.lock", ROOT));
  deepEqual(Object.keys(dependencies).filter((name) => new RegExp(`"(npm:)?${name}@`).test(lock)), []);
});

Deno.test("the rows are those that are asked for by a part of their names, in the table's order", () => {
  const chosen = (only: string[]) => choose(ROWS, { only }).map(({ name }) => name);
  deepEqual(chosen([]), ROWS.map(({ name }) => name));
  deepEqual(chosen(["moleculer", "fastify + better-sqlite3 FULL", "Switchroom"]), [
    "Switchroom",
    "fastify + better-sqlite3 FULL",
    "moleculer, TCP",
  ]);
  throws(
    () => chosen(["Switchroom", "Asterisk"]),
    (error) => error instanceof WrongUse && /called Asterisk\. There are: Switchroom; BullMQ, AOF/.test(error.message),
  );
});

Deno.test("the peers' bench is asked by options, and refuses what cannot be meant", () => {
  deepEqual(parseOptions([]), { only: [], rounds: 3, seconds: 5, check: true, json: false });
  deepEqual(
    parseOptions([
      "--only",
      "Switchroom; BullMQ",
      "--rounds=1",
      "--seconds",
      "2",
      "--against",
      "main",
      "--no-check",
      "--json",
    ]),
    { only: ["Switchroom", "BullMQ"], rounds: 1, seconds: 2, against: "main", check: false, json: true },
  );
  for (const args of [["--rounds", "none"], ["--seconds", "0"], ["--skip"], ["BullMQ"]]) {
    throws(() => parseOptions(args), WrongUse, args.join(" "));
  }
});

Deno.test("the table has the median of the rounds with the least and the most, errors, and what was found in the store", () => {
  const load = (connections: number, perSecond: number, { errors = 0 } = {}): Load => ({
    connections,
    perSecond,
    p50: 1,
    p99: 2.5,
    errors,
    secondsPer1000: 0.07,
    storeSecondsPer1000: 0,
    flushesPerRequest: 0.5,
    megabytes: 163.4,
  });
  const loads = [
    load(1, 900),
    load(1, 700),
    load(1, 1_100),
    load(64, 9_000),
    load(64, 9_000, { errors: 3 }),
    load(256, 1),
  ];
  const checked = {
    fsyncsPerRequest: { one: 2, many: 0.081 },
    sampled: { answered: 200, found: 200 },
    killed: { answered: 90, found: 89 },
  };
  const [, , first = ""] = peersTable([{ row: ours("Switchroom", "/"), loads, checked }], { connections: [1, 64] })
    .split("\n");
  match(first, /^\| Switchroom +\| a power cut +\| a process of its own \| \*\*900\*\* \(700-1,100\), 1 \/ 2\.5 +\|/);
  match(first, /\| \*\*9,000\*\* \(9,000-9,000\), 1 \/ 2\.5, 3 ERRORS +\|/);
  match(first, /\| 200 of 200 +\| 89 of 90 +\|$/);
  equal(peersTable([], { connections: [1] }).split("\n").length, 2);
});
