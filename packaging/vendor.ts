/**
 * The packages that the program imports, as modules of their own.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import deno from "../deno.json" with { type: "json" };
import { CHECKOUT } from "./checkout.ts";
import { run } from "./run.ts";

/** Where Deno puts packages that it installs into a folder: `NAME@VERSION`, with `+` for the slash of a scope. */
const STORE = "node_modules/.deno/";

/**
 * Writes each package, with all that it imports, as one module of its name; what several share, they import from the
 * same file. The versions are those of the lock. `LICENSES.txt` beside them has the licence of every package in them.
 *
 * @param packages What is imported, such as `hono/cookie`: that is `hono/cookie.js` afterwards.
 * @param into The folder, with a slash at its end; it is made.
 */
export async function vendor(packages: readonly string[], into: URL): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "switchroom-vendor-" });
  const here = pathToFileURL(`${folder}/`);
  try {
    for (const specifier of packages) await writeEntry(specifier, here);
    const used = Object.entries(deno.imports).filter(([name]) =>
      packages.some((specifier) => specifier === name || specifier.startsWith(`${name}/`))
    );
    const manifest = { nodeModulesDir: "auto", imports: Object.fromEntries(used) };
    await Deno.writeTextFile(new URL("deno.json", here), JSON.stringify(manifest));
    await Deno.copyFile(new URL("deno.lock", CHECKOUT), new URL("deno.lock", here));
    // In the folder itself: the names of files go into what is made, and are then the same on each machine.
    await run([
      Deno.execPath(),
      ...["bundle", "--quiet", "--platform=deno", "--code-splitting", "--outdir=made"],
      ...packages.map((specifier) => `./${specifier}.ts`),
    ], { cwd: here });
    await cp(new URL("made/", here), into, { recursive: true });
    await Deno.writeTextFile(new URL("LICENSES.txt", into), await licencesIn(new URL(STORE, here)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A module that exports by name what a package does: of CommonJS a bundle alone would not know the names. */
async function writeEntry(specifier: string, folder: URL): Promise<void> {
  const names = Object.keys(await import(specifier)).filter((name) => name !== "module.exports");
  const path = new URL(`${specifier}.ts`, folder);
  await Deno.mkdir(new URL(".", path), { recursive: true });
  await Deno.writeTextFile(path, `export { ${names.join(", ")} } from ${JSON.stringify(specifier)};\n`);
}

/** The licences of the packages in a folder, one after the other by name. */
async function licencesIn(store: URL): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(store), ({ name }) => name)).filter((name) => name.includes("@"));
  const texts = await Promise.all(
    names.sort().map(async (name) => {
      const [, module = ""] = /^(.+)@[^@]+$/.exec(name) ?? [];
      const folder = new URL(`${name}/node_modules/${module.replaceAll("+", "/")}/`, store);
      const { license } = JSON.parse(await Deno.readTextFile(new URL("package.json", folder)));
      const files = await Array.fromAsync(Deno.readDir(folder), (file) => file.name);
      const file = files.sort().find((file) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(file));
      const text = file === undefined
        ? "(The package holds no text of it.)"
        : await Deno.readTextFile(new URL(file, folder));
      return `${name.replaceAll("+", "/")}: ${license}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
    }),
  );
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
