/**
 * What is installed: the tree that every package holds, whatever its form.
 *
 * It is the program as it stands in the checkout, with four differences. The packages that it imports lie beside it as
 * modules, so that it needs neither a registry nor a cache. Its `deno.json` says where they are and nothing else.
 * What only a checkout needs (tests, examples, tasks, the lock) is not there. And its documents do not link to that.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import deno from "../deno.json" with { type: "json" };
import { CHECKOUT } from "./checkout.ts";
import { dropDeadLinks } from "./dead_links.ts";
import { packagesOf } from "./imports.ts";
import { run } from "./run.ts";
import { vendor } from "./vendor.ts";

/** Folders whose modules are the program. */
const PROGRAM = ["server", "migrations", "plugins"];

/** What of the checkout is installed. */
const INSTALLED = [...PROGRAM, "bin", "docs", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md"];

/** Where the packages are put, below the folder that a server may read its modules from. */
const VENDORED = "server/vendor";

/** A tree that was staged. */
export interface Staged {
  /** Where it is, with a slash at its end. */
  tree: URL;
  /** The time that all its files have, seconds since 1970: `SOURCE_DATE_EPOCH`, or that of the commit. */
  made: number;
}

/**
 * Stages what is installed: `bin`, `deno.json`, `docs`, `migrations`, `plugins`, `server` and the texts about it. The
 * same commit gives the same bytes, modes and times ({@linkcode settle}), on any machine. What was changed and not
 * committed goes along; what git does not know does not.
 *
 * The program then runs as `deno run --config FOLDER/deno.json FOLDER/server/main.ts`. Nothing of it is written to, no
 * registry is asked, and Deno's cache is used for compiled code only.
 *
 * @param folder Where to; it is made, and must be empty if it is there.
 * @throws {Error} If git, Deno or the packages cannot be had.
 */
export async function stage(folder: URL): Promise<Staged> {
  const tree = new URL(folder.href.replace(/\/*$/, "/"));
  await Deno.mkdir(tree, { recursive: true });
  const files = await filesOf(INSTALLED);
  for (const file of files) await cp(new URL(file, CHECKOUT), new URL(file, tree));
  await dropDeadLinks(tree);
  const modules = files.filter((file) => PROGRAM.includes(file.split("/")[0] ?? "") && file.endsWith(".ts"));
  const packages = await packagesOf(modules.map((file) => new URL(file, CHECKOUT)));
  await vendor(packages, new URL(`${VENDORED}/`, tree));
  await Deno.writeTextFile(
    new URL("deno.json", tree),
    `${JSON.stringify(await manifestOf(packages), undefined, 2)}\n`,
  );
  const made = await timeOf();
  await settle(tree, made);
  return { tree, made };
}

/** The manifest of what is installed: under its names each import leads to a file beside it. */
async function manifestOf(packages: readonly string[]) {
  const { name, version, license, exports } = deno;
  const ours = Object.entries(deno.imports).filter(([, to]) => to.startsWith("./"));
  const standIns = await Promise.all(
    deno.links.filter((folder) => PROGRAM.some((one) => folder.startsWith(`./${one}/`))).map(async (folder) => {
      const linked = JSON.parse(await Deno.readTextFile(new URL(`${folder}/deno.json`, CHECKOUT)));
      const names = Object.entries<string>(linked.exports);
      return names.map(([path, file]) => [linked.name + path.slice(1), folder + file.slice(1)]);
    }),
  );
  const vendored = packages.map((specifier) => [specifier, `./${VENDORED}/${specifier}.js`]);
  const imports = Object.fromEntries([...ours, ...standIns.flat(), ...vendored]);
  return { name, version, license, exports, imports, nodeModulesDir: "none" };
}

/** The files below these paths that git knows. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const listed = await run(["git", "ls-files", "-z", "--", ...paths], { cwd: CHECKOUT });
  return listed.split("\0").filter((path) => path !== "");
}

/** The time of what is made, as https://reproducible-builds.org/specs/source-date-epoch/ has it. */
async function timeOf(): Promise<number> {
  return Number(
    Deno.env.get("SOURCE_DATE_EPOCH") ?? await run(["git", "log", "-1", "--format=%ct"], { cwd: CHECKOUT }),
  );
}

/**
 * Gives everything in a folder one time, and the modes that files have which everybody reads and only root writes:
 * whoever makes a package calls this last, so that neither umask nor clock is seen in it.
 *
 * @param made Seconds since 1970.
 */
export async function settle(folder: URL, made: number): Promise<void> {
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
    const path = new URL(encodeURIComponent(name), folder);
    if (isSymlink) continue;
    if (isDirectory) {
      await settle(new URL(`${path.href}/`), made);
      continue;
    }
    const { mode } = await Deno.stat(path);
    await Deno.chmod(path, (mode ?? 0) & 0o100 ? 0o755 : 0o644);
    await Deno.utime(path, made, made);
  }
  await Deno.chmod(folder, 0o755);
  await Deno.utime(folder, made, made);
}
