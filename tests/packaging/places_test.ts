import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { cli, type Ended } from "../cli/support/cli.ts";
import { refused } from "../cli/support/refused.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { REPOSITORY } from "../harness/server_command.ts";
import { plan } from "../../server/program/launch/plan.ts";
import { greet } from "../../server/program/print.ts";
import { startInstalled } from "./installed_server.ts";
import { stagedTree } from "./staged.ts";

const staged = stagedTree();

/** Runs a command of what is installed, with these variables and no others. */
async function installed(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(fileURLToPath(new URL("bin/switchroom", staged().tree)), {
    args: [...args],
    cwd: "/",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", DENO: Deno.execPath(), DENO_DIR: `${staged().folder}/cache`, ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Where a server would write, and which configuration it would read. */
function placesOf({ stdout }: Ended): { writes: string[]; reads: string | undefined } {
  const all = (kind: string) => new RegExp(`^--allow-${kind}=(.*)$`, "m").exec(stdout)?.[1]?.split(",") ?? [];
  return { writes: all("write"), reads: all("read").find((path) => path.endsWith(".json")) };
}

Deno.test("what is installed keeps data and configuration where XDG has them for a person, and where systemd has them for a service", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const home = `${path}/home`;
  const [own, etc] = [`${home}/.config/switchroom`, `${path}/etc`];
  for (const config of [own, etc]) await Deno.mkdir(config, { recursive: true });
  const file = "switchroom.json";
  const serves: [what: string, env: Record<string, string>, args: string[], data: string, config?: string][] = [
    ["a person", { HOME: home }, [], `${home}/.local/share/switchroom`],
    ["a person's own place", { HOME: home, XDG_DATA_HOME: `${path}/xdg` }, [], `${path}/xdg/switchroom`],
    [
      "no absolute path, which XDG has be ignored",
      { HOME: home, XDG_DATA_HOME: "xdg" },
      [],
      `${home}/.local/share/switchroom`,
    ],
    ["a service", { STATE_DIRECTORY: `${path}/state` }, [], `${path}/state`],
    ["a configuration that is named", { HOME: home }, ["--config", `${path}/a.json`], `${path}/data`, `${path}/a.json`],
    [
      "a service's that is named",
      { HOME: home, STATE_DIRECTORY: `${path}/state` },
      ["--config", `${path}/a.json`],
      `${path}/state`,
      `${path}/a.json`,
    ],
  ];
  await Deno.writeTextFile(`${path}/a.json`, "{}");
  const permissions = async (args: string[], env: Record<string, string>) => {
    const ended = await installed(["serve", "--print-permissions", ...args], env);
    equal(ended.code, 0, ended.stderr);
    return placesOf(ended);
  };
  for (const [what, env, args, data, config] of serves) {
    deepEqual(await permissions(args, env), { writes: [data], reads: config }, what);
  }
  await Deno.writeTextFile(`${own}/${file}`, '{ "data": "elsewhere" /* by hand */ }');
  await Deno.writeTextFile(`${etc}/${file}`, "{}");
  deepEqual(await permissions([], { HOME: home }), { writes: [`${own}/elsewhere`], reads: `${own}/${file}` });
  deepEqual(
    await permissions([], { STATE_DIRECTORY: `${path}/state:${path}/more`, CONFIGURATION_DIRECTORY: etc }),
    { writes: [`${path}/state`], reads: `${etc}/${file}` },
  );
  deepEqual(await permissions(["--data", `${path}/mine`], { HOME: home }), {
    writes: [`${path}/mine`],
    reads: `${own}/${file}`,
  });
  refused(await installed(["serve", "--print-permissions"], {}), {
    code: 2,
    words: /Cannot tell where to keep the data: HOME is not set\. Set it, or name a folder with --data$/m,
  });
  deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), [".config"], "nothing is made");
});

Deno.test("a person's server is found from any folder, by its configuration in its usual place", async () => {
  using folder = temporaryFolder();
  const env = { HOME: folder.path, XDG_CONFIG_HOME: `${folder.path}/config` };
  const data = `${folder.path}/lines`;
  await Deno.mkdir(`${folder.path}/config/switchroom`, { recursive: true });
  await Deno.writeTextFile(
    `${folder.path}/config/switchroom/switchroom.json`,
    `{ "listen": "127.0.0.1:0", "data": "../../lines", // here
       "plugins": [{ "source": "builtin:virtual" }] }`,
  );
  const program = fileURLToPath(new URL("bin/switchroom", staged().tree));
  const variables = {
    PATH: Deno.env.get("PATH") ?? "",
    DENO: Deno.execPath(),
    DENO_DIR: `${staged().folder}/cache`,
    ...env,
  };
  await using server = await startInstalled([program], { cwd: "/", env: variables, data, untold: true });
  const { code, stdout, stderr } = await installed(["token", "list"], env);
  equal(code, 0, stderr);
  match(stdout, / bootstrap$/m);
  const doctor = await installed(["doctor"], env);
  match(doctor.stdout, new RegExp(`data folder: ${data}$`, "m"));
  const { printed } = await server.stop();
  match(printed, new RegExp(`^data in ${data}$`, "m"));
});

Deno.test("a checkout has its own data wherever it is called from, looks for no configuration, and says what it is for", async () => {
  const data = fileURLToPath(new URL("data", REPOSITORY));
  const words = await plan(["serve"]);
  ok(words.includes(`--data=${data}`), words.join(" "));
  ok(!words.some((word) => word.startsWith("--config=")), words.join(" "));
  match((await cli(["serve", "--help"])).stdout, /XDG_DATA_HOME \(~\/\.local\/share\)/);
  const lines: string[] = [];
  const { log } = console;
  try {
    console.log = (line: string) => void lines.push(line);
    greet({ folder: data, url: "http://127.0.0.1:8274", token: undefined });
  } finally {
    console.log = log;
  }
  equal(lines[0], `data in ${data}, of this checkout: to try it out (what is to last: --data DIR)`);
});
