/**
 * A Debian that was just installed and has booted: its own systemd, in namespaces of its own.
 *
 * @module
 */
import { equal, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { deadline } from "@std/async/deadline";
import { eventually } from "../../crash/eventually.ts";
import { collect } from "../../harness/printed.ts";

const BOOT = fileURLToPath(new URL("boot.sh", import.meta.url));
/** The release that everything is tested on. */
const RELEASE = "bookworm";
/** Within which a server says that it has started, however busy the machine is. */
const MOST_MS = 60_000;

/** Why no such machine can be made here; undefined if it can. */
export async function noDebianMachine(): Promise<string | undefined> {
  return Deno.uid() === 0 ? await missingPrograms(["debootstrap", "unshare", "nsenter"]) : "it takes root";
}

/** Which of these programs is not there; undefined if all are. */
export async function missingPrograms(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).output();
    if (!success) return `there is no ${name}`;
  }
}

/**
 * Puts the smallest Debian into a folder.
 *
 * @param packages What it is to have besides.
 */
export async function debootstrap(folder: string, packages: readonly string[]): Promise<void> {
  const also = packages.length === 0 ? [] : [`--include=${packages.join(",")}`];
  await ended(["debootstrap", "--variant=minbase", ...also, RELEASE, folder]);
}

/** The machine. */
export interface DebianMachine extends AsyncDisposable {
  /**
   * Runs a command in it as root, and says so on the terminal as a person would see it.
   *
   * @param code What it is to exit with.
   * @returns What it printed, errors too.
   */
  does(command: string, code?: number): Promise<string>;
  /** Waits until the journal of a unit's present run has this line. */
  logged(unit: string, line: RegExp): Promise<void>;
}

/** Boots it. */
export async function boot(root: string): Promise<DebianMachine> {
  const namespaces = ["--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child"];
  const outer = new Deno.Command("unshare", { args: [...namespaces, "sh", BOOT, root], stdin: "null" }).spawn();
  const first = await firstProcess(outer.pid);
  const within = [`--target=${first}`, "--all", "--root", "env", "-i"];
  const environment = [
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
    "DEBIAN_FRONTEND=noninteractive",
  ];
  const shell = (
    command: string,
  ): [string, ...string[]] => ["nsenter", ...within, ...environment, "sh", "-c", `cd /; ${command}`];
  const does: DebianMachine["does"] = async (command, code = 0) => {
    console.log(`# ${command}`);
    const printed = await ended(shell(`{ ${command}; } 2>&1`), code);
    if (printed !== "") console.log(printed);
    return printed;
  };
  await eventually(() => ended(shell("systemctl is-system-running --wait")));
  return {
    does,
    async logged(unit, line) {
      const run = await ended(shell(`systemctl show --property=InvocationID --value ${unit}`));
      const [program, ...args] = shell(
        `exec journalctl --follow --lines=all --output=cat _SYSTEMD_INVOCATION_ID=${run}`,
      );
      const child = new Deno.Command(program, { args, stdout: "piped" }).spawn();
      const printed = collect([child.stdout]);
      await deadline(printed.match(line), MOST_MS);
      child.kill("SIGKILL");
      await child.status;
      await printed.end();
    },
    async [Symbol.asyncDispose]() {
      outer.kill("SIGKILL");
      await outer.status;
      // Its processes end with the first one.
      await eventually(() => throws(() => Deno.kill(first, "SIGCONT"), Deno.errors.NotFound));
    },
  };
}

/** The number of the first process within, once that is systemd. */
async function firstProcess(outer: number): Promise<number> {
  return Number(await eventually(() => ended(["pgrep", `--parent=${outer}`, "--exact", "systemd"])));
}

/** Runs a program to its end; gives what it printed. */
async function ended([program, ...args]: readonly [string, ...string[]], expected = 0): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const printed = new TextDecoder().decode(stdout).trimEnd();
  equal(code, expected, `${args.at(-1)}\n${printed}\n${new TextDecoder().decode(stderr)}`);
  return printed;
}
