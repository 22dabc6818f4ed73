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

/** The modules whose code is loaded with this one; types cost nothing, nor does what is imported only when it is called for. */
async function loadedWith(entry: string): Promise<{ packages: string[]; ours: string[] }> {
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
  return {
    packages: [...new Set([...loaded].flatMap((module) => /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(module)?.[1] ?? []))],
    ours: [...loaded].flatMap((module) => module.startsWith(root.href) ? [module.slice(root.href.length)] : []),
  };
}

Deno.test("the history's writer loads no zod and nothing of the core, and the server's thread neither Kysely nor what few ask for", async () => {
  const writer = await loadedWith("server/history/worker/writer_worker.ts");
  deepEqual(writer.packages, ["kysely"]);
  deepEqual(
    writer.ours.filter((module) =>
      /^server\/(?!history\/)/.test(module) && !module.startsWith("server/core/contract/")
    ),
    ["server/access/contract/tables.ts"],
  );
  const { packages } = await loadedWith("server/program/serve.ts");
  const some = ["hono", "kysely", "zod", "prom-client", "@peculiar/asn1-schema"];
  deepEqual(some.filter((name) => packages.includes(name)), ["hono", "zod"]);
});

Deno.test("a plugin's process loads no package, and nothing of what applications are answered", async () => {
  const { packages, ours } = await loadedWith("server/plugin/runner.ts");
  deepEqual(packages, []);
  deepEqual(ours.filter((module) => module.includes("/shapes/") || module.endsWith("/facts.ts")), []);
});

Deno.test("the writer's thread is begun before the server's own thread loads what it needs", async () => {
  const { packages, ours } = await loadedWith("server/program/launch/server.ts");
  deepEqual(packages, ["@logtape/logtape"]);
  deepEqual(["server/history/writer_thread.ts", "server/program/serve.ts"].map((module) => ours.includes(module)), [
    true,
    false,
  ]);
});
