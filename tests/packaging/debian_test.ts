/**
 * The Debian package on a machine as its operator has it. What it prints is a transcript.
 *
 * @module
 */
import { equal, match, ok, rejects } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { packDeb } from "../../packaging/deb/deb.ts";
import { run } from "../../packaging/run.ts";
import { stage } from "../../packaging/stage.ts";
import { eventually } from "../crash/eventually.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { unlessFlagged } from "./flag.ts";
import { boot, debootstrap, noDebianMachine } from "./support/debian_machine.ts";

const NEXT = "9.9.9";

/** Makes of a package one of a version to come, which has a migration more. */
async function nextVersion(deb: URL, folder: string): Promise<URL> {
  const root = `${folder}/next`;
  const change = async (path: string, [pattern, by]: readonly [string | RegExp, string]) => {
    const text = await Deno.readTextFile(`${root}/${path}`);
    ok(text.search(pattern) >= 0, `${path} has ${pattern}`);
    await Deno.writeTextFile(`${root}/${path}`, text.replace(pattern, by));
  };
  await run(["dpkg-deb", "--raw-extract", deb.pathname, root], { cwd: new URL("./", deb) });
  await change("DEBIAN/control", [`Version: ${deno.version}`, `Version: ${NEXT}`]);
  await change("usr/lib/switchroom/deno.json", [`"version": "${deno.version}"`, `"version": "${NEXT}"`]);
  await Deno.writeTextFile(
    `${root}/usr/lib/switchroom/migrations/9999_planted.ts`,
    `export default { async up(db) { await db.schema.createTable("planted").addColumn("id", "integer").execute(); } };\n`,
  );
  const list = "usr/lib/switchroom/server/history/sqlite/migrate.ts";
  await change(list, ["export const MIGRATIONS: Migrations = {", `$&\n  "9999_planted": planted,`]);
  await change(list, [/^import /m, `import planted from "../../../migrations/9999_planted.ts";\n$&`]);
  await run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, `${folder}/next.deb`], {
    cwd: new URL("./", deb),
  });
  return pathToFileURL(`${folder}/next.deb`);
}

Deno.test({
  name:
    "on a clean Debian the package starts the server and lights a lamp; upgraded, gone back, removed and purged, the history is there",
  ignore: skipLoudly(unlessFlagged() ?? await noDebianMachine(), "the Debian package on a Debian"),
  async fn() {
    using folder = temporaryFolder();
    const into = pathToFileURL(`${folder.path}/`);
    const staged = await stage(new URL("staged/", into));
    const deb = await packDeb(staged, { into, architecture: "amd64", compression: "none" });
    const next = await nextVersion(deb, folder.path);
    const root = `${folder.path}/root`;
    await debootstrap(root, ["systemd-sysv", "adduser"]);
    await Deno.rename(deb, `${root}/srv/switchroom.deb`);
    await Deno.rename(next, `${root}/srv/next.deb`);
    await using machine = await boot(root);
    const { does } = machine;
    const started = () => machine.logged("switchroom", /plugin virtual: plugin (ready)/);
    const history = () => does("switchroom history list");
    const light = (mode: string) => does(`switchroom request setLamp virtual:desk-1 lamp=20 mode=${mode}`);

    const since = performance.now();
    await does("dpkg --install /srv/switchroom.deb");
    await started();
    match(await light("flash"), /succeeded/);
    console.log(`(${((performance.now() - since) / 1_000).toFixed(1)} s from the installation to the lamp)`);
    match(await does("switchroom phone get virtual:desk-1 lamp 20"), /flash/);
    match(await does("switchroom token first"), /sr_/);
    const shown = await does("systemctl show --property=User,ExecStart switchroom");
    match(shown, /argv\[\]=\/usr\/bin\/switchroom serve --config \/etc\/switchroom\/switchroom\.json ;/);
    equal(
      await does(
        "cd /proc/$(systemctl show --property=MainPID --value switchroom) && stat --format=%U . && readlink exe",
      ),
      "switchroom\n/usr/lib/switchroom/bin/deno",
    );
    const modes = await does("stat --format='%A %U %G %n' /etc/switchroom/switchroom.json /var/lib/switchroom");
    match(modes, /^-rw-r----- root switchroom .*\ndrwx------ switchroom switchroom /);
    // What the operator changes is kept.
    await does(`sed -i 's/"configuration"/"log": { "level": "debug" },\\n  &/' /etc/switchroom/switchroom.json`);

    await does("dpkg --install /srv/next.deb");
    await started();
    match(await does("switchroom --version"), new RegExp(`^switchroom ${NEXT}`));
    match(await light("steady"), /succeeded/);
    match(await does("switchroom migrate status"), /9999_planted/);
    match(await does("cat /etc/switchroom/switchroom.json"), /debug/);

    const gone = await does("dpkg --install /srv/switchroom.deb");
    match(gone, /downgrading/);
    // A history that the other version has migrated is refused, and starting is not tried again and again.
    await machine.logged("switchroom", /(newer)/);
    await eventually(async () => equal(await does("systemctl is-active switchroom", 3), "failed"));
    match(
      await does("systemctl show --property=ExecMainStatus,NRestarts switchroom"),
      /NRestarts=0\nExecMainStatus=57/,
    );
    match(await does("journalctl --unit=switchroom --output=cat --lines=4"), /newer/);
    // What root made there, the server could not use.
    match(await does("switchroom upgrade back", 2), /belongs to another user/);
    match(await does("runuser --user=switchroom -- switchroom upgrade back"), /before-9999_planted/);
    await does("runuser --user=switchroom -- switchroom upgrade back --yes");
    await does("systemctl start switchroom");
    await started();
    const before = await history();
    match(before, /setLamp/);

    await does("dpkg --remove switchroom");
    equal(await does("find /proc -maxdepth 1 -user switchroom"), "", "nothing of it runs");
    ok(await Deno.stat(`${root}/etc/switchroom/switchroom.json`));
    await does("dpkg --purge switchroom");
    await rejects(Deno.stat(`${root}/etc/switchroom`), Deno.errors.NotFound);
    await rejects(Deno.stat(`${root}/var/cache/switchroom`), Deno.errors.NotFound);
    await does("ls -l /var/lib/switchroom");

    await does("dpkg --install /srv/switchroom.deb");
    await started();
    equal(await history(), before);
    match(await does("switchroom history verify"), /./);
    await does("touch /etc/switchroom/purge-history && dpkg --purge switchroom");
    await rejects(Deno.stat(`${root}/var/lib/switchroom`), Deno.errors.NotFound);
    await rejects(Deno.stat(`${root}/etc/switchroom`), Deno.errors.NotFound);
  },
});
