/**
 * What a command hands out that may be long: to standard output, or into a file that is there whole or not at all.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { wordsOf } from "../core/contract/errors.ts";
import { printable } from "../core/contract/text.ts";
import { Failure, Misuse } from "../program/mod.ts";
import { writeAll } from "../tools/mod.ts";

/** Bytes, as they come. */
export type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** Text as the bytes that are written of it. */
export async function* encoded(pieces: AsyncIterable<string>): Pieces {
  const utf8 = new TextEncoder();
  for await (const piece of pieces) yield utf8.encode(piece);
}

/**
 * Writes a file: under its name it is there when it is whole, and on the disk.
 *
 * @throws {Misuse} If there can be no file of that name.
 * @throws {Failure} If it cannot be written. What `pieces` throw.
 */
export async function save(path: string, { pieces, signal }: { pieces: Pieces; signal: AbortSignal }): Promise<void> {
  const target = await targetOf(path);
  const draft = await attempt(
    path,
    () => Deno.makeTempFile({ dir: dirname(target), prefix: `${basename(target)}.`, suffix: ".part" }),
  );
  try {
    {
      using file = await Deno.open(draft, { write: true });
      for await (const piece of pieces) {
        signal.throwIfAborted();
        await attempt(path, () => writeAll(file, piece));
      }
      await attempt(path, () => file.sync());
    }
    signal.throwIfAborted();
    await attempt(path, () => Deno.rename(draft, target));
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

/** The file that a path leads to. */
async function targetOf(path: string): Promise<string> {
  try {
    const target = await Deno.realPath(path);
    if ((await Deno.stat(target)).isFile) {
      if (!await isDatabase(target)) return target;
      throw new Misuse(`Cannot write ${path}: there is a database, such as a history. Name another file`);
    }
  } catch (error) {
    if (error instanceof Misuse) throw error;
    if (error instanceof Deno.errors.NotFound) return path;
    throw cannotWrite(path, error);
  }
  throw new Misuse(`Cannot write ${path}: there is something that is no file. Name a file`);
}

/** How a database of SQLite begins, and its write-ahead log, in either order of bytes: in hexadecimal digits. */
const DATABASES = ["53514c69746520666f726d6174203300", "377f0682", "377f0683"];

/** Whether a file is a database or the log of one: nobody means that to be overwritten by what is written here. */
async function isDatabase(path: string): Promise<boolean> {
  using file = await Deno.open(path, { read: true });
  const head = new Uint8Array(16);
  await file.read(head);
  return DATABASES.some((beginning) => head.toHex().startsWith(beginning));
}

async function attempt<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): Failure {
  return new Failure(`Cannot write ${path}: ${wordsOf(error)}`, { cause: error });
}

/**
 * Writes to standard output. On a terminal whatever would give it orders is shown as its code.
 *
 * @throws {Failure} If whoever read it has gone. What `pieces` throw.
 */
export async function pour({ pieces, signal }: { pieces: Pieces; signal: AbortSignal }): Promise<void> {
  const isTerminal = Deno.stdout.isTerminal();
  const [reading, writing] = [new TextDecoder(), new TextEncoder()];
  for await (const piece of pieces) {
    signal.throwIfAborted();
    const shown = isTerminal ? writing.encode(harmless(reading.decode(piece, { stream: true }))) : piece;
    await attempt("standard output", () => writeAll(Deno.stdout, shown));
  }
}

function harmless(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(/[^\n]+/g, printable);
}
