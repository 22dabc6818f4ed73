import { equal, ok } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { packNpm } from "../../packaging/npm.ts";
import { stage } from "../../packaging/stage.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { unlessFlagged } from "./flag.ts";
import { startInstalled } from "./installed_server.ts";

/** Runs a program to its end; gives what it printed, and how many seconds it took. */
async function run(words: readonly [string, ...string[]], { cwd, env }: { cwd: string; env: Record<string, string> }) {
  const [program, ...args] = words;
  const since = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd, env, clearEnv: true }).output();
  equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  return { printed: new TextDecoder().decode(stdout), seconds: (performance.now() - since) / 1000 };
}

/** How much a folder takes on the disk, megabytes. */
async function megabytes(folder: string, env: Record<string, string>): Promise<string> {
  const { printed } = await run(["du", "-sk", folder], { cwd: "/", env });
  return `${(Number.parseInt(printed) / 1024).toFixed(1)} MB`;
}

Deno.test({
  name: "installed by npm into an empty folder, npx starts the server without any network, its own Deno and a lamp",
  ignore: skipLoudly(unlessFlagged(), "npm installs the package"),
  async fn() {
    using folder = temporaryFolder();
    const { path } = folder;
    const place = `${path}/a clean folder`;
    await Deno.mkdir(place);
    const tarball = await packNpm(await stage(pathToFileURL(`${path}/staged/`)), pathToFileURL(`${path}/`));
    // A user who has nothing yet: neither Deno's cache nor npm's.
    const env = { PATH: Deno.env.get("PATH") ?? "", HOME: path, npm_config_update_notifier: "false" };
    const settings = Object.entries(Deno.env.toObject()).filter(([name]) => /^npm_config_/i.test(name));

    const installed = await run(["npm", "install", tarball.pathname], {
      cwd: place,
      env: { ...env, ...Object.fromEntries(settings) },
    });

    const since = performance.now();
    // A network of its own, in which there is this machine and nothing else.
    const alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] as const;
    await using server = await startInstalled([...alone, "npx", "switchroom"], {
      cwd: place,
      env,
      data: `${path}/.local/share/switchroom`,
      untold: true,
    });
    const { pid } = server;
    const lamp = ["npx", "switchroom", "request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash"] as const;
    const lit = await run(["nsenter", `--target=${pid}`, "--net", "--wd=.", ...lamp], {
      cwd: place,
      env,
    });
    const seconds = (performance.now() - since) / 1000;
    ok(lit.printed.startsWith("setLamp of virtual:desk-1 succeeded"), lit.printed);
    const { printed: program } = await run(["readlink", `/proc/${pid}/exe`], { cwd: place, env });
    ok(program.startsWith(`${place}/node_modules/`), program);

    console.log(
      `${(await Deno.stat(tarball)).size} bytes the package; ${await megabytes(`${place}/node_modules`, env)} installed,
of them ${await megabytes(`${place}/node_modules/switchroom`, env)} the package; ${
        installed.seconds.toFixed(1)
      } s to install,
${seconds.toFixed(1)} s more to the first lamp; Deno's cache then has ${await megabytes(`${path}/.cache/deno`, env)}`,
    );
    const { code, printed } = await server.stop();
    equal(code, 0, printed);
  },
});
