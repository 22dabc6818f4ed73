/**
 * Where the runtime of a plugin writes without being asked: what a database spills and, beside packages, its caches and
 * web storage. Each process has a folder of its own for that, in the data folder, which goes with the process.
 *
 * @module
 */
import { resolve } from "node:path";
import { wordsOf } from "../core/contract/errors.ts";
import { packageCache } from "./launch.ts";
import { shellLines } from "./shell.ts";

/** Files that are counted; more count as too many. */
const MOST_FILES = 10_000;
const BLOCK_BYTES = 512;

/** What lies in a folder, and below it. */
export interface FolderSize {
  bytes: number;
  files: number;
}

/** The folders of the processes that run. */
export class TemporaryFolders {
  readonly #folder: string;
  readonly #warn: (text: string) => void;

  /**
   * @param folder The data folder.
   * @param warn Takes a line when one cannot be made or emptied: plugins run all the same, because a full disk must not
   * cost phones, but then their runtime keeps nothing.
   */
  constructor(folder: string, warn: (text: string) => void) {
    this.#folder = resolve(folder, "temporary");
    this.#warn = warn;
  }

  /**
   * Makes the folder of a process.
   *
   * @param nonce Names the process.
   * @param options.importsPackages Whether it leads to the packages that the runtime has.
   */
  async make(nonce: string, { importsPackages }: { importsPackages: boolean }): Promise<string> {
    const folder = `${this.#folder}/${nonce}`;
    try {
      await Deno.mkdir(importsPackages ? `${folder}/deno` : folder, { recursive: true, mode: 0o700 });
      // Deno itself makes links only for a program that may do everything.
      if (importsPackages) await shellLines('ln -s "$1" "$2"', [await packageCache(), `${folder}/deno/npm`]);
    } catch (error) {
      this.#warn(`Cannot make the temporary folder ${folder}: ${wordsOf(error)}`);
    }
    return folder;
  }

  /** Takes the folder of a process away that has ended. */
  async remove(folder: string): Promise<void> {
    try {
      await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.#warn(`Cannot remove the temporary folder ${folder}: ${wordsOf(error)}`);
    }
  }

  /** Takes away what an earlier server left behind. No plugin must run. */
  empty(): Promise<void> {
    return this.remove(this.#folder);
  }
}

/** What a folder takes on its disk: looked at no further than to {@linkcode MOST_FILES} files, which count as endless. */
export async function sizeOf(folder: string, size: FolderSize = { bytes: 0, files: 0 }): Promise<FolderSize> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (++size.files > MOST_FILES) size.bytes = Infinity;
    if (size.bytes === Infinity) break;
    const path = `${folder}/${name}`;
    // What is taken away meanwhile counts for nothing.
    const { blocks, size: length } = await Deno.lstat(path).catch(() => ({ blocks: 0, size: 0 }));
    size.bytes += blocks === null ? length : blocks * BLOCK_BYTES;
    if (isDirectory) await sizeOf(path, size).catch(() => {});
  }
  return size;
}
