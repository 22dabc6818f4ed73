/**
 * The key that checkpoints are signed with.
 *
 * @module
 */
import { type Sign, signerOf } from "../checkpoints/mod.ts";
import { wordsOf } from "../core/contract/errors.ts";
import { Misuse } from "./exit.ts";
import { readSmallFile } from "./small_file.ts";

/**
 * Reads the key, which must not lie in the data folder: who is given a copy of that must not be given the key too.
 *
 * @throws {Misuse} If it does, or cannot be used.
 */
export async function readCheckpointKey(path: string, data: string): Promise<Sign> {
  try {
    const found = await Deno.realPath(path);
    if (found.startsWith(`${await Deno.realPath(data)}/`)) {
      throw new Error("it lies in the data folder, of which copies are made. Move it elsewhere");
    }
    return signerOf(await readSmallFile(path));
  } catch (error) {
    throw new Misuse(`Cannot use checkpoints.key ${path}: ${wordsOf(error)}`);
  }
}
