import { deepEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const Graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({
      code: z.object({ specifier: z.string().optional() }).optional(),
      isDynamic: z.boolean().default(false),
    })).default([]),
  })),
  redirects: z.record(z.string(), z.string()),
});

/** The packages whose code a thread loads that begins with this module; types cost nothing. */
async function packagesOf(entry: string): Promise<string[]> {
  const root = new URL("../../", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--no-npm", entry],
    cwd: fileURLToPath(root),
  }).output();
  const { modules, redirects } = Graph.parse(JSON.parse(new TextDecoder().decode(stdout)));
  const loaded = new Set([new URL(entry, root).href]);
  for (const module of loaded) {
    for (const { code, isDynamic } of modules.find(({ specifier }) => specifier === module)?.dependencies ?? []) {
      if (code?.specifier !== undefined && !isDynamic) loaded.add(redirects[code.specifier] ?? code.specifier);
    }
  }
  return [...loaded].flatMap((module) => /^npm:\/?([^@/]+)/.exec(module)?.[1] ?? []);
}

Deno.test("access is loaded in two threads: the history's writer loads no zod for it, and the server's thread no Kysely", async () => {
  deepEqual([...new Set(await packagesOf("server/history/worker/writer_worker.ts"))], ["kysely"]);
  const packages = await packagesOf("server/program/serve.ts");
  deepEqual(["hono", "kysely", "zod"].filter((name) => packages.includes(name)), ["hono", "zod"]);
});
