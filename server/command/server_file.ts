import { wordsOf } from "../core/contract/errors.ts";
import { Misuse } from "./misuse.ts";

/** Says in `DATA/server.json`, readable by its owner alone, which process serves the data folder and where. */
export async function writeServerFile(folder: string, server: { pid: number; url: string }): Promise<AsyncDisposable> {
  const path = `${folder}/server.json`;
  const draft = `${path}.new`;
  try {
    await Deno.writeTextFile(draft, `${JSON.stringify(server)}\n`, { mode: 0o600 });
    await Deno.rename(draft, path);
  } catch (error) {
    throw new Misuse(`Cannot write ${path}: ${wordsOf(error)}. The data folder's disk must have space`);
  }
  return {
    async [Symbol.asyncDispose]() {
      // Somebody may have removed it: that is no reason to end otherwise than orderly.
      await Deno.remove(path).catch(() => {});
    },
  };
}
