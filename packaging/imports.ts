/**
 * What the program imports from npm, as `deno info` sees it.
 *
 * @module
 */
import { z } from "zod";
import { run } from "./run.ts";
import { CHECKOUT } from "./checkout.ts";

const Graph = z.object({
  modules: z.array(z.object({
    error: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: z.object({ specifier: z.string().optional(), error: z.string().optional() }).optional(),
    })).default([]),
  })),
});

/**
 * The packages that modules import, themselves and by way of others of ours: as they are written, sorted. What only
 * types need is not among them.
 *
 * @throws {Error} If an import leads nowhere.
 */
export async function packagesOf(modules: readonly URL[]): Promise<string[]> {
  const everything = modules.map(({ href }) => `import ${JSON.stringify(href)};`).join("\n");
  const told = await run([
    Deno.execPath(),
    ...["info", "--json", "--config", "deno.json"],
    `data:application/typescript,${encodeURIComponent(everything)}`,
  ], { cwd: CHECKOUT });
  const dependencies = Graph.parse(JSON.parse(told)).modules.flatMap((module) => {
    if (module.error !== undefined) throw new Error(`Cannot read the program's imports: ${module.error}`);
    return module.dependencies;
  });
  const lost = dependencies.find(({ code }) => code?.error !== undefined);
  if (lost) throw new Error(`Cannot read where the program's import of ${lost.specifier} leads: ${lost.code?.error}`);
  const packages = dependencies.filter(({ code }) => code?.specifier?.startsWith("npm:"));
  return [...new Set(packages.map(({ specifier }) => specifier))].sort();
}
