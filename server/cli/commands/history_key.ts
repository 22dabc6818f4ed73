/**
 * `history key`: the key that checkpoints are signed with.
 *
 * @module
 */
import { dirname } from "node:path";
import { newKeys } from "../../checkpoints/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { HISTORY_FILE } from "../../history/mod.ts";
import { EXIT, Misuse, readPath } from "../../program/mod.ts";
import { print } from "../output.ts";
import { command } from "../parsing/command.ts";

/** `history key`. */
export const historyKey = command({
  words: "history key",
  says: "Makes a key for signing checkpoints, and prints its public part",
  more: "Name FILE as checkpoints.key in the configuration; give the public part to whoever checks signatures.",
  parameters: { file: { value: "FILE", says: "where the private key is to be, outside every data folder" } },
  options: {},
  examples: ["history key checkpoint-key.pem"],
  async run({ file }) {
    const path = readPath(file);
    const { privateKey, publicKey } = newKeys();
    try {
      const data = await dataFolderAround(await Deno.realPath(dirname(path)));
      if (data !== undefined) throw new Error(`${data} is a data folder, of which copies are made`);
      using opened = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      await opened.write(new TextEncoder().encode(privateKey));
      await opened.sync();
    } catch (error) {
      throw new Misuse(`Cannot make the key ${path}: ${wordsOf(error)}. Name a new file, in a folder that is there`);
    }
    print(publicKey.trimEnd());
    return EXIT.orderly;
  },
});

/** The data folder that a folder is or lies in; undefined if there is none. */
async function dataFolderAround(folder: string): Promise<string | undefined> {
  const isOne = await Deno.stat(`${folder}/${HISTORY_FILE}`).then(() => true, () => false);
  if (isOne) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : await dataFolderAround(above);
}
