import { deepEqual, equal, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { readImports } from "../check/imports.ts";
import { REPOSITORY } from "../harness/server_command.ts";
import { deadLinks } from "./dead_links.ts";
import { startInstalled } from "./installed_server.ts";
import { stagedTree } from "./staged.ts";

const staged = stagedTree();

Deno.test("what is installed has the program, its documents and licences, and nothing that only a checkout needs", async () => {
  const { tree, made } = staged();
  const names = await readdir(tree);
  for (const name of ["bin", "server", "migrations", "plugins", "docs", "deno.json", "LICENSE"]) {
    ok(names.includes(name), name);
  }
  deepEqual(names.filter((name) => /^(\.|tests|examples|findings|packaging|deno\.lock|CONTRIBUTING)/.test(name)), []);
  equal(JSON.parse(await Deno.readTextFile(new URL("deno.json", tree))).version, deno.version);
  for (
    const [name, mode] of [["server/main.ts", 0o644], ["bin/switchroom", 0o755], [
      "server/vendor/zod.js",
      0o644,
    ]] as const
  ) {
    const file = await Deno.stat(new URL(name, tree));
    deepEqual([(file.mode ?? 0) & 0o777, file.mtime?.getTime()], [mode, made * 1_000], name);
  }
  const licences = await Deno.readTextFile(new URL("server/vendor/LICENSES.txt", tree));
  for (const name of ["zod", "hono", "kysely", "tslib"]) ok(licences.includes(`\n${name}@`), name);
  ok(!licences.includes("holds no text"), "each package's licence is there");
});

Deno.test("what the installed documents link to is installed, and nothing of their words is gone", async () => {
  const { tree } = staged();
  deepEqual(await deadLinks(tree), []);
  const words = (page: string) => page.replaceAll(/\]\([^()\s]+\)|[[\]]/g, "");
  for (const name of ["README.md", "docs/architecture.md", "docs/from-tapi.md"]) {
    equal(
      words(await Deno.readTextFile(new URL(name, tree))),
      words(await Deno.readTextFile(new URL(name, REPOSITORY))),
    );
  }
});

Deno.test("whatever the installed program imports lies beside it, or is built into Deno", async () => {
  const { tree } = staged();
  const names = await readdir(tree, { recursive: true });
  const modules = names.filter((name) => /\.[jt]s$/.test(name));
  ok(modules.length > 400, `${modules.length} modules`);
  const imports = await readImports(tree, modules);
  const elsewhere = [...imports].flatMap(([file, all]) =>
    all.filter(({ to }) => !to.startsWith("node:") && !to.startsWith("switchroom:") && !names.includes(to))
      .map(({ written }) => `${file}: ${written}`)
  );
  deepEqual(elsewhere, []);
});

Deno.test("below node_modules, with an empty cache, without a registry and from elsewhere the installed server lights a lamp", async () => {
  const { tree, folder } = staged();
  const env = {
    PATH: Deno.env.get("PATH") ?? "",
    DENO: Deno.execPath(),
    DENO_DIR: `${folder}/cache`,
    // Nobody is there: whoever asks for a package fails.
    NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
    JSR_URL: "http://127.0.0.1:9/",
  };
  const program = fileURLToPath(new URL("bin/switchroom", tree));
  await using server = await startInstalled([program], { cwd: "/", env, data: `${folder}/data` });
  const { url } = JSON.parse(await Deno.readTextFile(`${folder}/data/server.json`));
  // It listens before its plugin has told of a phone.
  for (let status = 0; status !== 200;) {
    const answer = await fetch(`${url}/readyz`);
    await answer.body?.cancel();
    ({ status } = answer);
  }
  const { stdout, stderr } = await new Deno.Command(program, {
    args: ["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash", `--data=${folder}/data`],
    cwd: "/",
    clearEnv: true,
    env,
  }).output();
  equal(new TextDecoder().decode(stderr), "");
  ok(new TextDecoder().decode(stdout).startsWith("setLamp of virtual:desk-1 succeeded"));
  const { code, printed } = await server.stop();
  equal(code, 0, printed);
});
