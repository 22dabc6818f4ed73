/**
 * The pages that a stranger enters by: what they name is there, and they stay as short as they are meant to be.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { MIGRATIONS } from "../../server/history/sqlite/migrate.ts";
import { INSTALL } from "../peers/support/programs.ts";
import { exportsOf, isExported, longParagraphs, mentionsOf, type Named, pathsOf } from "./guides.ts";
import { ROOMS } from "./layers.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const isThere = (path: string) => Deno.stat(new URL(path, ROOT)).then(() => true, () => false);

/** Those of a list for which something does not hold. */
async function without<One>(all: readonly One[], holds: (one: One) => Promise<boolean>): Promise<One[]> {
  const held = await Promise.all(all.map(holds));
  return all.filter((_one, index) => !held[index]);
}

const text = ({ file }: Named) => read(file).catch(() => "");

Deno.test("every file and folder that CONTRIBUTING.md names is there, and each name behind one is exported by it", async () => {
  const page = await read("CONTRIBUTING.md");
  ok(pathsOf(page).length > 50 && exportsOf(page).length > 30, "the page names next to nothing: it is not read right");
  deepEqual(await without(pathsOf(page), isThere), []);
  deepEqual(await without(exportsOf(page), async (named) => isExported(named.name, await text(named))), []);
});

Deno.test("every name that docs/architecture.md has beside a file stands in that file", async () => {
  const mentions = mentionsOf(await read("docs/architecture.md"));
  ok(mentions.length > 20, "the page names next to nothing: it is not read right");
  deepEqual(await without(mentions, async (named) => (await text(named)).includes(named.name)), []);
});

Deno.test("a page that names what there is not is found out", async () => {
  const page =
    "`server/core/nothing.ts` is not there, and `server/core/close.ts`:`closeHandle` and `nothing` half.\n\n" +
    "```sh\n`server/in/a/block.ts`\n```\n`plugins/NAME/main.ts` [core/close.ts](../server/core/close.ts) `nowhere`, and\n" +
    "`nothing` in [it](../server/core/close.ts).";
  deepEqual(await without(pathsOf(page), isThere), ["server/core/nothing.ts"]);
  const file = "server/core/close.ts";
  deepEqual(exportsOf(page), [{ file, name: "closeHandle" }, { file, name: "nothing" }]);
  deepEqual(await without(exportsOf(page), async (named) => isExported(named.name, await text(named))), [
    { file, name: "nothing" },
  ]);
  deepEqual(mentionsOf(page), [{ file, name: "nowhere" }, { file, name: "nothing" }]);
});

Deno.test("the table of suites in CONTRIBUTING.md has a row for each folder of tests, and says which have none", async () => {
  const rows = [...(await read("CONTRIBUTING.md")).matchAll(/^\| `(\w+)` +\| (.*?) *\|/gm)].map((
    [, folder, holds],
  ) => ({
    folder,
    empty: holds?.startsWith("no tests") === true,
  }));
  const entries = await readdir(new URL("tests/", ROOT), { withFileTypes: true });
  const folders = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(async ({ name }) => {
      const files = await readdir(new URL(`tests/${name}/`, ROOT), { recursive: true });
      return { folder: name, empty: !files.some((file) => file.endsWith("_test.ts")) };
    }),
  );
  deepEqual(rows, folders.sort((one, other) => one.folder < other.folder ? -1 : 1));
});

Deno.test("every migration is in the list of those that run, under the name of its file", async () => {
  const files = (await readdir(new URL("migrations/", ROOT))).map((file) => file.replace(/\.ts$/, ""));
  deepEqual(Object.keys(MIGRATIONS), files.sort());
});

Deno.test("docs/architecture.md has every room of the checker of layers, with those that it may know", async () => {
  const page = await read("docs/architecture.md");
  const name = (path: string) => path.replace(/^server\//, "").replace(/\/$/, "");
  const told = [...page.matchAll(/^- \*\*\[([\w./]+)\]\([^)]+\)\*\* knows\s+([^.]+)\./gm)].map((
    [, room = "", knows = ""],
  ) => [
    room,
    knows === "nothing of ours" ? [] : knows.split(/,\s+/).sort(),
  ]);
  const held = ROOMS.map(({ at, knows }) => [name(at), knows.map(name).sort()]);
  deepEqual(Object.fromEntries(told), Object.fromEntries(held));
});

Deno.test("README.md has at most 150 lines, and no paragraph of more than 60 words", async () => {
  const readme = await read("README.md");
  ok(readme.trimEnd().split("\n").length <= 150);
  deepEqual(longParagraphs(readme, 60), []);
  equal(longParagraphs(`${"word ".repeat(61)}\n\n- ${"word ".repeat(60)}\n- short\n\n| a | b |\n`, 60).length, 2);
});

Deno.test("README.md says where its second command stands that it installs nothing, and which packages are asked for by which name", async () => {
  const programs = await read("tests/peers/support/programs.ts");
  const [, map = ""] = /const PACKAGES = new Map\(\[([^]*?)\]\);/.exec(programs) ?? [];
  const packages = [...map.matchAll(/, "([\w-]+)"\]/g)].map(([, name = ""]) => name);
  ok(packages.length > 3);
  const [first = ""] = (await read("README.md")).split("\n## ");
  deepEqual([...packages, `${INSTALL}=1`].filter((name) => !first.includes(name)), []);
  match(first, /task test +# .*installs nothing/);
});
