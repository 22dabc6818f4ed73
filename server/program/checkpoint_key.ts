/**
 * The key that checkpoints are signed with.
 *
 * @module
 */
import { type Sign, signerOf } from "../checkpoints/mod.ts";
import { wordsOf } from "../core/contract/errors.ts";
import { Misuse } from "./exit.ts";
import { readSmallFile } from "./small_file.ts";

/** A key as it was found. */
export interface CheckpointKey {
  readonly sign: Sign;
  /** Whether other users of this machine can read or write it. */
  readonly isOpen: boolean;
}

/**
 * Reads the key, which must not lie in the data folder: who is given a copy of that must not be given the key too.
 *
 * @throws {Misuse} If it does, or cannot be used.
 */
export async function readCheckpointKey(path: string, data: string): Promise<CheckpointKey> {
  try {
    const found = await Deno.realPath(path);
    // doctor asks before there is a folder, in which nothing lies then.
    if (found.startsWith(`${await Deno.realPath(data).catch(() => data)}/`)) {
      throw new Error("it lies in the data folder, of which copies are made. Move it elsewhere");
    }
    const sign = signerOf(await readSmallFile(path));
    const { mode } = await Deno.stat(path);
    return { sign, isOpen: mode !== null && (mode & 0o077) !== 0 };
  } catch (error) {
    throw new Misuse(`Cannot use checkpoints.key ${path}: ${wordsOf(error)}`);
  }
}
