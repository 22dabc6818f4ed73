/**
 * The npm package.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import deno from "../deno.json" with { type: "json" };
import { CHECKOUT } from "./checkout.ts";
import { DENO_VERSION } from "./pinned.ts";
import { run } from "./run.ts";
import { settle, type Staged } from "./stage.ts";
import { writeTypes } from "./types.ts";

/** What programs and plugins import of it, each a door of the same name below `server`. */
const LIBRARIES = ["client", "plugin"];

/**
 * Makes `switchroom-VERSION.tgz`: what is installed, its command, the Deno that it runs on as its one dependency, and
 * beside the program the client and the SDK as JavaScript with types, for whatever does not read TypeScript there.
 *
 * @param into The folder that it is put into, with a slash at its end.
 * @returns Where it is.
 */
export async function packNpm({ tree: staged, made }: Staged, into: URL): Promise<URL> {
  const folder = await Deno.makeTempDir({ prefix: "switchroom-npm-" });
  try {
    // By this name npm knows the folder within.
    const tree = pathToFileURL(`${folder}/package/`);
    await cp(staged, tree, { recursive: true });
    await writeLibraries(new URL("lib/", tree));
    await Deno.writeTextFile(new URL("package.json", tree), `${JSON.stringify(manifest(), undefined, 2)}\n`);
    await settle(tree, made);
    const file = new URL(`${deno.name}-${deno.version}.tgz`, into);
    await run([
      "tar",
      ...["--create", "--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"],
      ...["--use-compress-program=gzip -9n", `--file=${fileURLToPath(file)}`, "package"],
    ], { cwd: pathToFileURL(`${folder}/`) });
    return file;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One file of each library, so that a page can import it as it is, and the types of all that stands in them. */
async function writeLibraries(into: URL): Promise<void> {
  const door = (name: string) => `server/${name}/mod.ts`;
  for (const name of LIBRARIES) {
    const output = `--output=${fileURLToPath(new URL(`${name}.js`, into))}`;
    await run([Deno.execPath(), "bundle", "--quiet", "--platform=browser", output, door(name)], { cwd: CHECKOUT });
  }
  writeTypes(LIBRARIES.map((name) => new URL(door(name), CHECKOUT)), {
    root: new URL("server/", CHECKOUT),
    into: new URL("types/", into),
  });
}

function manifest() {
  const { name, version, license } = deno;
  const exports = LIBRARIES.map((library) => [
    `./${library}`,
    { types: `./lib/types/${library}/mod.d.ts`, default: `./lib/${library}.js` },
  ]);
  return {
    name,
    version,
    description: "A telephony server for phone devices: operations, events, and a history that an auditor can trust",
    license,
    type: "module",
    bin: { [name]: `bin/${name}` },
    exports: Object.fromEntries(exports),
    // Not which Node: the server needs none, and the client says itself where it cannot run.
    dependencies: { deno: DENO_VERSION },
  };
}
