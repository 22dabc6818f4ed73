import { deepEqual, equal, match } from "node:assert/strict";
import { dirname } from "node:path";
import deno from "../../deno.json" with { type: "json" };
import { temporaryFolder } from "../faults/temporary.ts";
import { REPOSITORY } from "../harness/server_command.ts";

const MANIFESTS = ["deno.json", ...[...deno.workspace, ...deno.links].map((folder) => `${folder}/deno.json`)];

Deno.test("a manifest that names another package than the lock stops a command, which would take the rest out of it", async () => {
  using folder = temporaryFolder();
  for (const name of [...MANIFESTS, "deno.lock"]) {
    await Deno.mkdir(dirname(`${folder.path}/${name}`), { recursive: true });
    await Deno.copyFile(new URL(name, REPOSITORY), `${folder.path}/${name}`);
  }
  await Deno.writeTextFile(`${folder.path}/empty.ts`, "");
  const cache = async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["cache", "empty.ts"],
      cwd: folder.path,
    }).output();
    return { code, said: new TextDecoder().decode(stderr) };
  };
  deepEqual(await cache(), { code: 0, said: "" });
  await Deno.writeTextFile(`${folder.path}/packaging/deno.json`, "{}");
  const { code, said } = await cache();
  equal(code, 1);
  match(said, /The lockfile is out of date/);
  equal(await Deno.readTextFile(`${folder.path}/deno.lock`), await Deno.readTextFile(new URL("deno.lock", REPOSITORY)));
});
