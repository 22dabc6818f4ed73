import { deepEqual, equal, match, throws } from "node:assert/strict";
import { z } from "zod";
import { refuseOtherDeno } from "../../server/program/launch/deno.ts";
import { PROGRAM } from "../cli/support/cli.ts";
import { eventually } from "../crash/eventually.ts";
import { temporaryFolder } from "../faults/temporary.ts";

const MANIFEST = new URL("../../deno.json", import.meta.url).pathname;
const REPOSITORY = new URL("../../", import.meta.url).pathname;
const ServerFile = z.object({ pid: z.int(), url: z.url() });

/** What a server of this data folder says of itself, once it does. */
async function untilServing(data: string): Promise<z.infer<typeof ServerFile>> {
  return await eventually(async () => ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`))));
}

/** Where Deno's cache is. */
function home(): Record<string, string> {
  return Object.fromEntries(["HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("deno task start becomes the server, and nothing stays in between: from whichever folder, and with Deno on no path", async () => {
  using folder = temporaryFolder();
  await Deno.mkdir(`${folder.path}/bin`);
  await Deno.symlink(await outputOf("sh", "-c", "command -v sh"), `${folder.path}/bin/sh`);
  const args = ["--data", "it's data", "--listen", "127.0.0.1:0", "--safe"];
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--config", MANIFEST, "start", ...args],
    cwd: folder.path,
    clearEnv: true,
    env: { ...home(), PATH: `${folder.path}/bin` },
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

Deno.test("switchroom serve becomes the server, by a link and from any folder: ps, signals and exit codes are the server's own", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  await Deno.mkdir(`${folder.path}/in here`);
  await Deno.symlink(PROGRAM, `${folder.path}/in here/program`);
  await Deno.symlink("in here/program", `${folder.path}/a link`);
  const serve = ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--safe"];
  const start = (args: readonly string[]) => {
    const command = new Deno.Command(`${folder.path}/a link`, {
      args: [...args],
      cwd: folder.path,
      env: { DENO: Deno.execPath() },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = command.output().then(({ code, stdout, stderr }) => {
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    });
    return { pid: command.pid, ended };
  };
  for (const [signal, code] of [["SIGTERM", 0], ["SIGINT", 0], ["SIGHUP", 129], ["SIGKILL", 137]] as const) {
    // Options may stand before the word.
    const command = start(code === 0 ? serve : [...serve.slice(1), "serve"]);
    const { pid } = await untilServing(data);
    equal(pid, command.pid);
    Deno.kill(pid, signal);
    const { stderr, ...ended } = await command.ended;
    equal(ended.code, code, stderr);
    if (code === 0) match(ended.stdout, /^listening on /m);
    await Deno.remove(`${data}/server.json`).catch(() => {});
  }
  equal((await start([...serve, "--listen", "nowhere"]).ended).code, 2);
});

/** `switchroom --version` with nothing on the PATH but what is named, and these variables. */
async function versionWith(path: string, { program = PROGRAM, ...env }: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: ["--version"],
    clearEnv: true,
    env: { ...home(), PATH: path, ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("switchroom runs the Deno that DENO names, else the one of its package, else that of the PATH; without any it says so and fetches none: exit 2", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await Deno.mkdir(`${path}/.pnpm/ours/node_modules`, { recursive: true });
  await Deno.mkdir(`${path}/.pnpm/deno@2/node_modules/deno`, { recursive: true });
  await Deno.symlink("../../deno@2/node_modules/deno", `${path}/.pnpm/ours/node_modules/deno`);
  const none = await versionWith(path);
  deepEqual({ code: none.code, stdout: none.stdout, lines: none.stderr.split("\n").length }, {
    code: 2,
    stdout: "",
    lines: 2,
  });
  match(none.stderr, /^switchroom: There is no Deno.*none is on PATH.*Install it, as https:.*DENO=/);

  const other = await versionWith(path, { DENO: `${path}/no-deno` });
  equal(other.code, 2);
  match(other.stderr, /^switchroom: Cannot run DENO=.*\/no-deno: it must be a path of Deno, or its name on PATH$/m);

  // What a package half installed may have in its place, and what says something else.
  await Deno.writeTextFile(`${path}/empty`, "", { mode: 0o755 });
  for (const program of [`${path}/empty`, "/bin/echo"]) {
    const { code, stderr } = await versionWith(path, { DENO: program });
    deepEqual([code, stderr.split("\n").length], [2, 2], stderr);
    match(stderr, /^switchroom: Cannot run on .*(empty|echo): it is no Deno, or not a whole one\. Install it again/);
  }

  const good = /^switchroom \d+\.\d+\.\d+ \(/;
  match((await versionWith(path, { DENO: Deno.execPath() })).stdout, good);
  for (
    const [packaged, deno] of [
      ["installed", "installed/bin/deno"],
      ["node_modules/switchroom", "node_modules/deno/deno"],
      ["other/node_modules/switchroom", "other/node_modules/@deno/linux-x64-glibc/deno"],
      [".pnpm/ours/node_modules/switchroom", ".pnpm/deno@2/node_modules/@deno/linux-x64-glibc/deno"],
    ] as const
  ) {
    await Deno.mkdir(`${path}/${packaged}/bin`, { recursive: true });
    await Deno.copyFile(PROGRAM, `${path}/${packaged}/bin/switchroom`);
    for (const name of ["server", "migrations", "plugins", "packaging", "tests"]) {
      await Deno.symlink(`${REPOSITORY}${name}`, `${path}/${packaged}/${name}`);
    }
    // Copies: through a link Deno would write the lock of this repository.
    for (const name of ["deno.json", "deno.lock"]) {
      await Deno.copyFile(`${REPOSITORY}${name}`, `${path}/${packaged}/${name}`);
    }
    await Deno.mkdir(`${path}/${deno}`.replace(/\/deno$/, ""), { recursive: true });
    await Deno.symlink(Deno.execPath(), `${path}/${deno}`);
    const { stdout, stderr } = await versionWith(path, { program: `${path}/${packaged}/bin/switchroom` });
    match(stdout, good, stderr);
  }
  await Deno.symlink(Deno.execPath(), `${path}/deno`);
  match((await versionWith(path)).stdout, good);
});

Deno.test("a Deno that is older than the tested one, or of another major version, is refused before anything is started; a newer one is not", () => {
  for (const version of ["1.46.3", "2.8.9", "3.0.0"]) {
    throws(() => refuseOtherDeno(version), {
      name: "Misuse",
      message: new RegExp(`^Cannot run on Deno ${version} \\(.*\\): it needs 2\\.9 or a later one`),
    });
  }
  for (const version of ["2.9.0", "2.9.6", "2.10.0"]) refuseOtherDeno(version);
});
