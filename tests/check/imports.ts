/**
 * The modules of a tree and what each of them imports, as `deno info` sees it.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

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
export interface Import {
  written: string;
  to: string;
}

/** All modules of what ships or is shown, as paths from the root. */
export async function sources(root: URL): Promise<string[]> {
  const found = await Promise.all(["server", "plugins", "examples", "migrations", "packaging"].map(async (folder) => {
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
export async function readImports(root: URL, files: string[]): Promise<Map<string, Import[]>> {
  const everything = files.map((file) => `import ${JSON.stringify(new URL(file, root).href)};`).join("\n");
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["info", "--json", "--no-lock", "--no-npm", "--config", fileURLToPath(new URL("deno.json", root))],
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
    dependencies.flatMap(({ specifier: written, code, type }) => {
      const leads = [...new Set([code?.specifier, type?.specifier])].filter((to) => to !== undefined);
      // What leads nowhere is not passed over.
      return (leads.length === 0 ? [written] : leads).map((to) => ({ written, to: path(to) }));
    }),
  ]));
}
