/**
 * Another revision of this repository, as a folder.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { WrongUse } from "./options.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/** A checkout of its own. The end of its block removes it. */
export interface Revision extends AsyncDisposable {
  /** Where it is, with a slash at its end. */
  checkout: URL;
  /** Its commit, shortened. */
  commit: string;
}

/**
 * Checks a revision out into a temporary folder: a clone that shares the objects of this repository and leaves nothing
 * in it, whatever becomes of the clone.
 *
 * @param name Whatever git takes for a commit: a hash, a branch, `HEAD~3`.
 * @throws {WrongUse} If there is none of that name.
 */
export async function checkOut(name: string): Promise<Revision> {
  const commit = await commitOf(name);
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_revision_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  await git(["clone", "--quiet", "--shared", "--no-checkout", REPOSITORY, folder]);
  await git(["-C", folder, "checkout", "--quiet", "--detach", commit]);
  const removed = undo.move();
  return {
    checkout: pathToFileURL(`${folder}/`),
    commit,
    [Symbol.asyncDispose]: () => removed.disposeAsync(),
  };
}

/** What this tree is called: its commit, with `-dirty` behind it where it has been changed. */
export function describeHead(): Promise<string> {
  return git(["describe", "--always", "--dirty", "--exclude=*"]);
}

async function commitOf(name: string): Promise<string> {
  try {
    return await git(["rev-parse", "--verify", "--short", "--end-of-options", `${name}^{commit}`]);
  } catch (cause) {
    throw new WrongUse(
      `There is no revision ${JSON.stringify(name)} here: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

async function git(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd: REPOSITORY }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (success) return out ?? "";
  throw new Error(`git ${args.join(" ")} has failed: ${error}`);
}
