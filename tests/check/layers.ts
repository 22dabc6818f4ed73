/**
 * Holds the rooms of architecture.md section 2 apart: reads every import of server/, plugins/ and migrations/ from `deno info --json`, tells
 * each one that the tables below do not allow, and ends with 1 if there was one.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";

/** Who may know whom. A module belongs to the first room that its path begins with. */
interface Room {
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
/** What every room of the server itself may know. */
const GROUND = [CORE, CONTRACT, TOOLS];
const API = [...GROUND, "server/access/", "server/api/"];

const ROOMS: readonly Room[] = [
  { at: CONTRACT, knows: [], packages: false, pure: true },
  { at: TOOLS, knows: [], packages: false, pure: false },
  { at: CORE, knows: [CONTRACT], packages: false, pure: true },
  { at: "server/plugin/", knows: [CONTRACT, TOOLS], packages: false, pure: false },
  { at: "server/client/", knows: [CONTRACT, TOOLS], packages: true, pure: false },
  { at: "server/host/", knows: [...GROUND, "server/plugin/"], packages: true, pure: false },
  { at: "server/access/", knows: GROUND, packages: true, pure: false },
  { at: "server/history/", knows: [...GROUND, "server/access/", "migrations/"], packages: true, pure: false },
  { at: "server/api/", knows: [...GROUND, "server/access/"], packages: true, pure: false },
  { at: "server/socket/", knows: API, packages: true, pure: false },
  { at: "server/http/", knows: [...API, "server/socket/"], packages: true, pure: false },
  {
    at: "server/program/",
    knows: [...API, "server/plugin/", "server/host/", "server/history/", "server/http/"],
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
      "server/access/",
      "server/api/",
      "server/host/",
    ],
    packages: true,
    pure: false,
  },
  { at: "server/main.ts", knows: ["server/program/", "server/cli/"], packages: true, pure: false },
  { at: "migrations/", knows: [], packages: true, pure: false },
];

/** What a plugin of ours may import besides its own folder and packages: what any other author can. */
const SDK = "server/plugin/mod.ts";

/** What lies within a plugin and could stand by itself: it imports its own files and packages, and nothing of Switchroom. */
const LIBRARY = "plugins/sip/lib/";

/** The name by which the runner imports the plugin that it is to run; only the host's import map knows where it leads. */
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

const Graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: z.object({ specifier: z.string().optional() }).optional(),
      type: z.object({ specifier: z.string().optional() }).optional(),
    })).default([]),
  })),
  redirects: z.record(z.string(), z.string()),
});

/** One import: as it is written, and what it leads to, a path of ours or the specifier of a package. */
interface Import {
  written: string;
  to: string;
}

/**
 * Checks a tree with the folders of this repository, as far as they are there.
 *
 * @param root The tree's folder, with a slash at its end.
 * @returns Each violation in words.
 */
export async function checkLayers(root: URL): Promise<string[]> {
  const files = await sources(root);
  const imports = await readImports(root, files);
  const violations = files.flatMap((file) => imports.get(file)?.map((one) => judge(file, one)) ?? []);
  return [...violations.filter((words) => words !== undefined), ...await impurities(root, files), ...cycles(imports)];
}

/** All modules of the three folders, as paths from the root. */
async function sources(root: URL): Promise<string[]> {
  const found = await Promise.all(["server", "plugins", "migrations"].map(async (folder) => {
    try {
      const names = await readdir(new URL(folder, root), { recursive: true });
      return names.map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  }));
  return found.flat().filter((path) => /\.[mc]?[jt]sx?$/.test(path)).sort();
}

/** What each module imports, types too. */
async function readImports(root: URL, files: string[]): Promise<Map<string, Import[]>> {
  const everything = files.map((file) => `import ${JSON.stringify(new URL(file, root).href)};`).join("\n");
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["info", "--json", "--no-lock", "--no-npm", "--config", fileURLToPath(new URL(MANIFEST, root))],
      `data:application/typescript,${encodeURIComponent(everything)}`,
    ],
    cwd: root,
  }).output();
  if (!success) throw new Error(`Cannot read the imports: ${new TextDecoder().decode(stderr)}`);
  const graph = Graph.parse(JSON.parse(new TextDecoder().decode(stdout)));

  const path = (specifier: string) => {
    const target = graph.redirects[specifier] ?? specifier;
    return target.startsWith(root.href) ? decodeURIComponent(target.slice(root.href.length)) : target;
  };
  const unread = graph.modules.find(({ specifier, error }) => error && files.includes(path(specifier)));
  if (unread) throw new Error(`Cannot read the imports of ${path(unread.specifier)}: ${unread.error}`);
  return new Map(graph.modules.map(({ specifier, dependencies }) => [
    path(specifier),
    dependencies.flatMap(({ specifier: written, code, type }) =>
      [...new Set([code?.specifier, type?.specifier])].filter((to) => to !== undefined).map((to) => ({
        written,
        to: path(to),
      }))
    ),
  ]));
}

/** What is wrong with an import; undefined if nothing is. */
function judge(from: string, { written, to }: Import): string | undefined {
  if (from.startsWith(STAND_INS) || to === MANIFEST) return undefined;
  const says = `${from} imports ${written === to ? to : `${to} as "${written}"`}`;
  const plugin = /^plugins\/[^/]+\//.exec(from)?.[0];
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

/** The rings of modules that import one another, each told once. */
function cycles(imports: Map<string, Import[]>): string[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const rings: string[] = [];
  const visit = (file: string) => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      rings.push(`${[...trail.slice(start), file].join(" imports ")}: a ring of modules has no first one`);
    }
    if (start >= 0 || done.has(file)) return;
    trail.push(file);
    for (const { to } of imports.get(file) ?? []) visit(to);
    trail.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return rings;
}

if (import.meta.main) {
  const violations = await checkLayers(pathToFileURL(`${Deno.cwd()}/`));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) Deno.exit(1);
}
