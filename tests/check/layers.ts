/**
 * Holds the rooms of architecture.md section 2 apart: reads every import of server/, plugins/, examples/,
 * migrations/ and packaging/, tells each one that the tables below do not allow, that goes past a door, or that makes a ring of modules
 * or of folders, and ends with 1 if there was one.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { type Import, readImports, sources } from "./imports.ts";

/** Who may know whom. A module belongs to the first room that its path begins with. */
export interface Room {
  /** Where its modules are. */
  at: string;
  /** The rooms that it may import, itself aside. */
  knows: readonly string[];
  /** Whether it may import packages. */
  packages: boolean;
  /** Whether time, chance, ids and the world come in from outside only. */
  pure: boolean;
}

const CONTRACT = "server/core/contract/";
const CORE = "server/core/";
const TOOLS = "server/tools/";
const WIRE = "server/wire/";
/** What every room of the server itself may know. */
const GROUND = [CORE, CONTRACT, TOOLS];
const API = [...GROUND, "server/access/", "server/api/"];

/** Every room; docs/architecture.md has the same table for people. */
export const ROOMS: readonly Room[] = [
  { at: CONTRACT, knows: [], packages: false, pure: true },
  { at: TOOLS, knows: [], packages: false, pure: false },
  { at: WIRE, knows: [CONTRACT], packages: false, pure: false },
  { at: CORE, knows: [CONTRACT], packages: false, pure: true },
  { at: "server/plugin/", knows: [CONTRACT, TOOLS, WIRE], packages: false, pure: false },
  { at: "server/client/", knows: [CONTRACT, TOOLS], packages: false, pure: false },
  { at: "server/host/", knows: [...GROUND, WIRE], packages: true, pure: false },
  { at: "server/access/", knows: GROUND, packages: true, pure: false },
  { at: "server/history/", knows: [...GROUND, "server/access/", "migrations/"], packages: true, pure: false },
  { at: "server/checkpoints/", knows: GROUND, packages: true, pure: false },
  { at: "server/api/", knows: [...GROUND, "server/access/"], packages: true, pure: false },
  { at: "server/socket/", knows: API, packages: true, pure: false },
  { at: "server/http/", knows: [...API, "server/socket/"], packages: true, pure: false },
  {
    at: "server/program/",
    knows: [...API, WIRE, "server/host/", "server/history/", "server/checkpoints/", "server/http/"],
    packages: true,
    pure: false,
  },
  {
    at: "server/cli/",
    knows: [
      CONTRACT,
      TOOLS,
      "server/client/",
      "server/program/",
      "server/history/",
      "server/checkpoints/",
      "server/access/",
      "server/api/",
      "server/host/",
    ],
    packages: true,
    pure: false,
  },
  { at: "server/main.ts", knows: ["server/program/", "server/cli/"], packages: true, pure: false },
  { at: "migrations/", knows: [], packages: true, pure: false },
  { at: "packaging/", knows: ["server/cli/"], packages: true, pure: false },
];

/** A plugin of ours: one that comes with the server, or an example. */
const PLUGIN = /^(?:plugins|examples)\/[^/]+\//;

/** What a plugin of ours may import besides its own folder and packages: what any other author can. */
const SDK = "server/plugin/mod.ts";

/**
 * What lies within a plugin and could stand by itself: it imports its own files and packages, and nothing of
 * Switchroom.
 */
const LIBRARY = "plugins/sip/lib/";

/**
 * The name by which the runner imports the plugin that it is to run; only the host's import map knows where it leads.
 */
const PLUGIN_ENTRY = "switchroom:entry";

/** Stand-ins for packages (architecture.md section 6): they count as the packages that they stand for. */
const STAND_INS = "server/std/";

/** Not a module, and about the program as a whole. */
const MANIFEST = "deno.json";

/** What is not pure, and the port that takes its place. */
const IMPURE: readonly [pattern: RegExp, instead: string][] = [
  [/\bDeno\./, "a port"],
  [/\b(?:setTimeout|setInterval)\(/, "Clock.after"],
  [/\bDate\.now\(|\bnew Date\(\)/, "Clock.wall"],
  [/\bperformance\./, "Clock.monotonic"],
  [/\b(?:crypto\.|Math\.random\()/, "NextId"],
  [/\b(?:fetch\(|console\.)/, "a port"],
];

/**
 * Checks a tree with the folders of this repository, as far as they are there.
 *
 * @param root The tree's folder, with a slash at its end.
 * @returns Each violation in words.
 */
export async function checkLayers(root: URL): Promise<string[]> {
  const files = await sources(root);
  const imports = await readImports(root, files);
  const doors = new Set(files.filter((file) => file.endsWith("/mod.ts")).map(folderOf));
  const violations = files.flatMap((file) =>
    imports.get(file)?.map((one) => judge(file, one) ?? pastDoor(file, { ...one, doors })) ?? []
  );
  return [
    ...violations.filter((words) => words !== undefined),
    ...await impurities(root, files),
    ...rings(new Map([...imports].map(([file, all]) => [file, all.map(({ to }) => to)])), "modules"),
    ...rings(siblings(imports), "folders"),
  ];
}

/** What is wrong with an import; undefined if nothing is. */
function judge(from: string, { written, to }: Import): string | undefined {
  if (from.startsWith(STAND_INS) || to === MANIFEST) return undefined;
  const says = `${from} imports ${written === to ? to : `${to} as "${written}"`}`;
  const plugin = PLUGIN.exec(from)?.[0];
  const ours = !/^[a-z]+:/.test(to) && !to.startsWith(STAND_INS);
  if (from.startsWith(LIBRARY)) {
    return !ours || to.startsWith(LIBRARY)
      ? undefined
      : `${says}: ${LIBRARY} may import its own files and packages only`;
  }
  if (plugin !== undefined) {
    if (!ours || to.startsWith(plugin) || to === SDK) return undefined;
    return `${says}: a plugin may import its own folder, "switchroom/plugin" and packages only`;
  }

  const room = ROOMS.find(({ at }) => from.startsWith(at));
  if (!room) return `${from} is in no room: give it a place of architecture.md section 2`;
  if (to.startsWith("node:")) return room.pure ? `${says}: ${room.at} is pure and uses no runtime's API` : undefined;
  if (to === PLUGIN_ENTRY && room.at === "server/plugin/") return undefined;
  if (!ours) return room.packages ? undefined : `${says}: ${room.at} may import no package`;
  const target = ROOMS.find(({ at }) => to.startsWith(at));
  if (target === room || (target && room.knows.includes(target.at))) return undefined;
  return `${says}: ${room.at} may import ${
    room.knows.length > 0 ? `only ${room.knows.join(", ")}` : "nothing of ours"
  }`;
}

/** What pure rooms take from the world by themselves. */
async function impurities(root: URL, files: string[]): Promise<string[]> {
  const pure = files.filter((file) => ROOMS.find(({ at }) => file.startsWith(at))?.pure);
  const found = await Promise.all(pure.map(async (file) => {
    const code = (await Deno.readTextFile(new URL(file, root))).replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    return IMPURE.flatMap(([pattern, instead]) => {
      const [match] = pattern.exec(code) ?? [];
      return match === undefined ? [] : [`${file} uses ${match}: the core is pure, this comes in as ${instead}`];
    });
  }));
  return found.flat();
}

/**
 * What is wrong with where an import enters: a folder that has a door (`mod.ts`) is entered by it, or by its
 * `contract/`, from outside of the folder; undefined if nothing is.
 */
function pastDoor(from: string, { written, to, doors }: Import & { doors: ReadonlySet<string> }): string | undefined {
  const steps = to.split("/");
  for (let depth = 1; depth < steps.length; depth++) {
    const folder = `${steps.slice(0, depth).join("/")}/`;
    // A stand-in is entered as its package is.
    if (from.startsWith(folder) || !doors.has(folder) || folder.startsWith(STAND_INS)) continue;
    const inside = to.slice(folder.length);
    if (inside === "mod.ts" || inside.startsWith("contract/")) continue;
    return `${from} imports ${to} as "${written}": ${folder} is entered by its door, ${folder}mod.ts`;
  }
  return undefined;
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

/**
 * Which folders of a room or a plugin import which of those that stand beside them: what is inside of one counts as the
 * folder itself. The rooms themselves are in no ring, for their table has none.
 */
function siblings(imports: ReadonlyMap<string, readonly Import[]>): Map<string, string[]> {
  const folders = new Map<string, Set<string>>();
  for (const [file, all] of imports) {
    for (const { to } of all) {
      const [from, target] = [file.split("/"), to.split("/")];
      const depth = from.findIndex((step, index) => step !== target[index]) + 1;
      // A file that stands beside a folder is none.
      if (depth <= 2 || depth >= from.length || depth >= target.length) continue;
      const beside = `${from.slice(0, depth).join("/")}/`;
      folders.set(beside, (folders.get(beside) ?? new Set()).add(`${target.slice(0, depth).join("/")}/`));
    }
  }
  return new Map([...folders].map(([folder, known]) => [folder, [...known]]));
}

/** The rings of those that import one another, each told once. */
function rings(imports: ReadonlyMap<string, readonly string[]>, what: string): string[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const found: string[] = [];
  const visit = (one: string) => {
    const start = trail.indexOf(one);
    if (start >= 0) found.push(`${[...trail.slice(start), one].join(" imports ")}: a ring of ${what} has no first one`);
    if (start >= 0 || done.has(one)) return;
    trail.push(one);
    for (const to of imports.get(one) ?? []) visit(to);
    trail.pop();
    done.add(one);
  };
  for (const one of imports.keys()) visit(one);
  return found;
}

if (import.meta.main) {
  const violations = await checkLayers(pathToFileURL(`${Deno.cwd()}/`));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) Deno.exit(1);
}
