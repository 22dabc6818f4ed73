import { deepEqual, equal, match } from "node:assert/strict";
import { z } from "zod";
import { spawnCli } from "../cli/support/cli.ts";
import { eventually } from "../crash/eventually.ts";
import { temporaryFolder } from "../faults/temporary.ts";

const MANIFEST = new URL("../../deno.json", import.meta.url).pathname;
const ServerFile = z.object({ pid: z.int(), url: z.url() });

/** What a server of this data folder says of itself, once it does. */
async function untilServing(data: string): Promise<z.infer<typeof ServerFile>> {
  return await eventually(async () => ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`))));
}

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("deno task start becomes the server, and nothing stays in between: from whichever folder, and with Deno on no path", async () => {
  using folder = temporaryFolder();
  await Deno.mkdir(`${folder.path}/bin`);
  for (const program of ["sh", "dirname"]) {
    await Deno.symlink(await outputOf("sh", "-c", 'command -v "$1"', "sh", program), `${folder.path}/bin/${program}`);
  }
  const home = Object.fromEntries(["HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  const args = ["--data", "it's data", "--listen", "127.0.0.1:0", "--safe"];
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--config", MANIFEST, "start", ...args],
    cwd: folder.path,
    clearEnv: true,
    env: { ...home, PATH: `${folder.path}/bin` },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = task.output();
  const { pid } = await untilServing(`${folder.path}/it's data`);
  equal(Number(await outputOf("ps", "-o", "ppid=", "-p", String(pid))), task.pid);
  task.kill("SIGTERM");
  const { code, stdout, stderr } = await output;
  const text = new TextDecoder();
  deepEqual({ code, stderr: text.decode(stderr).match(/ signal=SIGTERM$/m)?.length }, { code: 0, stderr: 1 });
  match(text.decode(stdout), /^listening on http:\/\/127\.0\.0\.1:\d+$/m);
});

Deno.test("deno task cli serve stays beside the server, hands its signals on and exits as it does", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const serve = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--safe"];
  for (const [signal, code] of [["SIGTERM", 0], ["SIGINT", 0], ["SIGHUP", 129]] as const) {
    const command = spawnCli(serve);
    await untilServing(data);
    command.kill(signal);
    const { stderr, ...ended } = await command.ended;
    equal(ended.code, code, stderr);
    if (code === 0) match(ended.stdout, /^listening on /m);
    await Deno.remove(`${data}/server.json`).catch(() => {});
  }
  const command = spawnCli(serve);
  const { pid } = await untilServing(data);
  Deno.kill(pid, "SIGKILL");
  equal((await command.ended).code, 137);
  equal((await spawnCli([...serve, "--listen", "nowhere"]).ended).code, 2);
});
