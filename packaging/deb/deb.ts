/**
 * The Debian package: what is staged, with the Deno that runs it, a unit that starts it and a manual page.
 *
 * @module
 */
import { cp, readdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fileURLToPath, pathToFileURL } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../server/cli/mod.ts";
import { dropDeadLinks } from "../dead_links.ts";
import { run } from "../run.ts";
import { settle, type Staged } from "../stage.ts";
import { changelog, control, copyright, debianVersion } from "./control.ts";
import { manPage } from "./man_page.ts";
import { type Architecture, pinnedDeno } from "./pinned_deno.ts";

const FILES = new URL("files/", import.meta.url);

const CONFIGURATION = "etc/switchroom/switchroom.json";
/** What dpkg runs before and after it puts files there or takes them away. */
const SCRIPTS = ["postinst", "prerm", "postrm"];
/** What of the staged tree is not part of the program, but about it. */
const ABOUT = ["docs", "CHANGELOG.md", "README.md", "SECURITY.md"];

/** What differs from one package to another. */
export interface DebOptions {
  /** The folder that it is put into, with a slash at its end. */
  into: URL;
  architecture: Architecture;
  /** How small it becomes: `xz` takes a minute, and makes a third of what `none` leaves. */
  compression?: "xz" | "none";
}

/**
 * Makes `switchroom_VERSION_ARCHITECTURE.deb` with `dpkg-deb`. The same commit gives the same bytes.
 *
 * @returns Where it is.
 * @throws {Error} If `dpkg-deb` is not there or fails, or Deno cannot be had.
 */
export async function packDeb(
  staged: Staged,
  { into, architecture, compression = "xz" }: DebOptions,
): Promise<URL> {
  const folder = await Deno.makeTempDir({ prefix: "switchroom-deb-" });
  const root = pathToFileURL(`${folder}/`);
  try {
    const { made } = staged;
    const version = debianVersion(deno.version);
    await lay(root, { architecture, staged });
    await settle(root, made);
    const { size, sums } = await sizeAndSums(folder);
    await write(new URL("DEBIAN/control", root), control({ version, architecture, size }));
    await write(new URL("DEBIAN/md5sums", root), sums);
    await write(new URL("DEBIAN/conffiles", root), `/${CONFIGURATION}\n`);
    for (const name of SCRIPTS) await cp(new URL(name, FILES), new URL(`DEBIAN/${name}`, root));
    await settle(root, made);
    const deb = new URL(`switchroom_${version}_${architecture}.deb`, into);
    await run([
      "dpkg-deb",
      "--root-owner-group",
      "--threads-max=1",
      `-Z${compression}`,
      "--build",
      folder,
      fileURLToPath(deb),
    ], {
      cwd: into,
      env: { SOURCE_DATE_EPOCH: String(made) },
    });
    return deb;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Lays out what is installed. */
async function lay(
  root: URL,
  { architecture, staged: { tree, made } }: { architecture: Architecture; staged: Staged },
): Promise<void> {
  const home = new URL("usr/lib/switchroom/", root);
  const documents = new URL("usr/share/doc/switchroom/", root);
  const { version } = deno;
  await cp(tree, home, { recursive: true });
  const at = new Date(made * 1_000);
  const place = async (path: string, file: string) =>
    write(new URL(path, root), await Deno.readFile(new URL(file, FILES)));
  await place(CONFIGURATION, "switchroom.json");
  await place("usr/lib/systemd/system/switchroom.service", "switchroom.service");
  await place("usr/share/lintian/overrides/switchroom", "lintian-overrides");
  await write(new URL("bin/deno", home), await pinnedDeno(architecture));
  await Deno.chmod(new URL("bin/deno", home), 0o755);
  await Deno.mkdir(new URL("usr/bin/", root));
  await Deno.symlink("../lib/switchroom/bin/switchroom", new URL("usr/bin/switchroom", root));
  await write(new URL("usr/share/man/man1/switchroom.1.gz", root), zipped(manPage(COMMANDS, { version, at })));
  const licences = {
    license: await Deno.readTextFile(new URL("LICENSE", home)),
    packages: await Deno.readTextFile(new URL("server/vendor/LICENSES.txt", home)),
  };
  await write(new URL("copyright", documents), copyright(licences));
  await Deno.remove(new URL("LICENSE", home));
  await write(new URL("changelog.gz", documents), zipped(changelog({ version: debianVersion(version), made: at })));
  for (const name of ABOUT) await Deno.rename(new URL(name, home), new URL(name, documents));
  // They no longer lie beside the program.
  await dropDeadLinks(documents);
}

async function write(path: URL, contents: string | Uint8Array): Promise<void> {
  await Deno.mkdir(new URL(".", path), { recursive: true });
  await (typeof contents === "string" ? Deno.writeTextFile(path, contents) : Deno.writeFile(path, contents));
}

/** How much the files below a folder take, and their MD5 sums as dpkg has them. */
async function sizeAndSums(folder: string): Promise<{ size: number; sums: string }> {
  const names = (await readdir(folder, { recursive: true })).sort();
  let size = 0;
  const sums: string[] = [];
  for (const name of names) {
    const { isFile } = await Deno.lstat(`${folder}/${name}`);
    if (!isFile) continue;
    const contents = await Deno.readFile(`${folder}/${name}`);
    size += contents.length;
    sums.push(`${createHash("md5").update(contents).digest("hex")}  ${name}\n`);
  }
  return { size, sums: sums.join("") };
}

/** Compressed, without the time at which that was done. */
function zipped(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}
