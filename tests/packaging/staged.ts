/**
 * What is installed, staged once for the tests of a file.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { stage, type Staged } from "../../packaging/stage.ts";

/** A staged tree, and a folder beside it for whatever a test makes. */
export interface StagedTree extends Staged {
  /** Where both are: a path with a blank in it. */
  folder: string;
}

/** Stages before the tests of the file that calls this, and removes it after them; it may be asked for within a test only. */
export function stagedTree(): () => StagedTree {
  let staged: StagedTree | undefined;
  Deno.test.beforeAll(async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "switchroom packaging " }));
    // Where npm would put it: there Deno takes TypeScript only from whoever names its configuration.
    const tree = pathToFileURL(`${folder}/node_modules/switchroom/`);
    staged = { folder, ...await stage(tree) };
    await Deno.writeTextFile(`${folder}/package.json`, "{}");
  });
  Deno.test.afterAll(async () => {
    if (staged) await Deno.remove(staged.folder, { recursive: true });
  });
  return () => {
    if (!staged) throw new Error("Cannot use the staged tree of this file before its tests run");
    return staged;
  };
}
