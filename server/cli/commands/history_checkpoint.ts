/**
 * `history checkpoint` and `history key`: checkpoints, and the key that they are signed with.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { newKeys } from "../../checkpoints/mod.ts";
import { wordsOf } from "../../core/contract/errors.ts";
import { HISTORY_FILE, openHistoryFile } from "../../history/mod.ts";
import { EXIT, Misuse } from "../../program/mod.ts";
import { writeAll } from "../../tools/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { withServer } from "../calling/with_server.ts";
import { historyFile, isServed } from "../offline.ts";
import { print, printAside, printJson } from "../output.ts";
import { command } from "../parsing/command.ts";

/** `history checkpoint`. */
export const historyCheckpoint = command({
  words: "history checkpoint",
  says: "Prints the newest block of the history, one line of JSON, to be kept elsewhere",
  more:
    "Of a server that runs it is asked; of one that does not, its file is read, and left as it is. history verify " +
    "--checkpoint shows by it later that nothing until then was changed or cut off.",
  parameters: {},
  options: {
    file: { type: "string", value: "FILE", path: true, says: "a copy of history.db instead of a server's" },
    ...SERVER_OPTIONS,
  },
  examples: ["history checkpoint >> /mnt/elsewhere/checkpoints.jsonl", "history checkpoint --file backup/history.db"],
  async run({ file, ...server }) {
    const { data, url } = server;
    if (file !== undefined && Object.keys(server).length > 0) {
      throw new Misuse("--file names a file, and --data, --url, --token-file and --ca a server: one of both is asked");
    }
    const ofServer = file === undefined && (url !== undefined || await isServed(data));
    if (ofServer) printJson(await withServer(server, ({ server }) => server.checkpoint()));
    else {
      await using opened = await openHistoryFile(file ?? await historyFile(data));
      const { checkpoint, left } = await opened.checkpoint();
      printJson(checkpoint);
      if (left) printAside("It does not cover the newest rows, which no block seals yet: the server's next start does");
    }
    return EXIT.orderly;
  },
});

/** `history key`. */
export const historyKey = command({
  words: "history key",
  says: "Makes a key for signing checkpoints, and prints its public part",
  more: "Name FILE as checkpoints.key in the configuration; give the public part to whoever checks signatures.",
  parameters: { file: { value: "FILE", says: "where the private key is to be, outside every data folder" } },
  options: {},
  examples: ["history key checkpoint-key.pem"],
  async run({ file }) {
    const path = resolve(file);
    const { privateKey, publicKey } = newKeys();
    try {
      const data = await dataFolderAround(await Deno.realPath(dirname(path)));
      if (data !== undefined) throw new Error(`${data} is a data folder, of which copies are made`);
      using opened = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      await writeAll(opened, new TextEncoder().encode(privateKey));
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
