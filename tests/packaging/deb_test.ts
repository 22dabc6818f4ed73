import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { packDeb } from "../../packaging/deb/deb.ts";
import { debianVersion } from "../../packaging/deb/control.ts";
import { ARCHITECTURES } from "../../packaging/deb/pinned_deno.ts";
import { run } from "../../packaging/run.ts";
import { stage } from "../../packaging/stage.ts";
import { COMMANDS } from "../../server/cli/mod.ts";
import { skipLoudly } from "../faults/temporary.ts";
import { deadLinks } from "./dead_links.ts";

const [here] = ARCHITECTURES.filter((one) => ({ amd64: "x86_64", arm64: "aarch64" })[one] === Deno.build.arch);
const missing = here === undefined
  ? `Deno is not packed for ${Deno.build.arch}`
  : await run(["dpkg-deb", "--version"], { cwd: new URL("./", import.meta.url) }).then(() => undefined, String);
const ignore = skipLoudly(missing, "the Debian package");

let folder: URL;
let deb: URL;
/** Packs what was staged once. */
let pack: (into: URL) => Promise<URL>;
/** Runs a program there, and gives what it printed. */
const there = (...words: [string, ...string[]]) => run(words, { cwd: folder });

Deno.test.beforeAll(async () => {
  if (ignore) return;
  folder = pathToFileURL(`${await Deno.realPath(await Deno.makeTempDir({ prefix: "switchroom deb " }))}/`);
  const staged = await stage(new URL("staged/", folder));
  pack = (into) => packDeb(staged, { into, architecture: here ?? "amd64", compression: "none" });
  deb = await pack(folder);
  await there("dpkg-deb", "--raw-extract", fileURLToPath(deb), "root");
});
Deno.test.afterAll(async () => {
  if (!ignore) await Deno.remove(folder, { recursive: true });
});

/** A file of the package. */
const read = (path: string) => Deno.readTextFile(new URL(`root/${path}`, folder));

Deno.test({
  name: "the Debian package holds the program, the Deno that it was tested with, its unit, configuration and manual",
  ignore,
  async fn() {
    equal(deb.pathname.split("/").at(-1), `switchroom_${deno.version}_${here}.deb`);
    const listed = (await there("dpkg-deb", "--contents", fileURLToPath(deb))).trim().split("\n");
    const entries = new Map(listed.map((line) => {
      const [mode = "", owner = "", , , , ...path] = line.split(/ +/);
      return [path.join(" "), `${mode} ${owner}`];
    }));
    for (
      const [path, mode] of [
        ["./usr/lib/switchroom/bin/deno", "-rwxr-xr-x"],
        ["./usr/lib/switchroom/server/main.ts", "-rw-r--r--"],
        ["./usr/lib/switchroom/server/vendor/zod.js", "-rw-r--r--"],
        ["./usr/lib/systemd/system/switchroom.service", "-rw-r--r--"],
        ["./etc/switchroom/switchroom.json", "-rw-r--r--"],
        ["./usr/share/man/man1/switchroom.1.gz", "-rw-r--r--"],
        ["./usr/share/doc/switchroom/docs/running.md", "-rw-r--r--"],
        ["./usr/bin/switchroom -> ../lib/switchroom/bin/switchroom", "lrwxrwxrwx"],
      ] as const
    ) equal(entries.get(path), `${mode} root/root`, path);
    deepEqual([...entries.values()].filter((entry) => !entry.endsWith(" root/root")), []);
    equal(await read("DEBIAN/conffiles"), "/etc/switchroom/switchroom.json\n");
    deepEqual(await deadLinks(new URL("root/usr/share/doc/switchroom/", folder)), []);
    await run(["md5sum", "--check", "--quiet", "DEBIAN/md5sums"], { cwd: new URL("root/", folder) });
    const control = await read("DEBIAN/control");
    match(control, new RegExp(`^Version: ${deno.version}$`, "m"));
    const megabytes = Number(/^Installed-Size: (\d+)$/m.exec(control)?.[1]) / 1_024;
    ok(megabytes > 50 && megabytes < 200, `${megabytes} MB`);
  },
});

Deno.test({
  name: "packed twice, the Debian package is the same in every byte",
  ignore,
  async fn() {
    const again = await pack(new URL("root/", folder));
    await there("cmp", fileURLToPath(deb), fileURLToPath(again));
  },
});

Deno.test("what stands before a release comes before it in Debian's count", () => {
  equal(debianVersion("1.2.0"), "1.2.0");
  equal(debianVersion("1.2.0-rc.1"), "1.2.0~rc.1");
});

Deno.test({
  name: "what the Deno of the package asks of its system, its package depends on",
  ignore,
  async fn() {
    const asked = await there(
      "grep",
      "--text",
      "--only-matching",
      "--extended-regexp",
      "GLIBC_2\\.[0-9]+",
      "root/usr/lib/switchroom/bin/deno",
    );
    const newest = Math.max(...asked.trim().split("\n").map((version) => Number(version.split(".")[1])));
    match(await read("DEBIAN/control"), new RegExp(`libc6 \\(>= 2\\.${newest}\\)`));
  },
});

Deno.test({
  name: "the manual page has every command with its options, as --help has them, and man finds nothing wrong with it",
  ignore,
  async fn() {
    await there("gunzip", "--keep", "root/usr/share/man/man1/switchroom.1.gz");
    const page = await read("usr/share/man/man1/switchroom.1");
    for (const { words, options } of COMMANDS) {
      const [, section = ""] = page.split(`\n.SS "${words}"\n`);
      const [own = ""] = section.split("\n.SS ");
      for (const name of Object.keys(options)) {
        ok(own.includes(`\\-\\-${name.replaceAll("-", "\\-")}`), `${words} --${name}`);
      }
    }
    const { stderr } = await new Deno.Command("man", {
      args: ["--warnings", "--local-file", "switchroom.1"],
      cwd: new URL("root/usr/share/man/man1/", folder),
      env: { MANWIDTH: "80", LC_ALL: "C.UTF-8" },
      stdout: "null",
    }).output().catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      skipLoudly("there is no man", "how man reads the manual page");
      return { stderr: new Uint8Array() };
    });
    equal(new TextDecoder().decode(stderr), "");
  },
});
