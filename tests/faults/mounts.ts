/**
 * File systems of a bad world: small ones, and ones that may only be read.
 *
 * @module
 */
import { temporaryFolder } from "./temporary.ts";

/** A folder with a file system mounted on it. The end of its block takes both away; what used it must have ended. */
export interface Mount extends Disposable {
  /** Where it is. */
  readonly path: string;
}

/** Why nothing can be mounted here, and what to do; undefined if it can. */
export function whyNoMount(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "only root may mount on Linux: run the tests as root there";
  try {
    using _mount = smallDisk(1);
    return undefined;
  } catch (error) {
    return `${
      error instanceof Error ? error.message : error
    }: run where root may mount (a container needs CAP_SYS_ADMIN)`;
  }
}

/** Mounts a disk of so many mebibytes. */
export function smallDisk(mebibytes: number): Mount {
  return mounted(["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs"]);
}

/** Mounts a folder once more where it may only be read, even by root. */
export function readOnly(folder: string): Mount {
  const mount = mounted(["--bind", folder]);
  run("mount", ["-o", "remount,bind,ro", mount.path]);
  return mount;
}

function mounted(args: string[]): Mount {
  const folder = temporaryFolder();
  try {
    run("mount", [...args, folder.path]);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
  return {
    path: folder.path,
    [Symbol.dispose]() {
      run("umount", [folder.path]);
      folder[Symbol.dispose]();
    },
  };
}

function run(program: string, args: string[]): void {
  const { success, stderr } = new Deno.Command(program, { args, stdout: "null" }).outputSync();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}
