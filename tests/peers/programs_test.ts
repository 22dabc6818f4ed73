import { deepEqual, match } from "node:assert/strict";
import { INSTALL } from "./support/programs.ts";

const ASK = `
import { whyNoPrograms } from ${JSON.stringify(new URL("./support/programs.ts", import.meta.url).href)};
console.log(await whyNoPrograms(["baresip"]));`;

/** What is said of a missing phone, and what is asked of apt-get, on a machine that has little else. */
async function askWith(env: Record<string, string>): Promise<{ why: string; asked: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "switchroom_programs_" });
  try {
    await Deno.writeTextFile(`${folder}/apt-get`, `#!/bin/sh\necho "$1" >> ${folder}/asked\n`, { mode: 0o755 });
    for (const program of ["sh", "timeout"]) await Deno.symlink(`/usr/bin/${program}`, `${folder}/${program}`);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", ASK],
      env: { [INSTALL]: "", ...env, PATH: folder, NO_COLOR: "1" },
    }).output();
    const asked = await Deno.readTextFile(`${folder}/asked`).catch(() => "");
    return { why: new TextDecoder().decode(stdout), asked: asked.split("\n").filter((line) => line !== "") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("nothing is installed on a machine unless that is asked for, and whoever does not is told how", async () => {
  const { why, asked } = await askWith({});
  deepEqual(asked, []);
  match(why, /apt-get install .*baresip-core.*SWITCHROOM_INSTALL_PHONES=1/);
});

Deno.test("root who asks for it gets what is missing installed, and nobody else does", async () => {
  const { asked } = await askWith({ [INSTALL]: "1" });
  deepEqual(asked, Deno.uid() === 0 ? ["update", "install"] : []);
});
