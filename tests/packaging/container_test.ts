/**
 * The Debian package in a container, as `packaging/container/Containerfile` makes it.
 *
 * @module
 */
import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packDeb } from "../../packaging/deb/deb.ts";
import { run } from "../../packaging/run.ts";
import { stage } from "../../packaging/stage.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { collect } from "../harness/printed.ts";
import { unlessFlagged } from "./flag.ts";
import { debootstrap, missingPrograms, noDebianMachine } from "./support/debian_machine.ts";

const CONTAINERFILE = fileURLToPath(new URL("../../packaging/container/Containerfile", import.meta.url));

/** Both versions of control groups at once are more than what runs a container takes: there the second is out of sight. */
const IN_SIGHT = 'if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; exec "$@"';

Deno.test({
  name: "in a container the server is not root, its root cannot be written, and its volume keeps the history",
  ignore: skipLoudly(
    unlessFlagged() ?? await noDebianMachine() ?? await missingPrograms(["buildah", "podman"]),
    "the container",
  ),
  async fn() {
    using folder = temporaryFolder();
    const { path } = folder;
    const cwd = pathToFileURL(`${path}/`);
    const store = [`--root=${path}/store`, `--runroot=${path}/run`, "--storage-driver=vfs"];
    const inSight: [string, ...string[]] = ["unshare", "--mount", "sh", "-c", IN_SIGHT, "sh"];
    const build = (name: string, ...args: string[]) =>
      run([
        ...inSight,
        ...["buildah", ...store, "build", "--isolation=chroot", "--format=docker", `--tag=${name}`],
        ...[`--file=${CONTAINERFILE}`, ...args, "context"],
      ], { cwd });
    const words = (...args: string[]): [string, ...string[]] => [
      ...inSight,
      ...["podman", ...store, "--cgroup-manager=cgroupfs", ...args],
    ];
    const podman = (...args: string[]) => run(words(...args), { cwd });
    const serve = (name: string) =>
      podman(
        ...["run", "--detach", `--name=${name}`, "--read-only", "--volume=kept:/var/lib/switchroom"],
        // What a machine need not have: a network for containers, control groups, leave to raise limits, systemd.
        ...["--network=host", "--cgroups=disabled", "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"],
        ...["--health-interval=disable", "switchroom", "serve", "--config=/etc/switchroom/switchroom.json"],
        "--listen=127.0.0.1:0",
      );
    const ready = async (name: string) => {
      const [program, ...args] = words("logs", "--follow", name);
      const logs = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" }).spawn();
      const printed = collect([logs.stdout, logs.stderr]);
      await printed.match(/plugin virtual: plugin (ready)/);
      logs.kill("SIGKILL");
      await logs.status;
      await printed.end();
    };

    await Deno.mkdir(`${path}/context`);
    const deb = await packDeb(await stage(new URL("staged/", cwd)), {
      into: cwd,
      architecture: "amd64",
      compression: "none",
    });
    await Deno.rename(deb, `${path}/context/switchroom.deb`);
    await debootstrap(`${path}/debian`, []);
    await run(["tar", "--create", `--directory=${path}/debian`, "--file=context/root.tar", "."], { cwd });
    await build("switchroom");

    await serve("first");
    await ready("first");
    match(
      await podman("exec", "first", "switchroom", "request", "setLamp", "virtual:desk-1", "lamp=20", "mode=flash"),
      /succeeded/,
    );
    match(await podman("exec", "first", "id"), /^uid=\d+\(switchroom\)/);
    match(
      await podman("exec", "first", "sh", "-c", "touch /usr/lib/switchroom/x 2>&1 || true"),
      /Read-only file system/,
    );
    await podman("healthcheck", "run", "first");
    await podman("stop", "first");
    equal((await podman("inspect", "--format={{.State.ExitCode}}", "first")).trim(), "0");
    ok(await podman("healthcheck", "run", "first").then(() => false, () => true), "one that has ended is not healthy");

    await serve("second");
    await ready("second");
    match(await podman("exec", "second", "switchroom", "history", "list"), /setLamp/);
    await podman("stop", "second");

    await podman("import", "context/root.tar", "localhost/debian");
    await Deno.remove(`${path}/context/root.tar`);
    await build("on-debian", "--build-arg=BASE=localhost/debian");
    match(
      await podman(
        "run",
        "--rm",
        "--cgroups=disabled",
        "--network=host",
        "--ulimit=nofile=4096:4096",
        "--ulimit=nproc=4096:4096",
        "on-debian",
        "--version",
      ),
      /^switchroom /,
    );
    await podman("rm", "--all", "--force", "--volumes");
  },
});
